// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <fstream>
#include <set>

#include <fmt/format.h>
#include <boost/uuid/detail/sha1.hpp>

#include "eddy/error.hpp"
#include "eddy/report.hpp"

namespace eddy {
namespace {

using Hash = boost::uuids::detail::sha1;

std::string text(Hash& hash) {
  unsigned int words[5];
  hash.get_digest(words);
  return fmt::format("{:08x}{:08x}{:08x}{:08x}{:08x}", words[0], words[1], words[2], words[3], words[4]);
}

}  // namespace

std::string bytes_hash(std::string_view bytes) {
  Hash hash;
  hash.process_bytes(bytes.data(), bytes.size());
  return text(hash);
}

std::string file_hash(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  Hash hash;
  std::array<char, 1 << 16> block;
  while (stream) {
    stream.read(block.data(), block.size());
    hash.process_bytes(block.data(), static_cast<std::size_t>(stream.gcount()));
  }
  if (!stream.eof()) throw FileError(fmt::format("{}: cannot be read", file.string()));
  return text(hash);
}

std::string folder_hash(const std::filesystem::path& folder) {
  std::set<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.is_regular_file()) files.insert(entry.path());
  }
  Hash hash;
  for (const auto& file : files) {
    const std::string line = fmt::format("{}  {}\n", file_hash(file), file.filename().string());
    hash.process_bytes(line.data(), line.size());
  }
  return text(hash);
}

}  // namespace eddy

// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <fstream>

#include <fmt/format.h>
#include <boost/uuid/detail/sha1.hpp>

#include "eddy/error.hpp"
#include "eddy/report.hpp"

namespace eddy {

std::string file_hash(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  boost::uuids::detail::sha1 hash;
  std::array<char, 1 << 16> block;
  while (stream) {
    stream.read(block.data(), block.size());
    hash.process_bytes(block.data(), static_cast<std::size_t>(stream.gcount()));
  }
  if (!stream.eof()) throw FileError(fmt::format("{}: cannot be read", file.string()));
  unsigned int words[5];
  hash.get_digest(words);
  return fmt::format("{:08x}{:08x}{:08x}{:08x}{:08x}", words[0], words[1], words[2], words[3], words[4]);
}

}  // namespace eddy

// SPDX-License-Identifier: Apache-2.0
/// NumPy's file format, version 1 and 2: a header that is a Python literal, then the elements.
#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <fstream>
#include <functional>
#include <numeric>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "eddy/error.hpp"
#include "eddy/frames.hpp"
#include "import/half.hpp"

namespace eddy {
namespace {

static_assert(std::endian::native == std::endian::little, "elements are stored little-endian");

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t fixed_size = 10;  // magic, version, length of the header

std::string read_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream bytes;
  if (!stream || std::filesystem::is_directory(file)) throw FileError(fmt::format("{}: cannot be read", file.string()));
  bytes << stream.rdbuf();
  return bytes.str();
}

template <typename T>
std::vector<double> elements(std::string_view data, std::size_t count) {
  std::vector<double> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    T element;
    std::memcpy(&element, data.data() + i * sizeof(T), sizeof(T));
    values[i] = static_cast<double>(element);
  }
  return values;
}

std::vector<double> halves(std::string_view data, std::size_t count) {
  std::vector<double> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, data.data() + i * sizeof(bits), sizeof(bits));
    values[i] = from_half(bits);
  }
  return values;
}

struct Type {
  std::string_view name;
  std::size_t size;
  std::vector<double> (*read)(std::string_view, std::size_t);
};
constexpr std::array types{
    Type{"|u1", 1, elements<std::uint8_t>}, Type{"|i1", 1, elements<std::int8_t>},
    Type{"<i2", 2, elements<std::int16_t>}, Type{"<i4", 4, elements<std::int32_t>},
    Type{"<i8", 8, elements<std::int64_t>}, Type{"<f2", 2, halves},
    Type{"<f4", 4, elements<float>},        Type{"<f8", 8, elements<double>},
};

/// What stands between `open` and `close` behind `key` in the header.
std::optional<std::string> entry(const std::string& header, std::string_view key, std::string_view open,
                                 std::string_view close) {
  std::size_t begin = header.find(key);
  if (begin == std::string::npos) return std::nullopt;
  begin = header.find(open, begin + key.size());
  const std::size_t end = begin == std::string::npos ? begin : header.find(close, begin + 1);
  if (end == std::string::npos) return std::nullopt;
  return header.substr(begin + 1, end - begin - 1);
}

}  // namespace

Array read_npy(const std::filesystem::path& file) {
  const std::string bytes = read_file(file);
  const auto fail = [&](const std::string& what) { throw FileError(fmt::format("{}: {}", file.string(), what)); };
  if (!bytes.starts_with(magic) || bytes.size() < fixed_size + 2) fail("is no .npy file");
  const bool wide = bytes[6] > 1;  // the length of the header takes four bytes instead of two
  std::uint32_t length = 0;
  std::memcpy(&length, bytes.data() + 8, wide ? 4 : 2);
  const std::size_t start = (wide ? fixed_size + 2 : fixed_size) + length;
  if (start > bytes.size()) fail("is cut off");
  const std::string header = bytes.substr(fixed_size, start - fixed_size);

  const auto descr = entry(header, "'descr':", "'", "'"), shape = entry(header, "'shape':", "(", ")");
  if (!descr || !shape) fail("has a header that makes no sense");
  if (header.find("'fortran_order': True") != std::string::npos) fail("is stored in Fortran order; save it in C order");
  const auto type = std::ranges::find(types, *descr, &Type::name);
  if (type == types.end())
    fail(fmt::format("has elements of type {}; u8, i1, i2, i4, i8, f2, f4 and f8 are read, little-endian", *descr));

  Array array;
  std::istringstream dims(*shape);
  std::size_t count = 1;
  for (std::string part; std::getline(dims, part, ',');) {
    const std::size_t begin = part.find_first_not_of(' ');
    if (begin == std::string::npos) continue;
    std::int64_t d = -1;
    std::from_chars(part.data() + begin, part.data() + part.size(), d);
    if (d < 0) fail("has a header that makes no sense");
    if (d > 0 && count > bytes.size() / static_cast<std::size_t>(d) + 1) fail("is cut off");
    array.dims.push_back(d);
    count *= static_cast<std::size_t>(d);
  }
  if (bytes.size() - start < count * type->size) fail("is cut off");
  array.values = type->read(std::string_view(bytes).substr(start), count);
  array.bytes = type->name == "|u1";
  return array;
}

void write_npy(const std::filesystem::path& file, const std::vector<std::int64_t>& dims,
               const std::vector<float>& values) {
  const std::string shape =
      dims.size() == 1 ? fmt::format("({},)", dims[0]) : fmt::format("({})", fmt::join(dims, ", "));
  std::string header = fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': {}, }}", shape);
  constexpr std::size_t alignment = 64;
  header.append(alignment - (fixed_size + header.size() + 1) % alignment, ' ');
  header += '\n';
  std::ofstream stream(file, std::ios::binary);
  stream << magic << '\x01' << '\x00' << static_cast<char>(header.size() & 0xff)
         << static_cast<char>(header.size() >> 8) << header;
  stream.write(reinterpret_cast<const char*>(values.data()),
               static_cast<std::streamsize>(values.size() * sizeof(float)));
  if (!stream.flush()) throw FileError(fmt::format("{}: cannot be written", file.string()));
}

}  // namespace eddy

// SPDX-License-Identifier: Apache-2.0
/// Tables of an image, unpacked.
#pragma once

#include <vector>

#include "eddy/error.hpp"
#include "eddy/image.hpp"
#include "eddy_pkg.hpp"

namespace eddy::model {

/// All entries of one table, by index. Indices that the image does not write hold a zero entry.
template <typename T>
std::vector<T> unpack_table(const std::vector<TableEntry>& entries, pkg::table_e table) {
  std::vector<T> result;
  for (const TableEntry& e : entries) {
    if (e.table != static_cast<std::uint8_t>(table)) continue;
    if (e.words.size() != T::word_count) throw FileError("image: a table entry has the wrong number of words");
    if (result.size() <= e.index) result.resize(e.index + std::size_t{1});
    result[e.index] = T::unpack(e.words);
  }
  return result;
}

/// The same for marks, which are single words.
inline std::vector<std::uint32_t> unpack_words(const std::vector<TableEntry>& entries, pkg::table_e table) {
  std::vector<std::uint32_t> result;
  for (const TableEntry& e : entries) {
    if (e.table != static_cast<std::uint8_t>(table)) continue;
    if (result.size() <= e.index) result.resize(e.index + std::size_t{1});
    result[e.index] = e.words.at(0);
  }
  return result;
}

}  // namespace eddy::model

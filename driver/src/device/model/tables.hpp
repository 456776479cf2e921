// SPDX-License-Identifier: Apache-2.0
/// Tables of an image, unpacked. An image may come from anyone: every index into one is checked.
#pragma once

#include <concepts>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "eddy/error.hpp"
#include "eddy/image.hpp"
#include "eddy_pkg.hpp"

namespace eddy::model {

/// A vector whose every index is checked. Throws RunError.
template <typename T>
class Table {
 public:
  T& operator[](std::integral auto i) {
    check(i);
    return entries_[static_cast<std::size_t>(i)];
  }
  const T& operator[](std::integral auto i) const {
    check(i);
    return entries_[static_cast<std::size_t>(i)];
  }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  void resize(std::size_t size) { entries_.resize(size); }
  void push_back(T entry) { entries_.push_back(std::move(entry)); }
  [[nodiscard]] auto begin() const { return entries_.begin(); }
  [[nodiscard]] auto end() const { return entries_.end(); }

 private:
  void check(std::integral auto i) const {
    if (std::cmp_less(i, 0) || std::cmp_greater_equal(i, entries_.size())) no_such_entry(fmt::to_string(i));
  }
  [[noreturn]] void no_such_entry(const std::string& index) const {
    throw RunError(fmt::format("model: the image names entry {} of a table of {}", index, entries_.size()));
  }

  std::vector<T> entries_;
};

/// All entries of one table, by index. Indices that the image does not write hold a zero entry.
template <typename T>
Table<T> unpack_table(const std::vector<TableEntry>& entries, pkg::table_e table) {
  Table<T> result;
  for (const TableEntry& e : entries) {
    if (e.table != static_cast<std::uint8_t>(table)) continue;
    if (result.size() <= e.index) result.resize(e.index + std::size_t{1});
    if constexpr (std::same_as<T, std::uint32_t>) {
      result[e.index] = e.words.at(0);
    } else {
      if (e.words.size() != T::word_count) throw FileError("image: a table entry has the wrong number of words");
      result[e.index] = T::unpack(e.words);
    }
  }
  return result;
}

/// What something is divided by. Throws FileError.
inline void check_divisor(int value, const char* what) {
  if (value == 0) throw FileError(fmt::format("image: {} is 0", what));
}

}  // namespace eddy::model

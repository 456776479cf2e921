// SPDX-License-Identifier: Apache-2.0
/// A tile's RAM, with the address maps of docs/contract.md.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "eddy/error.hpp"
#include "eddy/image.hpp"
#include "eddy_pkg.hpp"

namespace eddy::model {

using Word = std::array<std::uint32_t, pkg::Lanes>;

class Ram {
 public:
  Ram(int words, const std::vector<RamRun>& runs) : words_(static_cast<std::size_t>(words)) {
    for (const RamRun& run : runs) {
      for (std::size_t i = 0; i < run.data.size(); ++i) at(run.word + i / pkg::Lanes)[i % pkg::Lanes] = run.data[i];
    }
  }

  [[nodiscard]] Word& at(std::size_t address) {
    if (address >= words_.size()) no_such_word();
    return words_[address];
  }

  /// `count` words from an address on.
  [[nodiscard]] std::span<Word> at(std::size_t address, std::size_t count) {
    if (address > words_.size() || count > words_.size() - address) no_such_word();
    return std::span(words_).subspan(address, count);
  }

  /// Accumulator word at address A of slice row y: with `flip`, odd rows lie in the other bank of the pair.
  [[nodiscard]] Word& accumulator(std::uint32_t a, bool flip, int y) {
    return at(a ^ (flip ? static_cast<std::uint32_t>(y) & 1 : 0));
  }

 private:
  [[noreturn]] static void no_such_word() { throw RunError("model: access to a word that the tile does not have"); }

  std::vector<Word> words_;
};

}  // namespace eddy::model

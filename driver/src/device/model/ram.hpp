// SPDX-License-Identifier: Apache-2.0
/// A tile's RAM, with the address maps of docs/contract.md.
#pragma once

#include <array>
#include <cstdint>
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
    if (address >= words_.size()) throw RunError("model: access to a word that the tile does not have");
    return words_[address];
  }

  /// Accumulator word at address A of slice row y: bank {A[13:11], A[0] ^ (flip & y[0])}, row A[10:1] of it.
  [[nodiscard]] Word& accumulator(std::uint32_t a, bool flip, int y) {
    const std::uint32_t odd = (a & 1) ^ (flip ? static_cast<std::uint32_t>(y) & 1 : 0);
    const std::uint32_t bank = (a >> (pkg::BankAddrBits + 1)) << 1 | odd;
    return at(bank * pkg::BankWords + ((a >> 1) & (pkg::BankWords - 1)));
  }

 private:
  std::vector<Word> words_;
};

}  // namespace eddy::model

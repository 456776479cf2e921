// SPDX-License-Identifier: Apache-2.0
/// Weights of one port, unpacked from RAM when they are first used.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "device/model/ram.hpp"
#include "eddy_pkg.hpp"

namespace eddy::model {

class Weights {
 public:
  using Run = std::array<std::int32_t, pkg::Lanes>;

  explicit Weights(const pkg::port_t& port) : base_(port.w_base), runs_(runs_a_word(port.format)) {}

  const Run& at(Ram& ram, std::uint32_t run) {
    while (known_.size() <= run) unpack(ram.at(base_ + known_.size() / runs_));
    return known_[run];
  }

 private:
  static std::uint32_t runs_a_word(pkg::weight_e format) {
    switch (format) {
      case pkg::weight_e::WeightInt16:
        return 2;
      case pkg::weight_e::WeightInt4:
        return 8;
      case pkg::weight_e::WeightInt2:
        return 16;
      case pkg::weight_e::WeightInt8:
        break;
    }
    return 4;
  }

  /// Run j of a word stands in bits [j * WordBits / R +:], lane l at l * width within it; two's complement.
  void unpack(const Word& word) {
    const std::uint32_t width = pkg::WordBits / runs_ / pkg::Lanes;
    for (std::uint32_t j = 0; j < runs_; ++j) {
      Run& run = known_.emplace_back();
      for (std::uint32_t l = 0; l < pkg::Lanes; ++l) {
        const std::uint32_t bit = (j * pkg::Lanes + l) * width;
        run[l] = static_cast<std::int32_t>(word[bit / 32] << (32 - width - bit % 32)) >> (32 - width);
      }
    }
  }

  std::uint32_t base_, runs_;
  std::vector<Run> known_;
};

}  // namespace eddy::model

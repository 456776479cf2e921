// SPDX-License-Identifier: Apache-2.0
/// Weights of one port, unpacked from RAM when they are first used.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "chip_weights.hpp"
#include "device/model/ram.hpp"
#include "device/model/tables.hpp"
#include "eddy_pkg.hpp"
#include "fp16.hpp"

namespace eddy::model {

/// The bits of a word that belong to weights, run by run: run j stands in bits [j * WordBits / runs +:], lane l at
/// l * width within it. Calls take(bits) for each, in order.
template <typename Take>
void unpack_word(const Word& word, std::uint32_t width, Take take) {
  for (std::uint32_t bit = 0; bit < pkg::WordBits; bit += width)
    take(word[bit / 32] >> bit % 32 & static_cast<std::uint32_t>((std::uint64_t{1} << width) - 1));
}

class Weights {
 public:
  using Run = std::array<std::int32_t, pkg::Lanes>;
  using WideRun = std::array<std::int64_t, pkg::Lanes>;

  Weights(const pkg::port_t& port, const Table<std::uint32_t>& codes)
      : format_(format_of(port.format)), fp16_(is_fp16(format_)), base_(port.w_base), code_base_(port.code_base) {
    if (is_coded(format_)) codes_ = codes;
  }

  /// Runs from the first on, whole numbers. Valid until the next call.
  std::span<const Run> runs(Ram& ram, std::uint32_t first, std::size_t count) { return get(known_, ram, first, count); }
  /// Any weights, as multiples of 2^-point(). Valid until the next call.
  std::span<const WideRun> wide_runs(Ram& ram, std::uint32_t first, std::size_t count) {
    return get(known_wide_, ram, first, count);
  }
  [[nodiscard]] int point() const { return fp16_ ? finest : 0; }
  [[nodiscard]] bool fp16() const { return fp16_; }

 private:
  static constexpr int finest = 24;  // all FP16 numbers are multiples of 2^-24

  template <typename R>
  std::span<const R> get(std::vector<R>& known, Ram& ram, std::uint32_t first, std::size_t count) {
    if (known.size() < first + count) unpack(known, ram, first + count);
    return std::span<const R>(known).subspan(first, count);
  }

  template <typename R>
  void unpack(std::vector<R>& known, Ram& ram, std::size_t count) {
    const auto width = static_cast<std::uint32_t>(bits_of(format_));
    const std::uint32_t runs = pkg::WordBits / (width * pkg::Lanes);
    while (known.size() < count) {
      const Word& word = ram.at(base_ + known.size() / runs);
      std::size_t lane = 0;
      unpack_word(word, width, [&](std::uint32_t bits) {
        if (lane == 0) known.emplace_back();
        known.back()[lane] = static_cast<typename R::value_type>(value(bits, width));
        lane = (lane + 1) % pkg::Lanes;
      });
    }
  }

  [[nodiscard]] std::int64_t value(std::uint32_t bits, std::uint32_t width) const {
    if (!fp16_) return static_cast<std::int32_t>(bits << (32 - width)) >> (32 - width);
    const std::uint32_t number = is_coded(format_) ? codes_[code_base_ + bits] : bits;
    const Fp16Parts parts = fp16_parts(static_cast<std::uint16_t>(number));
    return std::int64_t{parts.mantissa} << (parts.exponent + finest);
  }

  WeightFormat format_;
  bool fp16_;
  std::uint32_t base_, code_base_;
  Table<std::uint32_t> codes_;
  std::vector<Run> known_;
  std::vector<WideRun> known_wide_;
};

}  // namespace eddy::model

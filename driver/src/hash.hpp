// SPDX-License-Identifier: Apache-2.0
/// Hashes of networks: the same on every machine.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include <fmt/format.h>

#include "eddy/network.hpp"

namespace eddy {

/// FNV-1a of 64 bits over integers, each as eight bytes; of floats, their bits.
class Hash {
 public:
  template <typename T>
  requires std::is_integral_v<T> || std::is_enum_v<T>
  void add(T value) {
    auto bits = static_cast<std::uint64_t>(value);
    for (int i = 0; i < 8; ++i, bits >>= 8) {
      state_ ^= bits & 0xff;
      state_ *= 0x100000001b3U;
    }
  }
  void add(float value) { add(std::bit_cast<std::uint32_t>(value)); }
  void add(std::string_view text) {
    add(text.size());
    for (const char c : text) add(c);
  }
  void add(const Shape& s) { add(s.c), add(s.h), add(s.w); }
  void add(const Axis& a) { add(a.taps), add(a.stride), add(a.dilation), add(a.pad), add(a.transposed), add(a.up); }
  void add(const PoolAxis& p) { add(p.size), add(p.stride), add(p.pad); }
  /// 16 hexadecimal digits.
  [[nodiscard]] std::string text() const { return fmt::format("{:016x}", state_); }

 private:
  std::uint64_t state_ = 0xcbf29ce484222325U;
};

}  // namespace eddy

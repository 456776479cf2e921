// SPDX-License-Identifier: Apache-2.0
/// Bits of packed SystemVerilog values in arrays of 32-bit words: what the mirrors of the packages are made with.
///
/// Bit 0 is the lowest bit of word 0.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

namespace eddy::packed {

constexpr std::uint64_t low_bits(unsigned width) {
  return width >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
}

/// `width` bits (at most 64) of `words` from bit `offset` on.
constexpr std::uint64_t get(std::span<const std::uint32_t> words, unsigned offset, unsigned width) {
  std::uint64_t value = 0;
  for (unsigned done = 0; done < width;) {
    const unsigned bit = (offset + done) % 32;
    const unsigned take = 32 - bit < width - done ? 32 - bit : width - done;
    value |= ((std::uint64_t{words[(offset + done) / 32]} >> bit) & low_bits(take)) << done;
    done += take;
  }
  return value;
}

constexpr std::int64_t get_signed(std::span<const std::uint32_t> words, unsigned offset, unsigned width) {
  const unsigned spare = 64 - width;
  return static_cast<std::int64_t>(get(words, offset, width) << spare) >> spare;
}

/// Writes the low `width` bits (at most 64) of `value` at bit `offset`; the place must hold zeros.
constexpr void put(std::span<std::uint32_t> words, unsigned offset, unsigned width, std::uint64_t value) {
  for (unsigned done = 0; done < width;) {
    const unsigned bit = (offset + done) % 32;
    const unsigned take = 32 - bit < width - done ? 32 - bit : width - done;
    words[(offset + done) / 32] |= static_cast<std::uint32_t>(((value >> done) & low_bits(take)) << bit);
    done += take;
  }
}

[[noreturn]] inline void does_not_fit(const char* field, const std::string& value, unsigned width) {
  throw std::out_of_range(std::string(field) + " = " + value + " does not fit in " + std::to_string(width) + " bits");
}

constexpr void put_unsigned(std::span<std::uint32_t> words, unsigned offset, unsigned width, std::uint64_t value,
                            const char* field) {
  if (value > low_bits(width)) does_not_fit(field, std::to_string(value), width);
  put(words, offset, width, value);
}

constexpr void put_signed(std::span<std::uint32_t> words, unsigned offset, unsigned width, std::int64_t value,
                          const char* field) {
  const std::int64_t limit = std::int64_t{1} << (width - 1);
  if (value < -limit || value >= limit) does_not_fit(field, std::to_string(value), width);
  put(words, offset, width, static_cast<std::uint64_t>(value));
}

template <std::size_t N>
constexpr std::array<std::uint32_t, N> get_wide(std::span<const std::uint32_t> words, unsigned offset, unsigned width) {
  std::array<std::uint32_t, N> value{};
  for (unsigned i = 0; i < N; ++i) {
    const unsigned take = width - 32 * i < 32 ? width - 32 * i : 32;
    value[i] = static_cast<std::uint32_t>(get(words, offset + 32 * i, take));
  }
  return value;
}

template <std::size_t N>
constexpr void put_wide(std::span<std::uint32_t> words, unsigned offset, unsigned width,
                        const std::array<std::uint32_t, N>& value, const char* field) {
  for (unsigned i = 0; i < N; ++i) {
    const unsigned take = width - 32 * i < 32 ? width - 32 * i : 32;
    put_unsigned(words, offset + 32 * i, take, value[i], field);
  }
}

template <class T>
constexpr std::array<std::uint32_t, T::word_count> pack(const T& value) {
  std::array<std::uint32_t, T::word_count> words{};
  value.put(words, 0);
  return words;
}

template <class T>
constexpr T unpack(std::span<const std::uint32_t> words) {
  if (words.size() < T::word_count) throw std::out_of_range("fewer words than the packed value has");
  return T::get(words, 0);
}

template <class T>
constexpr std::uint64_t to_u64(const T& value) {
  return get(pack(value), 0, T::bits);
}

template <class T>
constexpr T from_u64(std::uint64_t packed) {
  const std::array<std::uint32_t, 2> words{static_cast<std::uint32_t>(packed),
                                           static_cast<std::uint32_t>(packed >> 32)};
  return T::get(words, 0);
}

}  // namespace eddy::packed

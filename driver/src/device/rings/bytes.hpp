// SPDX-License-Identifier: Apache-2.0
/// Little-endian words in host memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "eddy/transport.hpp"

namespace eddy::rings {

template <typename T>
void put(std::span<std::uint8_t> bytes, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) bytes[i] = static_cast<std::uint8_t>(value >> 8 * i);
}

template <typename T>
T get(std::span<const std::uint8_t> bytes) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value |= static_cast<T>(static_cast<T>(bytes[i]) << 8 * i);
  return value;
}

inline void write_words(Transport& transport, std::uint64_t address, std::span<const std::uint32_t> words) {
  std::vector<std::uint8_t> bytes(4 * words.size());
  for (std::size_t i = 0; i < words.size(); ++i) put(std::span(bytes).subspan(4 * i), words[i]);
  transport.write_memory(address, bytes);
}

inline std::vector<std::uint32_t> read_words(Transport& transport, std::uint64_t address, std::size_t count) {
  std::vector<std::uint8_t> bytes(4 * count);
  transport.read_memory(address, bytes);
  std::vector<std::uint32_t> words(count);
  for (std::size_t i = 0; i < count; ++i) words[i] = get<std::uint32_t>(std::span(bytes).subspan(4 * i));
  return words;
}

}  // namespace eddy::rings

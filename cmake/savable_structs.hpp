// SPDX-License-Identifier: Apache-2.0
/// What Verilator leaves out of its savable models: unpacked structs, which are plain memory.
#pragma once

#include <verilated_save.h>

#include <type_traits>

template <typename Struct>
requires(std::is_class_v<Struct>&& std::is_trivially_copyable_v<Struct>) VerilatedSerialize& operator<<(
    VerilatedSerialize& out, const Struct& value) {
  return out.write(&value, sizeof value);
}

template <typename Struct>
requires(std::is_class_v<Struct>&& std::is_trivially_copyable_v<Struct>) VerilatedDeserialize& operator>>(
    VerilatedDeserialize& in, Struct& value) {
  return in.read(&value, sizeof value);
}

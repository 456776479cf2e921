// SPDX-License-Identifier: Apache-2.0
/// The wires of one AXI4 port during one clock cycle, as both sides see them before the edge. A transfer of a channel
/// happens at the edge where its `valid` and `ready` are high.
#pragma once

#include <array>
#include <cstdint>

namespace eddy::sim {

struct AxiAddress {
  bool valid = false, ready = false;
  unsigned id = 0;
  std::uint64_t address = 0;  // in bytes
  unsigned len = 0;           // beats less one
  unsigned size = 0;          // log2 of the bytes a beat
  unsigned burst = 0;         // 1: INCR
};

using AxiBeat = std::array<std::uint32_t, 4>;
constexpr unsigned AxiBeatBytes = 16;

struct AxiWriteData {
  bool valid = false, ready = false;
  AxiBeat data{};
  unsigned strobe = 0;
  bool last = false;
};

struct AxiReadData {
  bool valid = false, ready = false;
  unsigned id = 0;
  AxiBeat data{};
  unsigned response = 0;  // 0: okay, 2: error of the memory
  bool last = false;
};

struct AxiConfirmation {
  bool valid = false, ready = false;
  unsigned id = 0;
  unsigned response = 0;
};

struct AxiPort {
  AxiAddress read{}, write{};
  AxiWriteData write_data{};
  AxiReadData read_data{};
  AxiConfirmation confirmation{};
};

}  // namespace eddy::sim

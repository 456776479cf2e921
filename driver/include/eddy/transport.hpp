// SPDX-License-Identifier: Apache-2.0
/// The way to one gateway: its registers, host memory that it can reach, its interrupt, time. Nothing more: what is
/// done with them is the device's. docs/driver-host.md.
#pragma once

#include <cstdint>
#include <span>

namespace eddy {

class Transport {
 public:
  virtual ~Transport() = default;

  /// A register by byte offset (eddy_csr.h). Throws RunError or ConnectionError where it does not answer.
  virtual std::uint32_t read_register(std::uint32_t offset) = 0;
  virtual void write_register(std::uint32_t offset, std::uint32_t value) = 0;

  /// Host memory by byte address, from 0 on; at most 2^40 bytes. What was never written is undefined.
  virtual void read_memory(std::uint64_t address, std::span<std::uint8_t> bytes) = 0;
  virtual void write_memory(std::uint64_t address, std::span<const std::uint8_t> bytes) = 0;

  /// Waits until the interrupt is raised. False where it is not after `cycles` of the chip's clock. A transport that
  /// can see that it will never be raised throws RunError and says why.
  virtual bool wait_interrupt(std::uint64_t cycles) = 0;

  /// Cycles of the chip's clock so far.
  [[nodiscard]] virtual std::uint64_t cycles() const = 0;
};

}  // namespace eddy

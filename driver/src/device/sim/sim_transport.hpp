// SPDX-License-Identifier: Apache-2.0
/// A transport into a simulation in this process: waiting is what lets time go on.
#pragma once

#include <cstdint>
#include <functional>

#include "eddy/sim/simulation.hpp"
#include "eddy/transport.hpp"

namespace eddy {

class SimTransport final : public Transport {
 public:
  /// `watchdog`: cycles without any transfer after which a wait is given up.
  SimTransport(sim::Simulation& simulation, std::uint64_t watchdog);

  std::uint32_t read_register(std::uint32_t offset) override;
  void write_register(std::uint32_t offset, std::uint32_t value) override;
  void read_memory(std::uint64_t address, std::span<std::uint8_t> bytes) override;
  void write_memory(std::uint64_t address, std::span<const std::uint8_t> bytes) override;
  bool wait_interrupt(std::uint64_t cycles) override;
  [[nodiscard]] std::uint64_t cycles() const override { return simulation_.cycle(); }

  /// Lets time go on until nothing is under way any more. Throws RunError where that does not come.
  void settle();

  /// Called when time has passed; what it throws passes through.
  std::function<void()> after_cycles;

 private:
  template <typename F>
  auto guarded(F&& access);
  [[noreturn]] void give_up(const char* why, std::uint64_t cycles);

  sim::Simulation& simulation_;
  std::uint64_t watchdog_;
};

}  // namespace eddy

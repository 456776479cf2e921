// SPDX-License-Identifier: Apache-2.0
/// The array of Verilated tiles.
#pragma once

#include <cstdint>
#include <memory>

#include "eddy/sim/fabric.hpp"
#include "eddy/sim/waves.hpp"

namespace eddy::sim {

struct ArrayOptions {
  int rows = 1;            ///< 1..16
  int columns = 1;         ///< 1..16
  std::uint64_t seed = 1;  ///< of what registers without reset and memories start with
  int threads = 1;         ///< results do not depend on it
  bool skip_quiet = true;  ///< leave out tiles that would not change; results do not depend on it
  WaveOptions waves{};
};

class TileArray final : public Fabric {
 public:
  /// Throws std::invalid_argument for a size that cannot be, std::runtime_error where the file of waves cannot be
  /// written.
  explicit TileArray(const ArrayOptions& options);
  ~TileArray() override;

  [[nodiscard]] int rows() const override;
  [[nodiscard]] int columns() const override;
  void reset() override;
  void step() override;
  [[nodiscard]] std::uint64_t cycle() const override;
  [[nodiscard]] bool quiet() const override;
  [[nodiscard]] std::uint64_t checksum() const override;
  IoEnd& io(int y, int x) override;
  void write_ram(int y, int x, std::uint32_t word, std::span<const std::uint32_t> lanes) override;
  void read_ram(int y, int x, std::uint32_t word, std::span<std::uint32_t> lanes) const override;
  void write_host(int y, int x, std::span<const HostWrite> writes) override;
  void save(std::ostream& out) override;
  void restore(std::istream& in) override;
  void add_fault(const Fault& fault) override;
  [[nodiscard]] std::size_t faults_pending() const override;
  [[nodiscard]] std::string who_waits() const override;

  /// Tile cycles that were simulated; with `skip_quiet` fewer than cycle() * rows() * columns().
  [[nodiscard]] std::uint64_t evaluated() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace eddy::sim

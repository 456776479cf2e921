// SPDX-License-Identifier: Apache-2.0
/// Waves of Verilated models in one FST file.
#pragma once

#include <verilated_fst_c.h>

#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "eddy/sim/waves.hpp"

namespace eddy::sim {

class WaveFile {
 public:
  /// Waves of all models of the context, which has been told traceEverOn before it got them. Throws std::runtime_error
  /// where the file cannot be written.
  WaveFile(VerilatedContext& context, WaveOptions options) : options_(std::move(options)) {
    if (options_.from > options_.to) throw std::invalid_argument("waves: the first cycle lies behind the last");
    // Verilator's writer does not tell.
    if (!std::ofstream(options_.file)) throw std::runtime_error(options_.file + ": cannot be written");
    file_.set_time_unit("1ns");
    file_.set_time_resolution("1ns");
    context.trace(&file_, AllLevels);
    file_.open(options_.file.c_str());
  }
  ~WaveFile() { file_.close(); }
  WaveFile(const WaveFile&) = delete;
  WaveFile& operator=(const WaveFile&) = delete;

  [[nodiscard]] bool records(std::uint64_t cycle) const { return cycle >= options_.from && cycle <= options_.to; }
  /// What the models show before (0) and after (1) the clock edge of a cycle.
  void dump(std::uint64_t cycle, unsigned half) { file_.dump(2 * cycle + half); }

 private:
  static constexpr int AllLevels = 99;
  WaveOptions options_;
  VerilatedFstC file_;
};

}  // namespace eddy::sim

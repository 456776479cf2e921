// SPDX-License-Identifier: Apache-2.0
/// Options that several verbs share.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "eddy/devices.hpp"
#include "eddy/prepare.hpp"

namespace eddy::cli {

/// "0.5%" or "0.005". Throws UsageError that names the option.
double read_share(const std::string& option, const std::string& text);
/// As a shell takes it for one word.
std::string shell_word(const std::string& text);

/// Text of options that become values when the verb runs.
class ModelOptions {
 public:
  /// `with_clip`: also which clip, and which of its frames.
  void add_to(CLI::App& verb);
  /// Throws UsageError.
  [[nodiscard]] PrepareOptions get() const;
  /// These options as they were given to a verb, for the command line of another; without those named.
  [[nodiscard]] std::string command_line(const CLI::App& verb, std::initializer_list<std::string_view> but) const;

  std::string model = "people", clip, frames, chip = "small";
  std::uint64_t seed = 1;

 private:
  std::string input_file_, thresholds_;
  std::vector<std::string> taps_;
  std::string channels_, resize_;
  std::vector<std::string> modes_{"temporal"}, bits_, weights_;
  std::string budget_, state_budget_;
  std::vector<double> mean_, std_;
  std::optional<double> scale_, theta_;
  std::optional<int> theta_pixel_;
  int partitions_ = 1;
};

class BackendOptions {
 public:
  void add_to(CLI::App& verb);
  /// Throws UsageError.
  [[nodiscard]] DeviceOptions get(const Chip& chip, std::uint64_t seed) const;

  /// Of the simulator: as asked for, else as many as this machine has for the chip's tiles.
  [[nodiscard]] int threads(const Chip& chip) const;

  std::string uri = "sim:";
  int jobs = 1;  // devices at once

 private:
  std::optional<int> threads_;
  sim::WaveOptions waves_;
  std::vector<std::string> wave_tiles_, faults_;
  std::string trace_;
  double stall_ = 0;
};

}  // namespace eddy::cli

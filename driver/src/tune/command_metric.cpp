// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "eddy/error.hpp"
#include "eddy/output_files.hpp"
#include "frames/process.hpp"
#include "task/scratch_folder.hpp"
#include "task/whole_file.hpp"
#include "tune/metric.hpp"

namespace eddy {
namespace {

constexpr std::chrono::minutes longest_silence{10};

std::string last_line(std::string text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.pop_back();
  const auto newline = text.rfind('\n');
  return newline == std::string::npos ? text : text.substr(newline + 1);
}

class CommandMetric : public Metric {
 public:
  CommandMetric(std::string command, const Network& network) : command_(std::move(command)), network_(network) {}

  [[nodiscard]] std::string name() const override { return command_; }

  std::optional<double> quality(const std::vector<Answered>& answers) override {
    const ScratchFolder folder("metric");
    OutputFiles files(folder.path(), network_);
    std::string frames;
    for (const Answered& a : answers) {
      files.add_frame(a.outputs);
      frames += fmt::format("{}\n", a.frame);
    }
    files.finish();
    write_whole(folder / "frames.txt", frames);
    return number_of(output_of(folder.path()));
  }

 private:
  [[nodiscard]] std::string output_of(const std::filesystem::path& folder) const {
    Process process({"/bin/sh", "-c", command_ + " \"$1\"", "sh", folder.string()}, longest_silence);
    std::string output;
    std::string part(4096, '\0');
    for (std::size_t got = process.read(part.data(), part.size()); got > 0;
         got = process.read(part.data(), part.size()))
      output.append(part, 0, got);
    if (const int status = process.finish(); status != 0)
      throw UsageError(fmt::format("metric \"{}\" ended with status {}: {}", command_, status, process.errors()));
    return output;
  }

  [[nodiscard]] double number_of(const std::string& output) const {
    const std::string line = last_line(output);
    double value = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
    if (error != std::errc{} || end != line.data() + line.size() || !std::isfinite(value)) {
      throw UsageError(
          fmt::format("metric \"{}\": its last line is \"{}\", expected one number, higher is better", command_, line));
    }
    return value;
  }

  std::string command_;
  const Network& network_;
};

}  // namespace

std::unique_ptr<Metric> command_metric(const std::string& command, const Network& network) {
  return std::make_unique<CommandMetric>(command, network);
}

}  // namespace eddy

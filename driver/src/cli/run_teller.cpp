// SPDX-License-Identifier: Apache-2.0
#include "cli/run_teller.hpp"

#include <chrono>
#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/progress_bar.hpp"
#include "eddy/report.hpp"
#include "json_text.hpp"

namespace eddy::cli {
namespace {

using Paths = std::vector<std::filesystem::path>;
constexpr const char* generated_line = "The clip was a GENERATED scene, no recording.";

std::string round_text(double count) {
  return count < 1e6 ? fmt::format("{:.0f} thousand", count / 1e3) : fmt::format("{:.1f} million", count / 1e6);
}

std::string duration_text(double minutes) {
  return minutes < 1 ? fmt::format("{:.0f} seconds", minutes * 60) : fmt::format("{:.1f} minutes", minutes);
}

/// The verdict alone, which says so where the clip is none.
class QuietTeller : public RunTeller {
 public:
  void start(const Prepared& p, const std::optional<Expectation>&, const std::string&) override {
    generated_ = p.generated();
  }
  void progress(const Progress&) override {}
  void results(const std::string&) override {}
  void verdict(const std::string& text, const RunResult&, int) override {
    fmt::print("{}\n", text);
    if (generated_) fmt::print("{}\n", generated_line);
    std::fflush(stdout);
  }
  void files(const Paths&) override {}

 private:
  bool generated_ = false;
};

class TextTeller : public QuietTeller {
 public:
  void start(const Prepared& p, const std::optional<Expectation>& expected, const std::string& backend) override {
    QuietTeller::start(p, expected, backend);
    set_up(p);
    if (expected) {
      fmt::print("Expected   {} cycles for {} frames, about {}\n", round_text(expected->cycles), expected->frames,
                 duration_text(expected->minutes));
    }
    std::fflush(stdout);
    bar_.emplace();
  }
  void progress(const Progress& progress) override { bar_->show(progress); }
  void results(const std::string& lines) override {
    bar_.reset();
    fmt::print("{}", lines);
  }
  void files(const Paths& written) override {
    for (const auto& file : written) fmt::print("  {}\n", file.string());
  }

 private:
  static void set_up(const Prepared& p) {
    const CompileReport& report = p.compiled.report;
    const QuantiseReport& quantised = p.quantised.report;
    fmt::print("Model      {} ({})\n", p.model.stem().string(), p.model.string());
    fmt::print("Input      {}\n", json_text(parsed_ordered_json(to_json(p.input))));
    fmt::print("Clip       {}, frames {}:{}\n", p.clip, p.frames.first,
               p.frames.last < 0 ? "" : std::to_string(p.frames.last));
    fmt::print(
        "Thresholds {} grey levels, {:g} of the range by layer{}; calibrated on {} frames\n", p.thresholds.pixel,
        p.thresholds.share,
        p.thresholds.layers.empty() ? "" : fmt::format(" ({} of them with their own)", p.thresholds.layers.size()),
        quantised.calibration_frames);
    if (p.weight_choice) fmt::print("{}", to_text(*p.weight_choice));
    if (p.mode_choice) fmt::print("{}", to_text(*p.mode_choice));
    if (p.partition_choice) fmt::print("{}", to_text(*p.partition_choice));
    fmt::print("Chip       {}: {} of {} tiles used, {:.0f} of {:.0f} KB, balance {:.2f}\n", p.chip.name,
               report.tiles_used, p.chip.tiles(), static_cast<double>(report.memory.total()) / 1024,
               static_cast<double>(report.ram_bytes) / 1024,
               report.mean_load > 0 ? report.largest_load / report.mean_load : 1.0);
    fmt::print("{}", note_lines(p.notes));
  }

  std::optional<ProgressBar> bar_;
};

/// One object a line: start, progress after each frame and every second, verdict, files. docs/driver.md.
class JsonTeller : public RunTeller {
 public:
  void start(const Prepared& p, const std::optional<Expectation>& expected, const std::string& backend) override {
    first_ = p.frames.first;
    nlohmann::ordered_json line{{"type", "start"},
                                {"schema", "eddy.lines/1"},
                                {"model", p.model.string()},
                                {"clip", p.clip},
                                {"generated_clip", p.generated()},
                                {"chip", p.chip.name},
                                {"backend", backend},
                                {"first_frame", first_}};
    line["frames"] = p.frames.last < 0 ? nlohmann::ordered_json() : nlohmann::ordered_json(p.frames.last - first_);
    line["expected_cycles"] = expected ? nlohmann::ordered_json(expected->cycles) : nlohmann::ordered_json();
    line["notes"] = p.notes;
    tell(line);
  }
  void progress(const Progress& p) override {
    const auto left = to_go_.at(p);
    if (p.done == done_ && Clock::now() < next_) return;
    done_ = p.done;
    next_ = Clock::now() + std::chrono::seconds(1);
    nlohmann::ordered_json line{{"type", "progress"}, {"frames", p.done}};
    line["frame"] = p.done == 0 ? nlohmann::ordered_json() : nlohmann::ordered_json(first_ + p.skipped + p.done - 1);
    line["cycles"] = p.cycles;
    line["events_checked"] = p.events_checked;
    line["seconds"] = p.seconds;
    line["seconds_to_go"] = left ? nlohmann::ordered_json(*left) : nlohmann::ordered_json();
    tell(line);
  }
  void results(const std::string&) override {}
  void verdict(const std::string& text, const RunResult& result, int exit_status) override {
    tell({{"type", "verdict"},
          {"match", exit_status == 0},
          {"text", text},
          {"frames", result.frames},
          {"events_checked", result.events_checked},
          {"cycles", result.cycles},
          {"seconds", result.seconds},
          {"exit_status", exit_status}});
  }
  void files(const Paths& written) override {
    nlohmann::ordered_json line{{"type", "files"}, {"files", nlohmann::ordered_json::array()}};
    for (const auto& file : written) line["files"].push_back(file.string());
    tell(line);
  }

 private:
  using Clock = std::chrono::steady_clock;
  static void tell(const nlohmann::ordered_json& line) {
    fmt::print("{}\n", json_text(line));
    std::fflush(stdout);
  }

  int first_ = 0, done_ = 0;
  TimeToGo to_go_;
  Clock::time_point next_{};
};

}  // namespace

std::unique_ptr<RunTeller> make_run_teller(Telling telling) {
  switch (telling) {
    case Telling::quiet:
      return std::make_unique<QuietTeller>();
    case Telling::json_lines:
      return std::make_unique<JsonTeller>();
    case Telling::text:
      break;
  }
  return std::make_unique<TextTeller>();
}

}  // namespace eddy::cli

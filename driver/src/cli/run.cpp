// SPDX-License-Identifier: Apache-2.0
/// `eddy run`: a video through a network on a device, everything compared with the golden model.
#include <filesystem>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "cli/interrupt.hpp"
#include "cli/options.hpp"
#include "cli/progress_bar.hpp"
#include "cli/verb.hpp"
#include "eddy/output_errors.hpp"
#include "eddy/output_files.hpp"
#include "eddy/referee.hpp"
#include "eddy/report.hpp"
#include "eddy/run.hpp"
#include "eddy/task.hpp"
#include "json_text.hpp"
#include "task/whole_file.hpp"

namespace eddy::cli {
namespace {

namespace fs = std::filesystem;

struct RunVerb {
  ModelOptions model;
  BackendOptions backend;
  int in_flight = 3;
  std::string json, output, out = "out/run";
  bool referee = false, error = false;
};

void print_set_up(const Prepared& p) {
  const CompileReport& report = p.compiled.report;
  const QuantiseReport& quantised = p.quantised.report;
  fmt::print("Model      {} ({})\n", p.model.stem().string(), p.model.string());
  fmt::print("Input      {}\n", json_text(parsed_ordered_json(to_json(p.input))));
  fmt::print("Clip       {}, frames {}:{}\n", p.clip, p.frames.first,
             p.frames.last < 0 ? "" : std::to_string(p.frames.last));
  fmt::print("Thresholds {} grey levels, {:g} of the range by layer{}; calibrated on {} frames\n", p.thresholds.pixel,
             p.thresholds.share,
             p.thresholds.layers.empty() ? "" : fmt::format(" ({} of them with their own)", p.thresholds.layers.size()),
             quantised.calibration_frames);
  if (p.weight_choice) fmt::print("{}", to_text(*p.weight_choice));
  if (p.mode_choice) fmt::print("{}", to_text(*p.mode_choice));
  fmt::print("Chip       {}: {} of {} tiles used, {:.0f} of {:.0f} KB, balance {:.2f}\n", p.chip.name,
             report.tiles_used, p.chip.tiles(), static_cast<double>(report.memory.total()) / 1024,
             static_cast<double>(report.ram_bytes) / 1024,
             report.mean_load > 0 ? report.largest_load / report.mean_load : 1.0);
  for (const std::string& note : p.notes) fmt::print("Note       {}\n", note);
}

void print_expectation(const Prepared& p, const RunVerb& options) {
  if (options.backend.uri != "sim:" || p.frames.last < 0) return;
  const int frames = p.frames.last - p.frames.first;
  const Expectation e = expect(p, frames, options.backend.threads(p.chip));
  fmt::print("Expected   {:.1f} million cycles for {} frames, about {:.1f} minutes\n", e.cycles / 1e6, frames,
             e.minutes);
}

/// Whoever wants the answers of a run.
class Answers {
 public:
  Answers(const Prepared& p, const RunVerb& options) : prepared_(p) {
    task_ = open_task(p.model, p.own_clip ? std::string() : p.clip);
    if (!options.output.empty()) files_ = std::make_unique<OutputFiles>(options.output, p.network());
    if (options.referee) referee_ = std::make_unique<Referee>(p.model, p.graph, p.network(), p.input);
    if (options.error) errors_ = std::make_unique<ErrorMeter>(p.network());
  }

  void add(int frame, const Picture& picture, std::span<const Tensor> tensors) {
    const auto outputs = real_outputs(prepared_.network(), tensors);
    if (task_) task_->add_frame(prepared_.frames.first + frame, picture, outputs);
    if (files_) files_->add_frame(outputs);
    if (referee_) referee_->add_frame(picture, outputs);
    if (errors_) errors_->add_frame(to_frame(prepared_.network(), picture));
    any_ = true;
  }

  /// Prints what came of it, puts it into the report, writes its files and adds their names.
  void finish(const fs::path& out, nlohmann::ordered_json& report, std::vector<fs::path>& written) {
    report["task"] = nullptr;
    report["error"] = nullptr;
    if (!any_) return;  // the first frame differs already
    if (task_) {
      const TaskResult result = task_->finish();
      report["task"] = result.quality;
      for (const std::string& line : result.lines) fmt::print("{}\n", line);
      task_->write_answers(out / "answers.json");
      task_->write_contact_sheet(out / "frames.png");
      written.insert(written.end(), {out / "answers.json", out / "frames.png"});
    }
    if (referee_) {
      for (const OutputCloseness& o : referee_->finish()) {
        fmt::print("Closeness to {}, output {}: {}\n", referee_->name(), o.name, to_text(o.all));
        auto& entry = report["referee"][o.name] = to_json(o.all);
        entry["judge"] = referee_->name();
      }
    }
    if (errors_) {
      fmt::print("{}", error_lines(errors_->outputs()));
      report["error"] = error_report(errors_->outputs());
    }
    if (files_) {
      const auto files = files_->finish();
      written.insert(written.end(), files.begin(), files.end());
    }
  }

 private:
  const Prepared& prepared_;
  std::unique_ptr<Task> task_;
  std::unique_ptr<OutputFiles> files_;
  std::unique_ptr<Referee> referee_;
  std::unique_ptr<ErrorMeter> errors_;
  bool any_ = false;
};

RunResult run_with_bar(const Prepared& p, Device& device, Clip& clip, Answers& answers, const RunVerb& options,
                       const Interrupt& interrupt) {
  ProgressBar bar;
  RunOptions run_options;
  run_options.in_flight = options.in_flight;
  run_options.on_frame = [&](int frame, const Picture& picture, std::span<const Tensor> outputs) {
    answers.add(frame, picture, outputs);
  };
  run_options.on_progress = [&](const Progress& progress) { bar.show(progress); };
  run_options.stop = [&] { return interrupt.asked(); };
  return run(p, device, clip, run_options);
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw FileError(fmt::format("{}: cannot be made: {}", folder.string(), error.message()));
}

int act(const RunVerb& options, const Context& context) {
  const fs::path out = options.out;
  // First, what may be wrong and is soon told.
  const auto device =
      open_device(options.backend.uri, options.backend.get(find_chip(options.model.chip), options.model.seed));
  make_folder(out);
  if (!options.json.empty()) make_folder(fs::absolute(options.json).parent_path());
  const Prepared p = prepare(options.model.get());
  print_set_up(p);
  print_expectation(p, options);
  std::fflush(stdout);
  const auto clip = open_frames(p);
  const Interrupt interrupt;
  Answers answers(p, options);
  const RunResult result = run_with_bar(p, *device, *clip, answers, options, interrupt);
  for (const std::string& note : clip->notes()) fmt::print("Note       {}\n", note);
  if (result.frames > 0) fmt::print("\n{}", layer_table(result));
  fmt::print("{}{}", cycle_lines(result), fp16_line(p.network(), result));
  if (result.failure) fmt::print(stderr, "eddy: {}\n", result.failure->what());
  auto report = run_report(p, result, {context.command_line, options.model.seed, options.backend.threads(p.chip)});
  for (const std::string& note : clip->notes()) report["notes"].push_back(note);
  std::vector<fs::path> written;
  answers.finish(out, report, written);
  const auto errors = counter_errors(result);
  if (!errors.empty()) {
    report["match"] = false;
    report["counter_errors"] = errors;
  }
  for (const std::string& error : errors) fmt::print("COUNTERS: {}\n", error);
  fmt::print("{}\n", verdict(p, result));
  std::fflush(stdout);  // whatever becomes of the files
  const std::string text = json_text(report, 2) + "\n";
  written.push_back(out / "report.json");
  if (!options.json.empty()) written.emplace_back(options.json);
  for (const fs::path& file : {out / "report.json", fs::path(options.json)}) {
    if (!file.empty()) write_whole(file, text);
  }
  if (p.generated()) fmt::print("The clip was a GENERATED scene, no recording.\n");
  for (const fs::path& file : written) fmt::print("  {}\n", file.string());
  if (result.failure) return result.failure->exit_status();
  if (result.interrupted) return interrupted_status;
  return static_cast<int>(result.match() && errors.empty() ? ExitStatus::good : ExitStatus::mismatch);
}

}  // namespace

void add_run(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("run", "run a network on a video, every event compared with the golden model");
  auto options = std::make_shared<RunVerb>();
  options->model.add_to(*verb);
  options->backend.add_to(*verb);
  verb->add_option("--in-flight", options->in_flight, "frames in flight")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  verb->add_option("--out", options->out, "folder of the run's files")->capture_default_str();
  verb->add_option("--json", options->json, "the report (schema eddy.run/1) in this file too");
  verb->add_option("--output", options->output, "write each output as .npy, real values, into this folder");
  verb->add_flag("--referee", options->referee, "judge by ONNX Runtime, live");
  verb->add_flag("--error", options->error,
                 "what thresholds cost: each frame's error against the dense network, and a bound that is proved");
  verb->footer(
      "Examples:\n"
      "  eddy run                                          the shipped network on its clip, on the RTL of chip small\n"
      "  eddy run --backend model: --frames 556:600        untimed, a few frames\n"
      "  eddy run --model net.onnx --clip film.mp4 --channels rgb --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225\n"
      "  eddy run --theta 0 --theta-pixel 0                nothing is left out: equal to the dense network\n"
      "  eddy run --frames 556:560 --wave out/run.fst --wave-to 20000 --wave-tiles 0,0 0,1");
  verb->callback([options, &context] { context.action = [options, &context] { return act(*options, context); }; });
}

}  // namespace eddy::cli

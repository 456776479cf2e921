// SPDX-License-Identifier: Apache-2.0
/// `eddy run`: a video through a network on a device, everything compared with the golden model.
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "cli/answers.hpp"
#include "cli/interrupt.hpp"
#include "cli/options.hpp"
#include "cli/recorded_run.hpp"
#include "cli/run_teller.hpp"
#include "cli/verb.hpp"
#include "eddy/report.hpp"
#include "eddy/run.hpp"
#include "json_text.hpp"
#include "task/whole_file.hpp"

namespace eddy::cli {
namespace {

namespace fs = std::filesystem;

struct RunVerb {
  ModelOptions model;
  BackendOptions backend;
  WantedAnswers answers;
  int in_flight = 3;
  std::string json, out = "out/run";
  Telling telling = Telling::text;
  std::string replay;                   // a report
  std::optional<RecordedRun> recorded;  // what this run repeats
};

std::optional<Expectation> expectation(const Prepared& p, const RunVerb& options) {
  if (options.backend.uri != "sim:" || p.frames.last < 0) return std::nullopt;
  return expect(p, p.frames.last - p.frames.first, options.backend.threads(p.chip));
}

RunResult run_told(const Prepared& p, Device& device, Clip& clip, Answers& answers, RunTeller& teller,
                   const RunVerb& options, const Interrupt& interrupt) {
  RunOptions run_options;
  run_options.in_flight = options.in_flight;
  run_options.on_frame = [&](int frame, const Picture& picture, std::span<const Tensor> outputs) {
    answers.add(frame, picture, outputs);
  };
  run_options.on_progress = [&](const Progress& progress) { teller.progress(progress); };
  run_options.stop = [&] { return interrupt.asked(); };
  return run(p, device, clip, run_options);
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw FileError(fmt::format("{}: cannot be made: {}", folder.string(), error.message()));
}

std::string result_text(const Prepared& p, const RunResult& result, const std::vector<std::string>& notes) {
  std::string text;
  for (const std::string& note : notes) text += fmt::format("Note       {}\n", note);
  if (result.frames > 0) text += "\n" + layer_table(result);
  return text + cycle_lines(result) + fp16_line(p.network(), result);
}

std::string counter_lines(const std::vector<std::string>& errors) {
  std::string text;
  for (const std::string& error : errors) text += fmt::format("COUNTERS: {}\n", error);
  return text;
}

int exit_status(const RunResult& result, bool counters_are_right) {
  if (result.failure) return result.failure->exit_status();
  if (result.interrupted) return interrupted_status;
  return static_cast<int>(result.match() && counters_are_right ? ExitStatus::good : ExitStatus::mismatch);
}

nlohmann::ordered_json unfinished_report(const Prepared& p, const Provenance& provenance) {
  RunResult nothing;
  nothing.interrupted = true;
  auto report = run_report(p, nothing, provenance);
  report["finished"] = false;
  return report;
}

int act(const RunVerb& options, const Context& context) {
  if (options.telling != Telling::text) spdlog::set_level(spdlog::level::warn);
  const fs::path out = options.out;
  // First, what may be wrong and is soon told.
  const auto device =
      open_device(options.backend.uri, options.backend.get(find_chip(options.model.chip), options.model.seed));
  make_folder(out);
  if (!options.json.empty()) make_folder(fs::absolute(options.json).parent_path());
  const Prepared p = prepare(options.model.get());
  if (options.recorded) options.recorded->check_same(p);
  const Provenance provenance{context.command_line, options.model.seed, options.backend.threads(p.chip)};
  const auto teller = make_run_teller(options.telling);
  teller->start(p, expectation(p, options), options.backend.uri);
  const auto clip = open_frames(p);
  const Interrupt interrupt;
  Answers answers(p, options.answers);
  // A crash leaves what the run can be repeated from, and no report of the run before.
  if (!options.recorded) write_whole(out / "report.json", json_text(unfinished_report(p, provenance), 2) + "\n");
  const RunResult result = run_told(p, *device, *clip, answers, *teller, options, interrupt);
  teller->results(result_text(p, result, clip->notes()));
  if (result.failure) fmt::print(stderr, "eddy: {}\n", result.failure->what());
  auto report = run_report(p, result, provenance);
  for (const std::string& note : clip->notes()) report["notes"].push_back(note);
  const auto errors = counter_errors(result);
  if (!errors.empty()) {
    report["match"] = false;
    report["counter_errors"] = errors;
  }
  std::vector<fs::path> written;
  teller->results(answers.finish(out, report, written) + counter_lines(errors));
  const int status = exit_status(result, errors.empty());
  teller->verdict(verdict(p, result), result, status);  // whatever becomes of the files
  const std::string text = json_text(report, 2) + "\n";
  written.push_back(out / "report.json");
  if (!options.json.empty()) written.emplace_back(options.json);
  for (const fs::path& file : {out / "report.json", fs::path(options.json)}) {
    if (!file.empty()) write_whole(file, text);
  }
  teller->files(written);
  if (!options.recorded) return status;
  const Comparison comparison = options.recorded->compared_with(report);
  fmt::print(stderr, "eddy: {}\n", comparison.text);
  return comparison.same ? status : static_cast<int>(ExitStatus::mismatch);
}

void add_verb(CLI::App& app, Context& context, const std::optional<RecordedRun>& recorded);

/// The recorded run's options, and those that stand beside --replay.
int replay(const std::string& report, const Context& context) {
  const RecordedRun recorded(report);
  Context again;
  const std::vector<std::string>& now = context.command_line;
  again.command_line = {now.front()};
  const auto& then = recorded.arguments();
  again.command_line.insert(again.command_line.end(), then.begin(), then.end());
  for (std::size_t i = 2; i < now.size(); ++i) {
    if (now[i] == "--replay")
      ++i;
    else if (!now[i].starts_with("--replay="))
      again.command_line.push_back(now[i]);
  }
  CLI::App app;
  add_verb(app, again, recorded);
  app.parse(std::vector(again.command_line.rbegin(), again.command_line.rend() - 1));  // CLI11 takes the last first
  return again.action();
}

void add_verb(CLI::App& app, Context& context, const std::optional<RecordedRun>& recorded) {
  auto* verb = app.add_subcommand("run", "run a network on a video, every event compared with the golden model");
  auto options = std::make_shared<RunVerb>();
  options->recorded = recorded;
  options->model.add_to(*verb);
  options->backend.add_to(*verb);
  verb->add_option("--in-flight", options->in_flight, "frames in flight")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  verb->add_option("--out", options->out, "folder of the run's files")->capture_default_str();
  verb->add_option("--json", options->json, "the report (schema eddy.run/1) in this file too");
  verb->add_option("--output", options->answers.output, "write each output as .npy, real values, into this folder");
  verb->add_flag("--referee", options->answers.referee, "judge by ONNX Runtime, live");
  verb->add_flag("--error", options->answers.error,
                 "what thresholds cost: each frame's error against the dense network, and a bound that is proved");
  auto* quiet = verb->add_flag_callback(
      "--quiet", [options] { options->telling = Telling::quiet; }, "say nothing but the verdict");
  verb->add_flag_callback(
          "--json-lines", [options] { options->telling = Telling::json_lines; },
          "tell all on standard output as JSON, an object a line, for programs (docs/driver.md)")
      ->excludes(quiet);
  verb->add_option("--replay", options->replay,
                   "repeat the run of this report.json, with the options given beside it, and compare: same end, same "
                   "cycle");
  verb->footer(
      "Examples:\n"
      "  eddy run                                          the shipped network on its clip, on the RTL of chip small\n"
      "  eddy run --backend model: --frames 556:600        untimed, a few frames\n"
      "  eddy run --model net.onnx --clip film.mp4 --channels rgb --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225\n"
      "  eddy run --theta 0 --theta-pixel 0                nothing is left out: equal to the dense network\n"
      "  eddy run --frames 556:560 --wave out/run.fst --wave-to 20000 --wave-tiles 0,0 0,1\n"
      "  eddy run --replay out/run/report.json --wave out/run.fst    what failed once, with waves");
  verb->callback([options, &context] {
    context.action = [options, &context] {
      return options->replay.empty() ? act(*options, context) : replay(options->replay, context);
    };
  });
}

}  // namespace

void add_run(CLI::App& app, Context& context) { add_verb(app, context, std::nullopt); }

}  // namespace eddy::cli

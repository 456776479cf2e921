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
#include "eddy/run_jobs.hpp"
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
  std::string save_state, load_state;
  int save_every = 0;
  std::string replay;                   // a report
  std::optional<RecordedRun> recorded;  // what this run repeats
};

std::optional<Expectation> expectation(const Prepared& p, const RunVerb& options, int skipped) {
  if (options.backend.uri != "sim:" || p.frames.last < 0) return std::nullopt;
  return expect(p, p.frames.last - p.frames.first - skipped, options.backend.threads(p.chip));
}

/// `device`, or one of its kind for each job.
RunResult run_told(const Prepared& p, std::unique_ptr<Device> device, Clip& clip, Answers& answers, RunTeller& teller,
                   const RunVerb& options, const std::optional<SavedState>& state, const Interrupt& interrupt) {
  RunOptions run_options;
  run_options.in_flight = options.in_flight;
  run_options.from = state ? &*state : nullptr;
  run_options.save = options.save_state;
  run_options.save_every = options.save_every;
  run_options.on_frame = [&](int frame, const Picture& picture, std::span<const Tensor> outputs) {
    answers.add(frame, picture, outputs);
  };
  run_options.on_progress = [&](const Progress& progress) { teller.progress(progress); };
  run_options.stop = [&] { return interrupt.asked(); };
  if (options.backend.jobs == 1) return run(p, *device, clip, run_options);
  device.reset();
  const auto make_device = [&] {
    return open_device(options.backend.uri, options.backend.get(p.chip, options.model.seed));
  };
  return run_jobs(p, options.backend.jobs, make_device, run_options);
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw FileError(fmt::format("{}: cannot be made: {}", folder.string(), error.message()));
}

using Arguments = std::vector<std::string>;

/// All but one option and its value.
Arguments without(const Arguments& arguments, const std::string& option) {
  Arguments rest;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == option)
      ++i;
    else if (!arguments[i].starts_with(option + "="))
      rest.push_back(arguments[i]);
  }
  return rest;
}

std::string command_to_go_on(const Arguments& command_line, const std::string& state) {
  std::string text;
  for (const std::string& word : without(command_line, "--load-state")) text += shell_word(word) + " ";
  return text + "--load-state " + shell_word(state);
}

std::string result_text(const Prepared& p, const RunResult& result) {
  std::string text = note_lines(result.notes);
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
  if (options.backend.uri != "sim:" && !(options.save_state + options.load_state).empty())
    throw UsageError(fmt::format("--save-state, --load-state: backend {} has no states to save, only sim: has",
                                 options.backend.uri));
  std::optional<SavedState> state;
  if (!options.load_state.empty()) state.emplace(options.load_state);
  auto device =
      open_device(options.backend.uri, options.backend.get(find_chip(options.model.chip), options.model.seed));
  make_folder(out);
  for (const std::string& file : {options.json, options.save_state}) {
    if (!file.empty()) make_folder(fs::absolute(file).parent_path());
  }
  const Prepared p = prepare(options.model.get());
  if (options.recorded) options.recorded->check_same(p);
  const Provenance provenance{context.command_line, options.model.seed, options.backend.threads(p.chip)};
  const auto teller = make_run_teller(options.telling);
  teller->start(p, expectation(p, options, state ? state->frames() : 0), options.backend.uri);
  const auto clip = open_frames(p);
  const Interrupt interrupt;
  Answers answers(p, options.answers);
  // A crash leaves what the run can be repeated from, and no report of the run before.
  if (!options.recorded) write_whole(out / "report.json", json_text(unfinished_report(p, provenance), 2) + "\n");
  const RunResult result = run_told(p, std::move(device), *clip, answers, *teller, options, state, interrupt);
  teller->results(result_text(p, result));
  if (result.failure) fmt::print(stderr, "eddy: {}\n", result.failure->what());
  if (result.saved > 0) {
    spdlog::info("{}: the state behind frame {}; {}", options.save_state, p.frames.first + result.saved - 1,
                 result.match() ? "more --frames go on from it with --load-state"
                                : "to go on: " + command_to_go_on(context.command_line, options.save_state));
  }
  auto report = run_report(p, result, provenance);
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
  const Arguments now = without(context.command_line, "--replay");
  again.command_line = {now.front()};
  const Arguments& then = recorded.arguments();
  again.command_line.insert(again.command_line.end(), then.begin(), then.end());
  again.command_line.insert(again.command_line.end(), now.begin() + 2, now.end());
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
  auto* error =
      verb->add_flag("--error", options->answers.error,
                     "what thresholds cost: each frame's error against the dense network, and a bound that is proved");
  auto* quiet = verb->add_flag_callback(
      "--quiet", [options] { options->telling = Telling::quiet; }, "say nothing but the verdict");
  verb->add_flag_callback(
          "--json-lines", [options] { options->telling = Telling::json_lines; },
          "tell all on standard output as JSON, an object a line, for programs (docs/driver.md)")
      ->excludes(quiet);
  auto* jobs = verb->add_option("--jobs", options->backend.jobs,
                                "parts of the frames, run side by side on a device each; where all layers send values "
                                "(--mode spatial), so that frames do not depend on each other")
                   ->check(CLI::Range(1, 256))
                   ->capture_default_str();
  auto* save = verb->add_option("--save-state", options->save_state,
                                "save chip and memory in this file when the run has ended, exact to the register; with "
                                "--save-every also on the way")
                   ->excludes(jobs);
  verb->add_option("--save-every", options->save_every, "... whenever so many frames are done")
      ->check(CLI::Range(1, 1'000'000))
      ->needs(save);
  verb->add_option("--load-state", options->load_state,
                   "go on from a saved state: the same options, behind its last frame")
      ->excludes(error)
      ->excludes(jobs);
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
      "  eddy run --replay out/run/report.json --wave out/run.fst    what failed once, with waves\n"
      "  eddy run --save-state out/s --save-every 20       a long run that can be gone on with, by ...\n"
      "  eddy run --load-state out/s                       ... the same options and the state");
  verb->callback([options, &context] {
    context.action = [options, &context] {
      return options->replay.empty() ? act(*options, context) : replay(options->replay, context);
    };
  });
}

}  // namespace

void add_run(CLI::App& app, Context& context) { add_verb(app, context, std::nullopt); }

}  // namespace eddy::cli

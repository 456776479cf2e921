// SPDX-License-Identifier: Apache-2.0
/// `eddy tune`: thresholds for a network, the most work saved within a loss of quality.
#include <algorithm>
#include <filesystem>
#include <memory>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "cli/interrupt.hpp"
#include "cli/options.hpp"
#include "cli/progress_bar.hpp"
#include "cli/verb.hpp"
#include "eddy/error.hpp"
#include "eddy/report.hpp"
#include "eddy/tune.hpp"
#include "json_text.hpp"
#include "task/whole_file.hpp"

namespace eddy::cli {
namespace {

namespace fs = std::filesystem;

struct TuneVerb {
  ModelOptions model;
  std::string loss = "1%", out = "out/tune";
  double minutes = 5;
  TuneOptions tune;
};

std::string percent(double share) { return fmt::format("{:.2f} %", 100 * share); }

void print_row(const std::string& name, const Trial& trial) {
  fmt::print("{:<34}  {:>9}  {:>9}  {:>9}  {:>9.4f}\n", name, percent(trial.done()), percent(trial.loss),
             percent(trial.error), trial.quality);
}

void print_trials(const TuneResult& result) {
  fmt::print("{:<34}  {:>9}  {:>9}  {:>9}  {:>9}\n", fmt::format("{} frames to tune on", result.frames), "MACs done",
             "loss", "error", result.metric.size() > 9 ? "quality" : result.metric);
  print_row("  thresholds 0", result.dense());
  print_row("  thresholds as given", result.given());
  print_row("  tuned", result.tuned());
  if (!result.held_out) return;
  fmt::print("{} frames held out\n", result.held_out->frames);
  print_row("  thresholds 0", result.held_out->dense);
  print_row("  thresholds as given", result.held_out->given);
  print_row("  tuned", result.held_out->tuned);
}

/// Shares of a layer, from the least to the most where its channels differ.
std::string shares_text(const std::vector<double>& shares) {
  const auto [least, most] = std::ranges::minmax(shares);
  return least == most ? fmt::format("{:g}", least) : fmt::format("{:g} to {:g}", least, most);
}

void print_thresholds(const TuneResult& result) {
  const Thresholds &given = result.given().thresholds, &tuned = result.tuned().thresholds;
  fmt::print("{:<24}  {:>20}  {:>20}\n", "threshold", "given", "tuned");
  fmt::print("{:<24}  {:>20}  {:>20}\n", "pixel (grey levels)", given.pixel, tuned.pixel);
  for (const auto& [layer, shares] : tuned.layers) {
    fmt::print("{:<24}  {:>20}  {:>20}\n", layer + " (share of range)", shares_text(given.layers.at(layer)),
               shares_text(shares));
  }
}

TuneResult tune_with_bar(const Prepared& p, TuneOptions tune_options, const Interrupt& interrupt) {
  ProgressBar bar("trial");
  tune_options.on_progress = [&](const TuneProgress& progress) {
    bar.show(progress.progress, fmt::format("best {} of the dense products at a loss of {}", percent(progress.done),
                                            percent(progress.loss)));
  };
  tune_options.stop = [&] { return interrupt.asked(); };
  return tune(p, tune_options);
}

/// What the compiler expects of the chip, with the file as a run takes it.
void print_load(const Prepared& before, PrepareOptions options, const fs::path& thresholds) {
  options.thresholds = thresholds;
  options.theta.reset();
  options.theta_pixel.reset();
  const Prepared after = prepare(options);
  fmt::print("Busiest tile of {}: {:.0f} MAC cycles a frame expected, instead of {:.0f}\n", before.chip.name,
             after.compiled.report.largest_load, before.compiled.report.largest_load);
}

/// How the search ended, and whether frames that it never saw agree.
std::string verdict_of(const TuneResult& result, double loss) {
  const Trial& tuned = result.tuned();
  std::string text =
      fmt::format("TUNED: {} of the dense products instead of {}, at a loss of {} by {}", percent(tuned.done()),
                  percent(result.given().done()), percent(tuned.loss), result.metric);
  if (result.held_out) {
    const double held = result.held_out->tuned.loss;
    text += fmt::format(" ({} on frames held out{})", percent(held),
                        held > loss ? ", MORE than was asked: ask for less, or tune on more frames" : "");
  }
  return text;
}

int act(const TuneVerb& options, const CLI::App& verb) {
  TuneOptions tune_options = options.tune;
  tune_options.loss = read_share("--loss", options.loss);
  tune_options.seconds = 60 * options.minutes;
  const fs::path out = options.out;
  std::error_code error;
  fs::create_directories(out, error);
  if (error) throw FileError(fmt::format("{}: cannot be made: {}", out.string(), error.message()));
  PrepareOptions prepare_options = options.model.get();
  prepare_options.all_frames = true;
  prepare_options.replace_foreign = true;
  const Prepared p = prepare(prepare_options);
  const Interrupt interrupt;
  spdlog::info("trying thresholds for {:g} minutes at most; Ctrl-C takes the best so far", options.minutes);
  const TuneResult result = tune_with_bar(p, tune_options, interrupt);
  if (result.trials.size() < 2) {
    fmt::print("INTERRUPTED before anything was tried: nothing is written\n");
    return interrupted_status;
  }
  fmt::print("{}{}", note_lines(p.notes), note_lines(result.notes));
  print_trials(result);
  print_thresholds(result);
  write_whole(out / "thresholds.json", json_text(tuned_file(p, result, tune_options), 2) + "\n");
  write_whole(out / "curve.csv", to_csv(result));
  write_whole(out / "tune.json", json_text(tune_report(p, result, tune_options), 2) + "\n");
  for (const char* file : {"thresholds.json", "curve.csv", "tune.json"}) fmt::print("  {}\n", (out / file).string());
  if (!result.interrupted) print_load(p, prepare_options, out / "thresholds.json");
  fmt::print("{} trials in {:.0f} s{}\n", result.trials.size(), result.seconds,
             result.interrupted ? ", INTERRUPTED: the best so far"
             : result.finished  ? ""
                                : ", when time or trials were over: more may be found (--minutes, --trials)");
  fmt::print("{}\n", verdict_of(result, tune_options.loss));
  fmt::print("Run it: eddy run{} --thresholds {}\n",
             options.model.command_line(verb, {"frames", "thresholds", "theta", "theta-pixel"}),
             shell_word((out / "thresholds.json").string()));
  return result.interrupted ? interrupted_status : static_cast<int>(ExitStatus::good);
}

}  // namespace

void add_tune(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("tune", "choose thresholds: the most work saved within a loss of quality");
  auto options = std::make_shared<TuneVerb>();
  options->model.add_to(*verb);
  verb->add_option("--loss", options->loss, "the most quality that may be lost, as a share of the dense network's")
      ->capture_default_str();
  verb->add_option("--metric", options->tune.metric,
                   "task: the score of the model's task; error: closeness to the dense network; else a command that "
                   "is given a folder with the outputs, and prints a number: higher is better. The task's score "
                   "where there are labels, else the error, unless given");
  verb->add_flag("--by-channel", options->tune.by_channel, "a threshold for each channel: takes longer");
  verb->add_option("--minutes", options->minutes, "when they are over, the best so far is taken")
      ->check(CLI::Range(0.01, 100'000.0))
      ->capture_default_str();
  verb->add_option("--trials", options->tune.trials, "when so many were tried, too")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  verb->add_option("--windows", options->tune.windows, "places of the clip to tune on, at least")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  verb->add_option("--window-frames", options->tune.window_frames, "neighbouring frames at each of them")
      ->check(CLI::Range(2, 10'000))
      ->capture_default_str();
  verb->add_option("--out", options->out, "folder for thresholds.json, curve.csv and tune.json")->capture_default_str();
  verb->footer(
      "Quality of the dense network (thresholds 0, the same integers) is what is compared with; every third window of\n"
      "the clip is held out, and tells whether the thresholds hold on frames that they were not made for.\n"
      "Examples:\n"
      "  eddy tune people film.mp4 --loss 1%\n"
      "  eddy tune --loss 0.5% --by-channel --minutes 30      the shipped network on its clip, by channel\n"
      "  eddy tune net.onnx film.mp4 --metric error --loss 2% root mean square error, share of the outputs' range\n"
      "  eddy tune net.onnx film.mp4 --metric 'python3 score.py'\n"
      "  eddy run net.onnx film.mp4 --thresholds out/tune/thresholds.json");
  verb->callback([options, verb, &context] { context.action = [options, verb] { return act(*options, *verb); }; });
}

}  // namespace eddy::cli

// SPDX-License-Identifier: Apache-2.0
/// `eddy check`: can the chip do this model? And do our own models of it agree with each other?
#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "cli/options.hpp"
#include "cli/verb.hpp"
#include "eddy/error.hpp"
#include "eddy/golden.hpp"
#include "eddy/report.hpp"
#include "eddy/run.hpp"

namespace eddy::cli {
namespace {

struct CheckVerb {
  ModelOptions model;
  bool quick = false;
};

constexpr int usual_frames = 8;

/// The golden event model against the dense one, thresholds aside. Returns what differs, empty where nothing does.
std::string compare_dense(const Prepared& p) {
  Network network = p.network();
  std::ranges::fill(network.input.theta, 0);
  for (Layer& layer : network.layers) {
    for (Requant& channel : layer.channels) channel.theta = 0;
  }
  GoldenEvents events(network);
  const GoldenDense dense(network);
  const auto clip = open_frames(p);
  for (auto picture = clip->next(); picture; picture = clip->next()) {
    const Frame frame = to_frame(network, *picture);
    const int number = p.frames.first + events.step(frame).frame;
    const auto layers = dense.run(frame);
    for (std::size_t l = 0; l < layers.size(); ++l) {
      if (layers[l] != events.sent(static_cast<int>(l)))
        return fmt::format("frame {}, layer {}", number, network.layers[l].name);
    }
  }
  return {};
}

int act(const CheckVerb& options) {
  PrepareOptions prepare_options = options.model.get();
  if (!prepare_options.frames) {
    // The first of the frames that a run would take.
    const Imported imported = import_model(prepare_options.model, prepare_options.input);
    const bool own =
        prepare_options.clip.empty() && imported.input.frames && std::filesystem::exists(imported.input.clip);
    const int first = own ? imported.input.frames->first : 0;
    prepare_options.frames = FrameRange{first, first + usual_frames};
  }
  const Prepared p = prepare(prepare_options);
  fmt::print("model      {}: {} layers, all of them supported\n", p.model.stem().string(), p.network().layers.size());
  fmt::print("chip       {}: fits, {} tiles, {} of {} KB\n", p.chip.name, p.compiled.report.tiles_used,
             p.compiled.report.memory.total() / 1024, p.compiled.report.ram_bytes / 1024);
  if (p.weight_choice) fmt::print("{}", to_text(*p.weight_choice));
  for (const std::string& note : p.notes) fmt::print("note       {}\n", note);
  if (options.quick) return 0;

  const std::string difference = compare_dense(p);
  fmt::print("thresholds 0: events {} the dense network\n",
             difference.empty() ? "equal" : fmt::format("DIFFER at {} from", difference));
  const auto device = make_model_device(options.model.seed);
  const auto clip = open_frames(p);
  const RunResult result = run(p, *device, *clip);
  if (result.failure) throw *result.failure;
  fmt::print("image on the untimed model, {} frames: {}\n", result.frames, verdict(p, result));
  const auto errors = counter_errors(result);
  for (const std::string& error : errors) fmt::print("COUNTERS: {}\n", error);
  const bool good = difference.empty() && result.match() && errors.empty();
  return static_cast<int>(good ? ExitStatus::good : ExitStatus::mismatch);
}

}  // namespace

void add_check(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("check", "can the chip execute this model, and do the models of the chip agree?");
  auto options = std::make_shared<CheckVerb>();
  options->model.add_to(*verb);
  verb->add_flag("--quick", options->quick, "only whether it is supported and fits");
  verb->footer(
      "Lists everything that is not supported, at once (exit status 3), or what is missing on the chip (4).\n"
      "Then, on a few frames: the event model with thresholds 0 against the dense network, and the image on the\n"
      "untimed model against the event model. No RTL takes part.\n"
      "Examples:\n"
      "  eddy check --model net.onnx --quick\n"
      "  eddy check --model net.onnx --clip film.mp4 --chip full --frames 0:20");
  verb->callback([options, &context] { context.action = [options] { return act(*options); }; });
}

}  // namespace eddy::cli

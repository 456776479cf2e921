// SPDX-License-Identifier: Apache-2.0
/// `eddy check`: can the chip do this model? And do our own models of it agree with each other?
#include <memory>

#include <fmt/format.h>

#include "cli/options.hpp"
#include "cli/verb.hpp"
#include "eddy/check_layers.hpp"
#include "eddy/error.hpp"
#include "eddy/golden.hpp"
#include "eddy/report.hpp"
#include "eddy/run.hpp"
#include "json_text.hpp"
#include "task/whole_file.hpp"

namespace eddy::cli {
namespace {

struct CheckVerb {
  ModelOptions model;
  std::string referee, bound, import_bound, json;
  bool quick = false;
};

constexpr int usual_frames = 8;
const std::string only_referee = "onnxruntime";

/// The golden event model against the dense one, thresholds aside. Returns what differs, empty where nothing does.
std::string compare_dense(const Prepared& p) {
  Network network = p.network();
  drop_thresholds(network);
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

/// All layers beside ONNX Runtime, on the frames of the check.
LayerCheck compare_layers(const Prepared& p, const CheckVerb& options) {
  CheckBounds bounds;
  if (!options.bound.empty()) bounds.integers = read_share("--bound", options.bound);
  if (!options.import_bound.empty()) bounds.import = read_share("--import-bound", options.import_bound);
  std::vector<Picture> pictures;
  const auto clip = open_frames(p);
  for (auto picture = clip->next(); picture; picture = clip->next()) pictures.push_back(std::move(*picture));
  return check_layers(p.model, p.graph, p.network(), p.input, pictures, bounds);
}

/// What the models of the chip made of each other.
struct Agreement {
  std::string dense_difference;  // between events without thresholds and the dense network
  RunResult device;              // the untimed model device beside the golden model
  std::vector<std::string> counter_errors;

  [[nodiscard]] bool good() const { return dense_difference.empty() && device.match() && counter_errors.empty(); }
};

nlohmann::ordered_json check_json(const Prepared& p, const Agreement& agreement,
                                  const std::optional<LayerCheck>& layers) {
  const int first = p.frames.first;
  return {{"schema", "eddy.check/1"},
          {"model", p.model.stem().string()},
          {"chip", p.chip.name},
          {"clip", p.clip},
          {"frame_range", {first, first + agreement.device.frames}},
          {"events_equal_dense", agreement.dense_difference.empty()},
          {"device_equals_events", agreement.device.match() && agreement.counter_errors.empty()},
          {"layers", layers ? to_json(*layers) : nlohmann::ordered_json()},
          {"notes", p.notes}};
}

int act(const CheckVerb& options) {
  if (options.referee.empty() && !(options.bound.empty() && options.import_bound.empty()))
    throw UsageError("--bound and --import-bound go with --referee onnxruntime");
  if (options.quick && !options.referee.empty()) throw UsageError("--quick runs no frame, and --referee needs some");
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
  if (p.mode_choice) fmt::print("{}", to_text(*p.mode_choice));
  if (p.partition_choice) fmt::print("{}", to_text(*p.partition_choice));
  for (const std::string& note : p.notes) fmt::print("note       {}\n", note);
  if (options.quick) return 0;

  Agreement agreement;
  agreement.dense_difference = compare_dense(p);
  fmt::print(
      "thresholds 0: events {} the dense network\n",
      agreement.dense_difference.empty() ? "equal" : fmt::format("DIFFER at {} from", agreement.dense_difference));
  const auto device = make_model_device(options.model.seed);
  const auto clip = open_frames(p);
  agreement.device = run(p, *device, *clip);
  if (agreement.device.failure) throw *agreement.device.failure;
  fmt::print("image on the untimed model, {} frames: {}\n", agreement.device.frames, verdict(p, agreement.device));
  agreement.counter_errors = counter_errors(agreement.device);
  for (const std::string& error : agreement.counter_errors) fmt::print("COUNTERS: {}\n", error);

  std::optional<LayerCheck> layers;
  if (!options.referee.empty()) {
    layers = compare_layers(p, options);
    fmt::print("\n{}", to_text(*layers));
  }
  if (!options.json.empty()) write_whole(options.json, json_text(check_json(p, agreement, layers), 2) + "\n");
  const bool good = agreement.good() && (!layers || layers->good());
  return static_cast<int>(good ? ExitStatus::good : ExitStatus::mismatch);
}

}  // namespace

void add_check(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("check", "can the chip execute this model, and do the models of the chip agree?");
  auto options = std::make_shared<CheckVerb>();
  options->model.add_to(*verb);
  verb->add_flag("--quick", options->quick, "only whether it is supported and fits");
  verb->add_option("--referee", options->referee, "onnxruntime: every layer beside what ONNX Runtime computes")
      ->check(CLI::IsMember({only_referee}));
  verb->add_option("--bound", options->bound,
                   "with --referee: how far a layer's integers may be off, root mean square, as a share of the range")
      ->default_str(fmt::format("{:.3g}%", 100 * CheckBounds{}.integers));
  verb->add_option("--import-bound", options->import_bound,
                   "with --referee: how far a layer may be off as imported, at worst, as a share of the range")
      ->default_str(fmt::format("{:.3g}%", 100 * CheckBounds{}.import));
  verb->add_option("--json", options->json, "what was found (schema eddy.check/1) in this file too");
  verb->footer(
      "Lists everything that is not supported, at once (exit status 3), or what is missing on the chip (4).\n"
      "Then, on a few frames: the event model with thresholds 0 against the dense network, and the image on the\n"
      "untimed model against the event model. No RTL takes part. With a referee, each layer's float values as\n"
      "imported, the chip's integers, and its integers with thresholds, beside the model's own tensors.\n"
      "Exit status 1 where anything differs, or a layer's import or integers are over their bound.\n"
      "Examples:\n"
      "  eddy check net.onnx --quick\n"
      "  eddy check net.onnx --referee onnxruntime         which layer goes wrong, and by how much?\n"
      "  eddy check --model net.onnx --clip film.mp4 --chip full --frames 0:20");
  verb->callback([options, &context] { context.action = [options] { return act(*options); }; });
}

}  // namespace eddy::cli

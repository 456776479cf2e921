// SPDX-License-Identifier: Apache-2.0
#include "eddy/prepare.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "eddy/error.hpp"
#include "eddy/import.hpp"
#include "eddy/networks.hpp"
#include "quantise/layer_names.hpp"
#include "quantise/quantiser.hpp"
#include "quantise/unit.hpp"
#include "run/calibration.hpp"
#include "run/ways_out.hpp"

namespace eddy {
namespace {

namespace fs = std::filesystem;

constexpr int default_frames = 120;
constexpr std::pair<int, int> generated_frames{120, 240}, generated_calibration{0, 120};
constexpr int stdin_calibration = 12;  // frames that are read ahead
constexpr int fewest_untested = 12;    // frames that ranges may be calibrated on instead of those that are run
constexpr int usual_pixel = 2;         // grey levels
constexpr double usual_share = 1.0 / 64;

FrameRange to_range(std::pair<int, int> frames) { return {frames.first, frames.second}; }

FrameRange range_of(const PrepareOptions& options, const Prepared& p) {
  if (options.frames) return *options.frames;
  if (p.own_clip && p.input.frames) {
    const auto [first, last] = *p.input.frames;
    return {first, options.all_frames ? last : std::min(last, first + default_frames)};
  }
  if (p.generated()) return to_range(generated_frames);
  return {0, options.all_frames ? -1 : default_frames};
}

/// Which clip, and which of its frames are run.
void choose_clip(const PrepareOptions& options, Prepared& p) {
  p.clip = options.clip.empty() ? p.input.clip : options.clip;
  p.own_clip = !p.input.clip.empty() && p.clip == p.input.clip;
  if (options.clip.empty() && !p.input.clip.empty() && !fs::exists(p.input.clip)) {
    p.notes.push_back(
        fmt::format("The network's own clip {} is not there{}: a GENERATED scene takes its place.", p.input.clip,
                    p.input.clip_package.empty() ? "" : fmt::format(" (package {})", p.input.clip_package)));
    p.clip.clear();
    p.own_clip = false;
  }
  if (p.clip.empty()) p.clip = "generated";
  p.frames = range_of(options, p);
}

/// What a network is calibrated with.
struct Seen {
  std::vector<Picture> pictures;           // for ranges
  std::vector<std::vector<Picture>> runs;  // of neighbours, for loads
};

/// Frames of the clip that are not tested, as far as there are any.
Seen read_calibration(const PrepareOptions& options, Prepared& p) {
  const Shape& shape = p.graph.layers.front().out;
  const auto read = [&](FrameRange range) {
    const auto clip = open_clip(p.clip, p.input, shape, range);
    return read_calibration_runs(*clip, options.calibration_frames);
  };
  const auto runs_of = [&](FrameRange range) {
    Calibration calibration = read(range);
    return Seen{calibration.pictures(false), std::move(calibration.runs)};
  };
  if (p.clip == "-") {
    p.rest = open_clip(p.clip, p.input, shape, p.frames);
    for (int f = 0; f < stdin_calibration; ++f) {
      auto picture = p.rest->next();
      if (!picture) break;
      p.first_pictures.push_back(std::move(*picture));
    }
    p.notes.push_back(
        fmt::format("Ranges are calibrated on the first {} frames that are run.", p.first_pictures.size()));
    return {p.first_pictures, {p.first_pictures}};
  }
  if (p.own_clip && p.input.calibration_frames) return runs_of(to_range(*p.input.calibration_frames));
  if (p.generated() && p.frames.first >= generated_calibration.second) return runs_of(to_range(generated_calibration));
  if (p.frames.first >= fewest_untested) return runs_of({0, p.frames.first});
  // The run starts at the clip's first frames: what comes behind its last would do, if it is there.
  if (p.frames.first == 0 && p.frames.last > 0) {
    try {
      Calibration behind = read({p.frames.last, -1});
      if (behind.frames >= fewest_untested) return {behind.pictures(false), std::move(behind.runs)};
    } catch (const FileError&) {
      // There is nothing behind: the next try says whether the clip can be read at all.
    }
  }
  Calibration calibration = read({0, p.frames.last});
  const int has = calibration.frames;
  if (has <= p.frames.first)
    throw FileError(fmt::format("{} has {} frames: there is none from {} on", p.clip, has, p.frames.first));
  Seen seen{calibration.pictures(true), std::move(calibration.runs)};
  p.notes.push_back(
      fmt::format("Ranges are calibrated on {} of the clip's first {} frames, those that are run among them: it has "
                  "too few others.",
                  seen.pictures.size(), has));
  if (options.frames && has < p.frames.last)
    p.notes.push_back(fmt::format("{} has {} frames: there is none from {} on.", p.clip, has, has));
  p.frames.last = has;
  return seen;
}

/// Thresholds that were made for a network say nothing about another one.
void check_network(const Thresholds& thresholds, const fs::path& file, const fs::path& model) {
  if (thresholds.network.empty()) return;
  const std::string digest = network_digest(model);
  if (digest == thresholds.network) return;
  throw UsageError(
      fmt::format("{}: its thresholds were made for network {}, but {} is {}: make new ones with `eddy tune`, or take "
                  "\"network\" out of the file to use them as they are",
                  file.string(), thresholds.network, model.string(), digest));
}

Thresholds file_thresholds(const PrepareOptions& options, const fs::path& model) {
  const Thresholds usual{usual_pixel, usual_share, {}, {}};
  fs::path file = options.thresholds;
  if (file.empty()) {
    if (options.mode == Mode::spatial) return {};
    file = model.parent_path() / "thresholds.json";
    if (!fs::exists(file)) return usual;
  }
  Thresholds result = read_thresholds(file);
  try {
    check_network(result, file, model);
  } catch (const UsageError&) {
    if (!options.replace_foreign || !options.thresholds.empty()) throw;
    return usual;
  }
  return result;
}

Thresholds choose_thresholds(const PrepareOptions& options, const fs::path& model) {
  Thresholds result = file_thresholds(options, model);
  if (options.theta_pixel) result.pixel = *options.theta_pixel;
  if (options.theta) {
    result.share = *options.theta;
    result.layers.clear();
  }
  return result;
}

std::int64_t bytes_of(const Chip& chip) { return std::int64_t{chip.tiles()} * chip.ram_bytes(); }

/// Weights and accumulators alone: what no partition gets below. `formats` are those of the layers; ports of equal
/// weights are stored as a few words, and are not counted.
std::int64_t least_bytes(const Graph& graph, const std::vector<WeightFormat>& formats) {
  std::int64_t bytes = 0;
  for (std::size_t l = 0; l < graph.layers.size(); ++l) {
    const GraphLayer& layer = graph.layers[l];
    if (!layer.ports.empty()) bytes += 4 * layer.acc.count();
    bytes += weight_bytes_of(layer, formats[l]);
  }
  return bytes;
}

/// Those of layers that are not named.
WeightFormat usual_weights(const PrepareOptions& options, const Graph& graph) {
  if (options.weights) return *options.weights;
  return graph.half ? WeightFormat::fp16 : WeightFormat::int8;
}

/// With relays where the chip has room to spare for them and for all references.
Graph relayed_where_roomy(const Graph& graph, const PrepareOptions& options, const Chip& chip) {
  Graph relayed = relay_long_skips(graph);
  std::int64_t bytes = least_bytes(relayed, by_layer(relayed, options.layer_weights, usual_weights(options, graph)));
  for (const GraphLayer& layer : relayed.layers) bytes += 2 * layer.out.count();
  return bytes * 4 <= bytes_of(chip) * 3 ? relayed : graph;
}

/// What cannot fit, whatever its weights, is refused before it is calibrated: a very large network would take minutes.
void refuse_too_large(const Graph& graph, const PrepareOptions& options, const Chip& chip) {
  const std::int64_t least = least_bytes(graph, by_layer(graph, options.layer_weights, WeightFormat::int2));
  if (least <= bytes_of(chip)) return;
  const auto chips = shipped_chips();
  const auto larger = std::ranges::find_if(chips, [&](const Chip& c) { return least <= bytes_of(c); });
  throw FitError(
      fmt::format("network {} does not fit on chip {}: accumulators alone, and weights of the fewest bits, take {} KB, "
                  "its {} tiles have {} KB. {}",
                  graph.name, chip.name, least / 1024, chip.tiles(), bytes_of(chip) / 1024,
                  larger == chips.end() ? "No shipped chip would do" : "Try chip " + larger->name));
}

/// Some of the runs, as the network takes them.
std::vector<std::vector<Frame>> frames_of(const Network& network, const std::vector<std::vector<Picture>>& runs) {
  constexpr std::size_t most_runs = 8;  // each costs a dense frame of the golden model
  const std::size_t step = std::max<std::size_t>(1, runs.size() / most_runs);
  std::vector<std::vector<Frame>> frames;
  for (std::size_t r = 0; r < runs.size(); r += step) {
    auto& run = frames.emplace_back();
    for (const Picture& picture : runs[r]) run.push_back(to_frame(network, picture));
  }
  return frames;
}

/// Layers that send otherwise than all, as asked for or as the products and the budget say.
void decide_modes(const PrepareOptions& options, const std::vector<std::vector<Frame>>& runs, Prepared& p) {
  std::map<std::string, Mode> modes;
  for (const auto& [name, mode] : options.layer_modes) modes[p.graph.layers[find_layer(p.graph, name)].name] = mode;
  if (options.choose_modes) {
    p.mode_choice = choose_modes(p.network(), runs, modes, options.state_budget);
    modes = p.mode_choice->modes;
  }
  std::ranges::move(set_modes(p.quantised.network, modes), std::back_inserter(p.notes));
}

/// Frames that were read before, and then those of a clip.
class ContinuedClip : public Clip {
 public:
  ContinuedClip(const std::vector<Picture>& first, std::shared_ptr<Clip> rest) : first_(first), rest_(std::move(rest)) {
    notes_ = rest_->notes();
  }
  std::optional<Picture> next() override {
    if (at_ < first_.size()) return first_[at_++];
    if (ended_) return std::nullopt;
    auto picture = rest_->next();
    ended_ = !picture;
    notes_ = rest_->notes();
    return picture;
  }
  void stop_when(std::function<bool()> stop) override { rest_->stop_when(std::move(stop)); }

 private:
  std::vector<Picture> first_;
  std::shared_ptr<Clip> rest_;
  std::size_t at_ = 0;
  bool ended_ = false;
};

}  // namespace

Imported import_model(const std::string& model, const InputChanges& changes, const std::vector<std::string>& taps) {
  Imported result{find_model(model), {}, {}};
  result.graph = import_onnx(result.model, taps);
  result.input = input_spec_for(result.graph, result.model);
  if (!changes.file.empty()) {
    result.input = fitted(read_input_spec(changes.file), result.graph);
  }
  if (changes.any() && !result.input.parts.empty())
    throw UsageError(
        fmt::format("{} has {} inputs: what is wanted of each is told in input.json, {{\"inputs\": "
                    "{{\"{}\": {{\"scale\": 1}}}}}}",
                    result.graph.name, result.input.parts.size(), result.input.parts.front().name));
  if (changes.channels) result.input.channels = *changes.channels;
  if (changes.resize) result.input.resize = *changes.resize;
  if (changes.scale) result.input.scale = *changes.scale;
  if (!changes.mean.empty()) result.input.mean = changes.mean;
  if (!changes.std.empty()) result.input.std = changes.std;
  check_input_spec(result.input, result.graph);
  if (const auto& codes = result.graph.inputs.front().codes) result.input = decoded(result.input, *codes);
  return result;
}

Prepared prepare(const PrepareOptions& options) {
  const auto say = [&](const std::string& text) {
    if (options.say) options.say(text);
  };
  Prepared p;
  p.chip = find_chip(options.chip);
  Imported imported = import_model(options.model, options.input, options.taps);
  p.model = std::move(imported.model);
  p.graph = std::move(imported.graph);
  p.input = std::move(imported.input);
  refuse_too_large(p.graph, options, p.chip);
  p.graph = relayed_where_roomy(p.graph, options, p.chip);
  p.thresholds = choose_thresholds(options, p.model);
  choose_clip(options, p);

  say(fmt::format("calibrating on frames of {}", p.clip));
  const Seen seen = read_calibration(options, p);

  if (p.graph.inputs.front().codes && seen.pictures.front().pixels.empty())
    throw UsageError(fmt::format("{} takes bytes, but {} holds real values: give pixels (u8)", p.graph.name, p.clip));

  say("quantising");
  QuantiseOptions quantise_options;
  quantise_options.bits = options.bits;
  quantise_options.layer_bits = options.layer_bits;
  quantise_options.weights = usual_weights(options, p.graph);
  if (!options.weights && !options.weight_budget && quantise_options.weights == WeightFormat::fp16)
    p.notes.push_back("Weights and events are FP16, as the model is; --weights int8 makes them whole numbers.");
  quantise_options.layer_weights = options.layer_weights;
  quantise_options.mode = options.mode;
  quantise_options.thresholds = p.thresholds;
  if (options.weight_budget) {
    say("choosing formats of weights");
    p.weight_choice = choose_weights(p.graph, p.input, seen.pictures, quantise_options, *options.weight_budget);
    for (const auto& [layer, format] : p.weight_choice->formats) quantise_options.layer_weights[layer] = format;
  }
  const Ranges ranges = measure_ranges(p.graph, p.input, seen.pictures);
  p.quantised = quantise_within(p.graph, p.input, seen.pictures, quantise_options, ranges);
  std::ranges::copy(p.quantised.report.notes, std::back_inserter(p.notes));
  const auto frames = frames_of(p.network(), seen.runs);
  if (options.choose_modes) say("choosing what layers send");
  decide_modes(options, frames, p);

  say(fmt::format("compiling for chip {}", p.chip.name));
  const LoadProfile profile = measured_profile(p.network(), frames);
  try {
    p.compiled = compile(p.network(), p.chip, profile, options.compile);
  } catch (const FitError& error) {
    const auto ways = ways_out(
        {p.graph, p.input, seen.pictures, ranges, quantise_options, p.quantised, frames, p.chip, options.compile, say});
    throw FitError(fmt::format("{}{}{}", error.what(), ways.empty() ? "" : ". Other ways, each of them compiled:\n  ",
                               fmt::join(ways, "\n  ")));
  }
  if (options.partitions > 1) {
    FastestPartition fastest = choose_partition(p.network(), p.chip, profile, options.compile, frames,
                                                options.partitions, std::move(p.compiled), options.say);
    p.compiled = std::move(fastest.compiled);
    p.partition_choice = std::move(fastest.choice);
  }
  return p;
}

std::unique_ptr<Clip> open_frames(const Prepared& p) {
  if (p.rest) return std::make_unique<ContinuedClip>(p.first_pictures, p.rest);
  return open_clip(p.clip, p.input, p.graph.layers.front().out, p.frames);
}

}  // namespace eddy

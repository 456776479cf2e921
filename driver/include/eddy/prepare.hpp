// SPDX-License-Identifier: Apache-2.0
/// From a model and a clip to everything that a run needs: import, calibration on frames of the clip, quantisation,
/// measured load, compilation. docs/driver.md.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "eddy/chip.hpp"
#include "eddy/choose_modes.hpp"
#include "eddy/choose_partition.hpp"
#include "eddy/choose_weights.hpp"
#include "eddy/compile.hpp"
#include "eddy/frames.hpp"
#include "eddy/graph.hpp"
#include "eddy/quantise.hpp"

namespace eddy {

/// Changes to what `input.json` says.
struct InputChanges {
  std::filesystem::path file;  // instead of the one beside the model
  std::optional<Channels> channels;
  std::optional<Resize> resize;
  std::optional<double> scale;
  std::vector<double> mean, std;

  /// Is there one beside the file?
  [[nodiscard]] bool any() const { return channels || resize || scale || !mean.empty() || !std.empty(); }
};

struct PrepareOptions {
  std::string model = "people";      // a shipped network, an ONNX file, or a folder with one
  std::string clip;                  // as open_clip takes it; empty: the model's own, or else the generated scene
  std::optional<FrameRange> frames;  // empty: as the model says for its own clip, or all; of these 120 ...
  bool all_frames = false;           // ... or as many as there are
  std::string chip = "small";        // a shipped chip, or a file
  std::vector<std::string> taps;     // inner tensors or nodes whose values are outputs too
  InputChanges input;
  std::filesystem::path
      thresholds;                  // empty: thresholds.json beside the model, else 2 grey levels and 1/64 of the range
  bool replace_foreign = false;    // the file beside the model may be for another network: then the usual ones
  std::optional<int> theta_pixel;  // grey levels; of real values, 1/255 of their calibrated range each
  std::optional<double> theta;     // share of the range, all layers
  Mode mode = Mode::temporal;      // spatial: thresholds are 0 unless they are given here
  std::map<std::string, Mode> layer_modes;  // layers that send values have threshold 0
  bool choose_modes = false;                // of layers that are not named: what saves products sends differences ...
  std::optional<StateBudget> state_budget;  // ... as far as this goes
  std::optional<int> bits;
  std::map<std::string, int> layer_bits;
  std::optional<WeightFormat> weights;  // unless given, int8, and of a model of FP16 numbers fp16
  std::map<std::string, WeightFormat> layer_weights;
  std::optional<double> weight_budget;  // layers are given fewer bits where the outputs' error grows by no more
  int calibration_frames = 16;          // at least, spread over a long clip; of a short one, all
  CompileOptions compile;
  int partitions = 1;                           // that are compiled, for the fastest of them
  std::function<void(const std::string&)> say;  // what is being done
};

/// All parts are values of their own: it may be moved, and outlives nothing else.
struct Prepared {
  std::filesystem::path model;
  Graph graph;
  InputSpec input;
  std::string clip;
  FrameRange frames;
  bool own_clip = false;  // the clip that the model is shipped with
  Thresholds thresholds;
  std::optional<WeightChoice> weight_choice;  // where there was a budget
  std::optional<ModeChoice> mode_choice;      // where they were chosen
  Quantised quantised;
  Chip chip;
  std::optional<PartitionChoice> partition_choice;  // where there was more than one
  Compiled compiled;
  std::vector<Picture> first_pictures;  // of standard input: read for calibration, and yet to be run; then ...
  std::shared_ptr<Clip> rest;           // ... what follows them
  std::vector<std::string> notes;       // what the user should know: a generated scene, frames used twice, ...

  [[nodiscard]] const Network& network() const { return quantised.network; }
  [[nodiscard]] const Image& image() const { return compiled.image; }
  [[nodiscard]] bool generated() const { return clip.starts_with("generated"); }
};

/// Throws what its steps throw: FileError, UsageError, ModelError, FitError.
Prepared prepare(const PrepareOptions& options);

/// The model alone, for those who run nothing: import and input, without a clip.
struct Imported {
  std::filesystem::path model;
  Graph graph;
  InputSpec input;
};
Imported import_model(const std::string& model, const InputChanges& changes = {},
                      const std::vector<std::string>& taps = {});

/// The frames of the run, from the first.
std::unique_ptr<Clip> open_frames(const Prepared& prepared);

}  // namespace eddy

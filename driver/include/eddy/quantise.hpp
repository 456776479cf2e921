// SPDX-License-Identifier: Apache-2.0
/// From real numbers to the chip's integers, after training, calibrated on frames of the user's clip.
/// docs/arithmetic.md.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "eddy/frames.hpp"
#include "eddy/graph.hpp"
#include "eddy/network.hpp"

namespace eddy {

/// When a neuron's change is worth an event.
struct Thresholds {
  int pixel = 0;     // grey levels; of real values, 1/255 of their calibrated range each
  double share = 0;  // of a layer's range, where `layers` does not name it
  /// By layer, or by the name of a node in it: a share for all of its channels, or one for each.
  std::map<std::string, std::vector<double>> layers;
  std::string network;  // network_digest() of the model that they were made for; empty: any
};

/// {"pixel": 2, "layers": {"*": 0.015625, "name": 0.03125, "other": [0.02, 0.04]}}, and "network" where they were made
/// for one. What stands under "made" is for people. Throws FileError or UsageError.
Thresholds read_thresholds(const std::filesystem::path& file);
/// As read_thresholds takes it.
nlohmann::ordered_json to_json(const Thresholds& thresholds);

struct QuantiseOptions {
  /// Magnitude bits of activations, 8..14; unless given, 8, and of layers that send FP16 numbers 10, or 11 where they
  /// have no negative values.
  std::optional<int> bits;
  std::map<std::string, int> layer_bits;  // by layer
  WeightFormat weights = WeightFormat::int8;
  std::map<std::string, WeightFormat> layer_weights;  // by layer; additions and averages have none to choose
  Mode mode = Mode::temporal;
  std::map<std::string, Mode>
      layer_modes;        // by layer ("input" for the input); all sources of a layer are made to agree
  Thresholds thresholds;  // outputs have none
};

/// What was chosen for a layer, and how far it is from the real numbers.
struct QuantiseLayerReport {
  std::string name;
  int bits = 0;
  double scale = 0;             // real value of integer 1
  double largest = 0;           // calibrated maximum
  double accumulator_bits = 0;  // log2 of the largest proved sum
  double weight_error = 0;      // largest rounding error of a weight, as a share of its channel's largest weight
  double gain_error = 0;        // largest relative error of the gain of a residual or addition
  double curve_error = 0;       // largest distance of a curve's lines from its function on the frames, real value
  bool curve = false;
  std::optional<WeightFormat> weights;  // where there is one to choose
  double activation_error = 0;  // root mean square difference from the real layer, as a share of the calibrated maximum
};

struct QuantiseReport {
  std::vector<QuantiseLayerReport> layers;
  std::vector<std::string> notes;  // what was lowered or changed, and why
  int calibration_frames = 0;
};

/// Human text, ends in a newline.
std::string to_text(const QuantiseReport& report);

struct Quantised {
  Network network;
  QuantiseReport report;
};

/// Throws UsageError where an option is out of range or names no layer, and where there is no calibration frame.
Quantised quantise(const Graph& graph, const InputSpec& input, std::span<const Picture> calibration,
                   const QuantiseOptions& options = {});

/// A layer's differences are worth an event from a threshold on, but of outputs every one, and of relays, whose sources
/// have decided.
bool has_threshold(const Graph& graph, std::size_t layer);

/// Sets the thresholds of a network that was quantised from this graph. Throws UsageError where one is out of range,
/// names no layer, or has another number of channels.
void set_thresholds(Network& network, const Graph& graph, const Thresholds& thresholds);

/// All thresholds 0: the events of such a network make the dense one, bit for bit.
void drop_thresholds(Network& network);

/// Makes all sources of each layer send alike (differences win) and sets keep_acc. Returns what was changed, one line
/// each.
std::vector<std::string> settle_modes(Network& network);

/// Sets mul and shift so that mul * 2^-shift is nearest to `factor`, the top bit of mul set. 0 where no sum can
/// reach 1.
void set_factor(Requant& channel, double factor);

/// Hash of everything in the network that decides a result, 16 hexadecimal digits.
std::string digest(const Network& network);

}  // namespace eddy

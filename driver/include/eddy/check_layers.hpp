// SPDX-License-Identifier: Apache-2.0
/// Every layer beside the tensor of the model that it stands for, as ONNX Runtime computes it: does import change
/// something, and what do the chip's integers and the thresholds of the run cost? docs/driver.md.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "eddy/frames.hpp"
#include "eddy/graph.hpp"
#include "eddy/network.hpp"
#include "eddy/referee.hpp"

namespace eddy {

/// Whose values of a layer are looked at.
enum class BackEnd : std::uint8_t { import, integers, events };
inline constexpr std::array back_ends{BackEnd::import, BackEnd::integers, BackEnd::events};
/// "import", "integers", "events".
std::string_view name_of(BackEnd back_end);
/// What it is: "the float layers as imported".
std::string_view meaning_of(BackEnd back_end);

/// How far values are from the referee's, over all frames, in real units.
struct LayerError {
  double worst = 0, mean = 0, rms = 0;  // of the absolute difference
  double snr = 0;                       // dB: 10 log10(sum of reference^2 / sum of difference^2); infinite where equal
};

struct CheckedLayer {
  std::string name;
  std::string tensor;  // of the model
  double range = 0;    // largest less least value that the referee gives
  double step = 0;     // of the codes that the values are, in a model that was quantised before; 0: they are none
  std::array<LayerError, back_ends.size()> errors;  // [BackEnd]

  [[nodiscard]] const LayerError& error(BackEnd b) const { return errors[static_cast<std::size_t>(b)]; }
  /// An error as a share of the range; 0 where there is no error, infinite where there is no range.
  [[nodiscard]] double share(double error) const;
};

/// Most that is tolerated. What thresholds cost is theirs who chose them, and is not judged.
struct CheckBounds {
  double import = 0.001;   // worst difference, as a share of the range: nothing but rounding of floats; and a step of
                           // codes, since what lies between two may be rounded to either
  double integers = 0.02;  // root mean square difference, as a share of the range
};

struct LayerCheck {
  std::string referee;  // "ONNX Runtime 1.31.1"
  int frames = 0;
  CheckBounds bounds;
  std::vector<CheckedLayer> layers;   // in topological order, the input first
  std::vector<std::string> left_out;  // layers that the model has no tensor for

  /// The first layer over its bound; nothing of events.
  [[nodiscard]] const CheckedLayer* first_over(BackEnd back_end) const;
  [[nodiscard]] bool good() const;
};

/// Each layer on these frames, which follow each other. `network` is what `graph` was quantised to.
/// Throws FileError where ONNX Runtime is not there, or fails.
LayerCheck check_layers(const std::filesystem::path& model, const Graph& graph, const Network& network,
                        const InputSpec& input, std::span<const Picture> pictures, const CheckBounds& bounds = {},
                        const RefereeProgram& program = referee_program());

/// Table and verdict, ends in a newline.
std::string to_text(const LayerCheck& check);
/// Each number with the back end and the referee that gave it; null where it is not finite.
nlohmann::ordered_json to_json(const LayerCheck& check);

}  // namespace eddy

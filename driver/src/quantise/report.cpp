// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "eddy/quantise.hpp"

namespace eddy {

std::string to_text(const QuantiseReport& report) {
  std::string text = fmt::format("Quantised on {} frames\n{:<24} {:>4} {:>12} {:>8} {:>8} {:>9} {:>9} {:>9}  {}\n",
                                 report.calibration_frames, "layer", "bits", "step", "sum bits", "weights", "off by",
                                 "gain", "rms", "curve's error");
  for (const auto& l : report.layers) {
    text += fmt::format("{:<24} {:>4} {:>12.5g} {:>8.1f} {:>8} {:>8.2f}% {:>8.3f}% {:>8.3f}%", l.name, l.bits, l.scale,
                        l.accumulator_bits, l.weights ? name_of(*l.weights) : "", 100 * l.weight_error,
                        100 * l.gain_error, 100 * l.activation_error);
    if (l.curve) text += fmt::format("  {:.2g} ({:.2f} steps)", l.curve_error, l.curve_error / l.scale);
    text += '\n';
  }
  for (const auto& note : report.notes) text += "note: " + note + '\n';
  return text;
}

}  // namespace eddy

// SPDX-License-Identifier: Apache-2.0
#include "quantise/input_table.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>

#include "index.hpp"

namespace eddy {
namespace {

constexpr int grey_levels = 256;
constexpr double exactness = 1e-6;  // of a step: what float arithmetic leaves of a whole number

double largest_level(const InputSpec& spec, int channels) {
  double largest = 0;
  for (int c = 0; c < channels; ++c)
    largest = std::max({largest, std::abs(spec.real(0, c)), std::abs(spec.real(grey_levels - 1, c))});
  return largest;
}

/// Are all grey levels whole multiples of `step` that fit?
bool is_exact(const InputSpec& spec, int channels, double step, int most) {
  for (int c = 0; c < channels; ++c) {
    for (int p = 0; p < grey_levels; ++p) {
      const double value = spec.real(p, c) / step;
      if (std::abs(value) > most + 0.5 || std::abs(value - std::round(value)) > exactness) return false;
    }
  }
  return true;
}

/// The coarsest step that divides all grey levels, or 0.
double exact_step(const InputSpec& spec, int channels, int most) {
  constexpr int most_parts = 64;
  const double grey_step = std::abs(spec.real(1, 0) - spec.real(0, 0));
  for (int parts = 1; parts <= most_parts; ++parts) {
    if (is_exact(spec, channels, grey_step / parts, most)) return grey_step / parts;
  }
  return 0;
}

/// `place(p, c)`: the activation of grey level p in channel c.
template <typename Place>
void set_table(InputLayer& input, int channels, Place place) {
  Layer& layer = input.layer;
  for (int c = 0; c < channels; ++c) {
    auto& table = input.input.table.emplace_back();
    for (int p = 0; p < grey_levels; ++p) {
      const auto value = static_cast<std::int16_t>(place(p, c));
      table[at(p)] = value;
      layer.lo = std::min<int>(layer.lo, value);
      layer.hi = std::max<int>(layer.hi, value);
    }
  }
}

}  // namespace

double whole_step(std::span<const Picture> pictures, int most) {
  constexpr int finest = 14;
  int parts = 0;  // the step is 2^-parts
  double largest = 0;
  for (const Picture& picture : pictures) {
    for (const float value : picture.values) {
      largest = std::max(largest, std::abs(double{value}));
      while (std::ldexp(value, parts) != std::nearbyint(std::ldexp(value, parts))) {
        if (++parts > finest) return 0;
      }
    }
  }
  return std::ldexp(largest, parts) <= most ? std::ldexp(1.0, -parts) : 0;
}

int bits_of(const Grid& grid) { return std::max(8, static_cast<int>(std::bit_width(at(grid.largest())))); }

InputLayer quantise_input(const Shape& shape, const InputSpec& spec, bool pixels, double largest, double step, int bits,
                          int at_least, int most) {
  InputLayer result;
  Layer& layer = result.layer;
  layer.acc = layer.out = shape;
  if (pixels) largest = largest_level(spec, shape.c);
  if (pixels) step = exact_step(spec, shape.c, most);
  result.exact = step > 0;
  while (result.exact && largest / (step / 2) <= (1 << at_least) - 1) step /= 2;
  layer.scale = result.exact ? step : (largest > 0 ? largest : 1.0) / ((1 << bits) - 1);
  result.input.pixels = pixels && shape.c <= max_pixel_channels;
  if (pixels) {
    set_table(result, shape.c, [&](int p, int c) { return std::lround(spec.real(p, c) / layer.scale); });
  } else {
    const auto reached = static_cast<unsigned>(std::ceil(largest / layer.scale));
    layer.hi = (1 << std::max(bits, result.exact ? static_cast<int>(std::bit_width(reached)) : 0)) - 1;
    layer.lo = -layer.hi;
  }
  layer.bits = std::max(8, static_cast<int>(std::bit_width(static_cast<unsigned>(std::max(-layer.lo, layer.hi)))));
  return result;
}

InputLayer gridded_input(const Shape& shape, const InputSpec& spec, bool pixels, const Grid& grid) {
  InputLayer result;
  Layer& layer = result.layer;
  layer.acc = layer.out = shape;
  layer.scale = grid.step;
  result.input.pixels = pixels && shape.c <= max_pixel_channels;
  if (pixels) set_table(result, shape.c, [&](int p, int c) { return grid.place(static_cast<float>(spec.real(p, c))); });
  if (!pixels) {
    layer.lo = grid.lo;
    layer.hi = grid.hi;
  }
  layer.bits = bits_of(grid);
  return result;
}

}  // namespace eddy

// SPDX-License-Identifier: Apache-2.0
/// The first layer: which integer stands for which real input.
#pragma once

#include "eddy/codes.hpp"
#include "eddy/frames.hpp"
#include "eddy/network.hpp"

namespace eddy {

struct InputLayer {
  Input input;
  Layer layer;
  bool exact = true;  // each grey level's integer is its real value, without rounding
};

inline constexpr int max_pixel_channels = 4;  // that the chip keeps tables for

/// The coarsest power of two, 1 or less, of which all real values are whole multiples of up to `most`; 0 where there is
/// none.
double whole_step(std::span<const Picture> pictures, int most);

/// For pixels: the coarsest step on which the normalised grey levels of all channels are whole numbers of up to
/// `most`, halved while
/// that needs no more than `at_least` magnitude bits; where there is none, `bits` magnitude bits. For real values,
/// whose largest is `largest`: `step` where it is not 0, else `bits` magnitude bits.
InputLayer quantise_input(const Shape& shape, const InputSpec& spec, bool pixels, double largest, double step, int bits,
                          int at_least, int most);

/// An input that the model wants on this grid.
InputLayer gridded_input(const Shape& shape, const InputSpec& spec, bool pixels, const Grid& grid);

/// Magnitude bits of an activation that holds the whole grid, 8 at least.
int bits_of(const Grid& grid);

}  // namespace eddy

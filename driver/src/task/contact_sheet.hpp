// SPDX-License-Identifier: Apache-2.0
/// Frames of a run side by side, with marks and a caption each.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "task/canvas.hpp"

namespace eddy {

/// Of text that judges nothing.
inline constexpr Colour plain{232, 234, 238};
/// Of what network and labels say: both, the network alone, the labels alone; and of the network where there are none.
inline constexpr Colour agreed{70, 220, 110}, alone{255, 160, 50}, missed{255, 80, 200}, unjudged{90, 200, 255};

/// Something to draw over a frame: around (x, y), lengths in pixels of the frame.
struct Mark {
  enum class Kind { box, circle, cross } kind = Kind::box;
  double x = 0, y = 0, width = 0, height = 0;  // a circle is `width` in diameter, a cross `width` wide and high
  Colour colour;
};

/// Colours to lay over a whole frame, half seen through, [height][width] of a size of its own; empty: none.
struct Tint {
  int width = 0, height = 0;
  std::vector<std::optional<Colour>> colours;
};

struct SheetFrame {
  Picture picture;
  std::vector<Mark> marks;
  std::string caption;
  Colour caption_colour;
  Tint tint = {};
};

/// A line below the frames that explains a colour.
struct LegendEntry {
  Colour colour;
  std::string text;
};

/// A PNG of less than a megabyte, with smaller pictures where they are rich. All frames have the shape of the first.
/// `blue_first`: three channels are blue, green, red. Throws FileError.
void write_contact_sheet(const std::filesystem::path& file, const std::vector<const SheetFrame*>& frames,
                         const std::string& title, const std::vector<LegendEntry>& legend, bool blue_first);

}  // namespace eddy

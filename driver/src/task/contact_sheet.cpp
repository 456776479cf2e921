// SPDX-License-Identifier: Apache-2.0
#include "task/contact_sheet.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "eddy/error.hpp"
#include "frames/resize.hpp"
#include "task/font.hpp"
#include "task/whole_file.hpp"

namespace eddy {
namespace {

constexpr int columns = 4;
constexpr std::array panel_widths{320, 240, 160, 80};  // the largest whose sheet is small enough
constexpr std::size_t most_bytes = 1'000'000;
constexpr double most_aspect = 1.5;  // height over width of a panel, where frames are upright
constexpr int least_pitch = 200;     // room for a caption
constexpr int gap = 8;
constexpr int text_size = 14, title_size = 17;
constexpr int line_height = 22;
constexpr double line_width = 2;  // pixels of the sheet
constexpr double tint_share = 0.5;
constexpr int dark = 64;  // pictures whose brightest pixel is darker are brightened, or nothing would be seen
constexpr Colour background{24, 26, 30};

/// Pixels of 1 or 3 channels, red first, bright enough to be seen.
Picture visible(const Picture& picture, bool blue_first) {
  const Shape& s = picture.shape;
  const int channels = s.c == 3 ? 3 : 1;  // of others, the first
  Picture result{{channels, s.h, s.w}, {}, {}};
  float lo = 0, hi = 255;
  if (!picture.values.empty()) {
    const auto limits = std::ranges::minmax(picture.values);
    lo = limits.min;
    hi = limits.max;
  } else if (const int brightest = std::ranges::max(picture.pixels); brightest < dark) {
    hi = static_cast<float>(brightest);
  }
  const float range = hi > lo ? hi - lo : 1;
  for (std::size_t i = 0; i < static_cast<std::size_t>(s.h) * static_cast<std::size_t>(s.w); ++i) {
    for (int c = 0; c < channels; ++c) {
      const int from = blue_first && channels == 3 ? 2 - c : c;
      const std::size_t at = i * static_cast<std::size_t>(s.c) + static_cast<std::size_t>(from);
      const float value = picture.values.empty() ? static_cast<float>(picture.pixels[at]) : picture.values[at];
      result.pixels.push_back(static_cast<std::uint8_t>(std::clamp(std::lround(255 * (value - lo) / range), 0L, 255L)));
    }
  }
  return result;
}

/// Size of a panel's picture: whole multiples for small frames, whose pixels are then seen as they are.
double zoom(const Shape& shape, int panel_width) {
  const double scale = std::min(1.0 * panel_width / shape.w, most_aspect * panel_width / shape.h);
  return scale >= 2 ? std::floor(scale) : scale;
}

void draw(Canvas& canvas, const Mark& mark, double scale) {
  const double x = mark.x * scale, y = mark.y * scale;
  const double width = mark.width * scale, height = mark.height * scale;
  switch (mark.kind) {
    case Mark::Kind::box:
      return canvas.box(x, y, width, height, line_width, mark.colour);
    case Mark::Kind::circle:
      return canvas.circle(x, y, width / 2, line_width, mark.colour);
    case Mark::Kind::cross:
      return canvas.cross(x, y, width, line_width, mark.colour);
  }
}

/// Over all of the panel.
void draw(Canvas& panel, const Tint& tint) {
  if (tint.colours.empty()) return;
  for (int y = 0; y < panel.height(); ++y) {
    for (int x = 0; x < panel.width(); ++x) {
      const auto at =
          static_cast<std::size_t>(y * tint.height / panel.height()) * static_cast<std::size_t>(tint.width) +
          static_cast<std::size_t>(x * tint.width / panel.width());
      if (tint.colours[at]) panel.blend(x, y, *tint.colours[at], tint_share);
    }
  }
}

Canvas sheet(const std::vector<const SheetFrame*>& frames, const std::string& title,
             const std::vector<LegendEntry>& legend, bool blue_first, int panel_width) {
  const Shape shape = frames.front()->picture.shape;
  const double scale = std::max(zoom(shape, panel_width), 1.0 / std::max(shape.w, shape.h));
  const int width = std::max(1, static_cast<int>(shape.w * scale)),
            height = std::max(1, static_cast<int>(shape.h * scale));
  const int pitch_x = std::max(width, least_pitch) + gap, pitch_y = height + line_height + gap;
  const int rows = (static_cast<int>(frames.size()) + columns - 1) / columns;
  const int head = line_height + gap;
  const int foot = static_cast<int>(legend.size()) * line_height;

  Canvas canvas(columns * pitch_x + gap, head + rows * pitch_y + foot + gap, background);
  const Font text(text_size), bold(title_size);
  bold.write(canvas, gap, line_height, title, plain);
  for (int i = 0; i < static_cast<int>(frames.size()); ++i) {
    const SheetFrame& frame = *frames[static_cast<std::size_t>(i)];
    const int left = gap + i % columns * pitch_x, top = head + i / columns * pitch_y;
    Canvas panel(width, height, background);  // marks end where the picture does
    panel.copy(0, 0, resize(visible(frame.picture, blue_first), width, height, Resize::stretch));
    draw(panel, frame.tint);
    for (const Mark& mark : frame.marks) draw(panel, mark, scale);
    canvas.copy(left, top, panel);
    text.write(canvas, left, top + height + text_size + 2, frame.caption, frame.caption_colour);
  }
  int baseline = head + rows * pitch_y + text_size;
  for (const auto& entry : legend) {
    text.write(canvas, gap, baseline, entry.text, entry.colour);
    baseline += line_height;
  }
  return canvas;
}

}  // namespace

void write_contact_sheet(const std::filesystem::path& file, const std::vector<const SheetFrame*>& frames,
                         const std::string& title, const std::vector<LegendEntry>& legend, bool blue_first) {
  if (frames.empty()) throw FileError(fmt::format("{}: there is no frame to show", file.string()));
  std::string png;
  for (const int panel_width : panel_widths) {
    png = sheet(frames, title, legend, blue_first, panel_width).png();
    if (png.size() < most_bytes) break;
  }
  write_whole(file, png);
}

}  // namespace eddy

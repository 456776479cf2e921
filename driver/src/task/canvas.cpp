// SPDX-License-Identifier: Apache-2.0
#include "task/canvas.hpp"

#include <png.h>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "eddy/error.hpp"

namespace eddy {

Canvas::Canvas(int width, int height, Colour background)
    : width_(width),
      height_(height),
      pixels_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), background) {}

void Canvas::blend(int x, int y, Colour colour, double share) {
  if (x < 0 || y < 0 || x >= width_ || y >= height_ || share <= 0) return;
  Colour& pixel = pixels_[index(x, y)];
  const auto mix = [&](std::uint8_t from, std::uint8_t to) {
    return static_cast<std::uint8_t>(std::lround(from + (to - from) * std::min(share, 1.0)));
  };
  pixel = {mix(pixel.red, colour.red), mix(pixel.green, colour.green), mix(pixel.blue, colour.blue)};
}

void Canvas::copy(int x, int y, const Picture& picture) {
  const Shape& s = picture.shape;
  const std::size_t green = s.c == 3 ? 1 : 0, blue = s.c == 3 ? 2 : 0;
  const std::uint8_t* from = picture.pixels.data();
  for (int row = 0; row < s.h; ++row) {
    for (int column = 0; column < s.w; ++column, from += s.c)
      blend(x + column, y + row, {from[0], from[green], from[blue]}, 1);
  }
}

void Canvas::copy(int x, int y, const Canvas& other) {
  for (int row = 0; row < other.height_; ++row) {
    for (int column = 0; column < other.width_; ++column) blend(x + column, y + row, other.at(column, row), 1);
  }
}

/// Draws where |distance(dx, dy)| from the outline is less than half the width; the rim of a line is as soft as a pixel
/// is wide. Looks at pixels up to `reach` from the centre.
template <typename Distance>
void Canvas::stroke(double x, double y, double reach_x, double reach_y, double width, Colour colour,
                    Distance distance) {
  const double rim = width / 2 + 1;
  const auto from = [&](double centre, double reach) { return std::max(0, static_cast<int>(centre - reach - rim)); };
  const auto to = [&](double centre, double reach, int end) {
    return std::min(end, static_cast<int>(std::ceil(centre + reach + rim)));
  };
  for (int py = from(y, reach_y); py < to(y, reach_y, height_); ++py) {
    for (int px = from(x, reach_x); px < to(x, reach_x, width_); ++px)
      blend(px, py, colour, width / 2 + 0.5 - std::abs(distance(px + 0.5 - x, py + 0.5 - y)));
  }
}

void Canvas::box(double x, double y, double box_width, double box_height, double width, Colour colour) {
  const double half_x = box_width / 2, half_y = box_height / 2;
  stroke(x, y, half_x, half_y, width, colour, [&](double dx, double dy) {
    const double outside_x = std::abs(dx) - half_x, outside_y = std::abs(dy) - half_y;
    if (outside_x <= 0 || outside_y <= 0) return std::max(outside_x, outside_y);
    return std::hypot(outside_x, outside_y);
  });
}

void Canvas::circle(double x, double y, double radius, double width, Colour colour) {
  stroke(x, y, radius, radius, width, colour, [&](double dx, double dy) { return std::hypot(dx, dy) - radius; });
}

void Canvas::cross(double x, double y, double size, double width, Colour colour) {
  stroke(x, y, size / 2, size / 2, width, colour, [&](double dx, double dy) {
    return std::max(std::abs(std::abs(dx) - std::abs(dy)) / std::sqrt(2.0),
                    std::max(std::abs(dx), std::abs(dy)) - size / 2);
  });
}

std::string Canvas::png() const {
  static_assert(sizeof(Colour) == 3, "three bytes a pixel, as libpng takes them");
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width_);
  image.height = static_cast<png_uint_32>(height_);
  image.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string bytes(size, '\0');
  if (png_image_write_to_memory(&image, bytes.data(), &size, 0, pixels_.data(), 0, nullptr) == 0)
    throw FileError(fmt::format("a PNG picture cannot be made ({})", static_cast<const char*>(image.message)));
  bytes.resize(size);
  return bytes;
}

}  // namespace eddy

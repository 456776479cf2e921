// SPDX-License-Identifier: Apache-2.0
/// A picture in colour that is drawn into.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "eddy/frames.hpp"

namespace eddy {

struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;
  friend bool operator==(const Colour&, const Colour&) = default;
};

/// Coordinates are in pixels from the upper left corner; the middle of the first pixel is (0.5, 0.5). What lies outside
/// is cut off.
class Canvas {
 public:
  Canvas(int width, int height, Colour background);

  [[nodiscard]] int width() const { return width_; }
  [[nodiscard]] int height() const { return height_; }
  [[nodiscard]] Colour at(int x, int y) const { return pixels_[index(x, y)]; }

  /// Covers a pixel's share, 0 to 1.
  void blend(int x, int y, Colour colour, double share);
  /// A picture in pixels of 1 or 3 channels (red first), its corner at (x, y).
  void copy(int x, int y, const Picture& picture);
  void copy(int x, int y, const Canvas& other);
  /// Outlines, `width` pixels wide, around a centre.
  void box(double x, double y, double box_width, double box_height, double width, Colour colour);
  void circle(double x, double y, double radius, double width, Colour colour);
  /// A cross of two diagonals, `size` from end to end in both directions.
  void cross(double x, double y, double size, double width, Colour colour);

  /// The picture as bytes of a PNG file. Throws FileError where there is no memory for it.
  [[nodiscard]] std::string png() const;

 private:
  [[nodiscard]] std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x);
  }
  template <typename Distance>
  void stroke(double x, double y, double reach_x, double reach_y, double width, Colour colour, Distance distance);

  int width_, height_;
  std::vector<Colour> pixels_;
};

}  // namespace eddy

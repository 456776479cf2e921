// SPDX-License-Identifier: Apache-2.0
/// Text in a picture, by FreeType.
#pragma once

#include <memory>
#include <string_view>

#include "task/canvas.hpp"

namespace eddy {

class Font {
 public:
  /// The font that the build found, `size` pixels high. Throws FileError where it is gone.
  explicit Font(int size);
  ~Font();
  Font(const Font&) = delete;
  Font& operator=(const Font&) = delete;

  /// ASCII text in one line that begins at x and stands on `baseline`. Returns where the next character would begin.
  double write(Canvas& canvas, double x, double baseline, std::string_view text, Colour colour) const;

 private:
  struct Face;
  std::unique_ptr<Face> face_;
};

}  // namespace eddy

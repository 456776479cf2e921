// SPDX-License-Identifier: Apache-2.0
#include "task/font.hpp"

#include <ft2build.h>
#include FT_FREETYPE_H

#include <fmt/format.h>

#include "build_paths.hpp"
#include "eddy/error.hpp"

namespace eddy {

struct Font::Face {
  FT_Library library = nullptr;
  FT_Face face = nullptr;
  Face() = default;
  Face(const Face&) = delete;
  Face& operator=(const Face&) = delete;
  ~Face() {
    if (face != nullptr) FT_Done_Face(face);
    if (library != nullptr) FT_Done_FreeType(library);
  }
};

Font::Font(int size) : face_(std::make_unique<Face>()) {
  const auto pixels = static_cast<FT_UInt>(size);
  if (FT_Init_FreeType(&face_->library) != 0 || FT_New_Face(face_->library, build_paths::font, 0, &face_->face) != 0 ||
      FT_Set_Pixel_Sizes(face_->face, 0, pixels) != 0) {
    throw FileError(
        fmt::format("{}: the font for captions cannot be read; Debian has it in fonts-dejavu-core", build_paths::font));
  }
}

Font::~Font() = default;

double Font::write(Canvas& canvas, double x, double baseline, std::string_view text, Colour colour) const {
  constexpr double unit = 64;  // FreeType's lengths are in 1/64 pixels
  for (const char c : text) {
    if (FT_Load_Char(face_->face, static_cast<FT_ULong>(static_cast<unsigned char>(c)), FT_LOAD_RENDER) != 0) continue;
    const FT_GlyphSlot glyph = face_->face->glyph;
    const FT_Bitmap& bitmap = glyph->bitmap;
    const int left = static_cast<int>(x) + glyph->bitmap_left, top = static_cast<int>(baseline) - glyph->bitmap_top;
    for (unsigned row = 0; row < bitmap.rows; ++row) {
      for (unsigned column = 0; column < bitmap.width; ++column) {
        const unsigned char cover = bitmap.buffer[row * static_cast<unsigned>(bitmap.pitch) + column];
        canvas.blend(left + static_cast<int>(column), top + static_cast<int>(row), colour, cover / 255.0);
      }
    }
    x += static_cast<double>(glyph->advance.x) / unit;
  }
  return x;
}

}  // namespace eddy

// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "eddy/error.hpp"
#include "frames/source.hpp"

namespace eddy {
namespace {

class ArraySource : public Source {
 public:
  ArraySource(const std::string& file, const Shape& shape) : array_(read_npy(file)) {
    const auto& d = array_.dims;
    const auto side = [&](std::size_t i) { return static_cast<int>(std::min<std::int64_t>(d[i], 1 << 16)); };
    if (d.size() == 2 && d[1] == shape.count()) {
      shape_ = shape;
    } else if (d.size() == 3) {
      shape_ = {1, side(1), side(2)};
    } else if (d.size() == 4 && d[1] == shape.c && (d[3] != shape.c || (d[2] == shape.h && d[3] == shape.w))) {
      shape_ = {side(1), side(2), side(3)};
    } else if (d.size() == 4) {
      shape_ = {side(3), side(1), side(2)};
      channels_last_ = true;
    }
    if (shape_.c != shape.c) {
      throw FileError(fmt::format("{}: shape [{}] does not hold frames of {} channels, {} rows and {} columns", file,
                                  fmt::join(d, ", "), shape.c, shape.h, shape.w));
    }
  }

  std::optional<Picture> next() override {
    if (frame_ == array_.dims[0]) return std::nullopt;
    const auto size = static_cast<std::size_t>(shape_.count());
    const double* values = array_.values.data() + static_cast<std::size_t>(frame_++) * size;
    Picture picture{shape_, {}, {}};
    for (int y = 0; y < shape_.h; ++y) {
      for (int x = 0; x < shape_.w; ++x) {
        for (int c = 0; c < shape_.c; ++c) {
          const int i = channels_last_ ? (y * shape_.w + x) * shape_.c + c : (c * shape_.h + y) * shape_.w + x;
          if (array_.bytes)
            picture.pixels.push_back(static_cast<std::uint8_t>(values[i]));
          else
            picture.values.push_back(static_cast<float>(values[i]));
        }
      }
    }
    return picture;
  }

 private:
  Array array_;
  Shape shape_;
  bool channels_last_ = false;
  std::int64_t frame_ = 0;
};

class StdinSource : public Source {
 public:
  explicit StdinSource(const Shape& shape) : shape_(shape) {}

  std::optional<Picture> next() override {
    Picture picture{shape_, std::vector<std::uint8_t>(static_cast<std::size_t>(shape_.count())), {}};
    const std::size_t got = std::fread(picture.pixels.data(), 1, picture.pixels.size(), stdin);
    if (got == 0) return std::nullopt;
    if (got != picture.pixels.size()) {
      throw FileError(
          fmt::format("standard input: the last frame has {} bytes; {} are a frame of {}x{} with {} channels", got,
                      picture.pixels.size(), shape_.w, shape_.h, shape_.c));
    }
    return picture;
  }

 private:
  Shape shape_;
};

}  // namespace

std::unique_ptr<Source> array_source(const std::string& file, const Shape& shape) {
  return std::make_unique<ArraySource>(file, shape);
}
std::unique_ptr<Source> stdin_source(const Shape& shape) { return std::make_unique<StdinSource>(shape); }

}  // namespace eddy

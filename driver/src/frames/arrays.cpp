// SPDX-License-Identifier: Apache-2.0
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "eddy/error.hpp"
#include "frames/source.hpp"

namespace eddy {
namespace {

class ArraySource : public Source {
 public:
  ArraySource(const std::string& file, const Shape& shape) : file_(file), array_(read_npy(file)) {
    const auto& d = array_.dims;
    const auto side = [&](std::size_t i) { return static_cast<int>(std::min<std::int64_t>(d[i], 1 << 16)); };
    if (d.size() == 2 && d[1] == shape.count()) {
      shape_ = shape;
    } else if (d.size() == 3 && shape.c == 1) {
      shape_ = {1, side(1), side(2)};
    } else if (d.size() == 3 && (shape.h == 1 || shape.w == 1)) {
      channels_last_ = d[1] != shape.c;
      const int line = side(channels_last_ ? 1 : 2);
      shape_ = {side(channels_last_ ? 2 : 1), shape.h == 1 ? 1 : line, shape.h == 1 ? line : 1};
    } else if (d.size() == 4 && d[1] == shape.c && (d[3] != shape.c || (d[2] == shape.h && d[3] == shape.w))) {
      shape_ = {side(1), side(2), side(3)};
    } else if (d.size() == 4) {
      shape_ = {side(3), side(1), side(2)};
      channels_last_ = true;
    }
    if (shape_.c != shape.c) {
      throw FileError(
          fmt::format("{}: shape [{}] does not hold frames of {} channels, {} rows and {} columns; {} would", file,
                      fmt::join(d, ", "), shape.c, shape.h, shape.w, taken(shape)));
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
          if (array_.bytes) {
            picture.pixels.push_back(static_cast<std::uint8_t>(values[i]));
            continue;
          }
          const auto value = static_cast<float>(values[i]);
          if (!std::isfinite(value)) throw FileError(fmt::format("{}: frame {} holds {}", file_, frame_ - 1, value));
          picture.values.push_back(value);
        }
      }
    }
    return picture;
  }

 private:
  static std::string taken(const Shape& shape) {
    std::string three;
    if (shape.c == 1) three = fmt::format(", [frames, {}, {}]", shape.h, shape.w);
    if (shape.c > 1 && (shape.h == 1 || shape.w == 1))
      three = fmt::format(", [frames, {0}, {1}], [frames, {1}, {0}]", shape.c, shape.h * shape.w);
    return fmt::format("[frames, {0}, {1}, {2}], [frames, {1}, {2}, {0}]{3} or [frames, {4}]", shape.c, shape.h,
                       shape.w, three, shape.count());
  }

  std::string file_;
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
    std::size_t have = 0;
    while (have < picture.pixels.size()) {
      if (!wait()) return std::nullopt;
      const ssize_t got = ::read(STDIN_FILENO, picture.pixels.data() + have, picture.pixels.size() - have);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw FileError(fmt::format("standard input: {}", std::strerror(errno)));
      if (got == 0) break;
      have += static_cast<std::size_t>(got);
    }
    if (have == 0) return std::nullopt;
    if (have != picture.pixels.size()) {
      throw FileError(
          fmt::format("standard input: the last frame has {} bytes; {} are a frame of {}x{} with {} channels", have,
                      picture.pixels.size(), shape_.w, shape_.h, shape_.c));
    }
    return picture;
  }
  void stop_when(std::function<bool()> stop) override { stop_ = std::move(stop); }

 private:
  /// Until there is something to read, or its end. False where it was stopped.
  [[nodiscard]] bool wait() const {
    constexpr int ask_again = 100;  // milliseconds
    pollfd waiting{STDIN_FILENO, POLLIN, 0};
    do {
      if (stop_ && stop_()) return false;
    } while (poll(&waiting, 1, ask_again) <= 0);
    return true;
  }

  Shape shape_;
  std::function<bool()> stop_;
};

}  // namespace

std::unique_ptr<Source> array_source(const std::string& file, const Shape& shape) {
  return std::make_unique<ArraySource>(file, shape);
}
std::unique_ptr<Source> stdin_source(const Shape& shape) { return std::make_unique<StdinSource>(shape); }

}  // namespace eddy

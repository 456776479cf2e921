// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numbers>

#include "frames/source.hpp"

namespace eddy {
namespace {

constexpr int frames = 240;
constexpr int bodies = 5;
constexpr double texture_depth = 24;  // grey levels
constexpr double noise_share = 0.05;  // of the pixels, each frame
constexpr int noise_levels = 2;

/// SplitMix64: the same numbers on every machine, which the standard's distributions are not.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t bits() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  double unit() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
  double between(double lo, double hi) { return lo + (hi - lo) * unit(); }

 private:
  std::uint64_t state_;
};

/// An upright ellipse, as wide as a third of its height, that walks to and fro.
struct Body {
  double x, y, height, speed, phase;
  int grey;
};

class GeneratedSource : public Source {
 public:
  GeneratedSource(const Shape& shape, std::uint64_t seed) : shape_(shape), random_(seed) {
    background();
    for (int i = 0; i < bodies; ++i) {
      const double height = random_.between(0.15, 0.35) * shape.h;
      bodies_.push_back({random_.between(0, shape.w), random_.between(height / 2, shape.h - height / 2), height,
                         random_.between(0.002, 0.01) * shape.w, random_.between(0, 1),
                         static_cast<int>(random_.between(10, 245))});
    }
  }

  std::optional<Picture> next() override {
    if (frame_ == frames) return std::nullopt;
    Picture picture{shape_, background_, {}};
    for (const Body& body : bodies_) draw(body, picture);
    for (auto& pixel : picture.pixels) {
      if (random_.unit() >= noise_share) continue;
      const int change = static_cast<int>(random_.bits() % (2 * noise_levels + 1)) - noise_levels;
      pixel = static_cast<std::uint8_t>(std::clamp(pixel + change, 0, 255));
    }
    ++frame_;
    return picture;
  }

 private:
  void background() {
    const double kx = 2 * std::numbers::pi / std::max(8, shape_.w / 6),
                 ky = 2 * std::numbers::pi / std::max(8, shape_.h / 4);
    for (int y = 0; y < shape_.h; ++y) {
      for (int x = 0; x < shape_.w; ++x) {
        const double wave = 110 + texture_depth * (std::sin(kx * x + ky * y / 3) + std::cos(ky * y));
        const double grain = random_.between(-texture_depth / 2, texture_depth / 2);
        for (int c = 0; c < shape_.c; ++c)
          background_.push_back(static_cast<std::uint8_t>(std::clamp(wave + grain + 4 * c, 0.0, 255.0)));
      }
    }
  }

  void draw(const Body& body, Picture& picture) const {
    const double way = std::fmod(body.x + body.speed * frame_, 2.0 * shape_.w);
    const double centre = way < shape_.w ? way : 2 * shape_.w - way;
    const double half_height = body.height / 2, half_width = body.height / 6;
    for (int y = 0; y < shape_.h; ++y) {
      for (int x = 0; x < shape_.w; ++x) {
        const double dy = (y - body.y) / half_height, dx = (x - centre) / half_width;
        if (dx * dx + dy * dy > 1) continue;
        const std::size_t first = static_cast<std::size_t>(y * shape_.w + x) * static_cast<std::size_t>(shape_.c);
        for (std::size_t c = 0; c < static_cast<std::size_t>(shape_.c); ++c)
          picture.pixels[first + c] = static_cast<std::uint8_t>(body.grey);
      }
    }
  }

  Shape shape_;
  Random random_;
  std::vector<std::uint8_t> background_;
  std::vector<Body> bodies_;
  int frame_ = 0;
};

}  // namespace

std::unique_ptr<Source> generated_source(const Shape& shape, std::uint64_t seed) {
  return std::make_unique<GeneratedSource>(shape, seed);
}

}  // namespace eddy

// SPDX-License-Identifier: Apache-2.0
#include "frames/resize.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "index.hpp"

namespace eddy {
namespace {

/// Part of an axis: [first, first + size).
struct Span {
  int first = 0, size = 0;
};

/// The part of `from` that is used, and the part of `to` that it fills, on both axes.
struct Windows {
  Span from_y, from_x, to_y, to_x;
};

Span centred(int size, int all) { return {(all - size) / 2, size}; }

Windows windows(const Shape& from, int width, int height, Resize how) {
  Windows w{{0, from.h}, {0, from.w}, {0, height}, {0, width}};
  const std::int64_t across = std::int64_t{from.w} * height, along = std::int64_t{from.h} * width;
  const auto rounded = [](std::int64_t n, std::int64_t d) {
    return static_cast<int>(std::max<std::int64_t>(1, (n + d / 2) / d));
  };
  if (how == Resize::crop && across > along) w.from_x = centred(rounded(along, height), from.w);
  if (how == Resize::crop && across < along) w.from_y = centred(rounded(across, width), from.h);
  if (how == Resize::fit && across > along) w.to_y = centred(rounded(along, from.w), height);
  if (how == Resize::fit && across < along) w.to_x = centred(rounded(across, from.h), width);
  return w;
}

/// What one result takes of one source element, in parts of 1 / (number of results).
struct Share {
  int source = 0;
  std::int64_t weight = 0;
};

/// For each result of an axis the elements that it covers: in units in which a source element is as long as there are
/// results.
std::vector<std::vector<Share>> shares(const Span& from, const Span& to) {
  std::vector<std::vector<Share>> result(at(to.size));
  for (int i = 0; i < to.size; ++i) {
    const std::int64_t begin = std::int64_t{i} * from.size, end = begin + from.size;
    for (auto s = static_cast<int>(begin / to.size); std::int64_t{s} * to.size < end; ++s) {
      const std::int64_t overlap =
          std::min(end, std::int64_t{s + 1} * to.size) - std::max(begin, std::int64_t{s} * to.size);
      result[at(i)].push_back({from.first + s, overlap});
    }
  }
  return result;
}

}  // namespace

Picture resize(const Picture& picture, int width, int height, Resize how) {
  const Shape& from = picture.shape;
  if (from.w == width && from.h == height) return picture;
  const Windows w = windows(from, width, height, how);
  const auto rows = shares(w.from_y, w.to_y), columns = shares(w.from_x, w.to_x);
  const std::int64_t total = std::int64_t{w.from_y.size} * w.from_x.size;
  Picture result{{from.c, height, width}, std::vector<std::uint8_t>(at(from.c) * at(height) * at(width)), {}};
  const std::size_t channels = at(from.c);
  std::vector<std::int64_t> line(at(from.w) * channels);  // the rows that a result covers, added up
  for (int y = 0; y < w.to_y.size; ++y) {
    std::ranges::fill(line, 0);
    for (const Share& row : rows[at(y)]) {
      const std::uint8_t* source = picture.pixels.data() + at(row.source) * line.size();
      for (std::size_t i = 0; i < line.size(); ++i) line[i] += row.weight * source[i];
    }
    for (int x = 0; x < w.to_x.size; ++x) {
      std::uint8_t* out = result.pixels.data() + (at(w.to_y.first + y) * at(width) + at(w.to_x.first + x)) * channels;
      for (std::size_t c = 0; c < channels; ++c) {
        std::int64_t sum = 0;
        for (const Share& column : columns[at(x)]) sum += column.weight * line[at(column.source) * channels + c];
        out[c] = static_cast<std::uint8_t>((sum + total / 2) / total);
      }
    }
  }
  return result;
}

}  // namespace eddy

// SPDX-License-Identifier: Apache-2.0
/// Where pictures come from, each in its own size. open_clip.cpp makes clips of them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "eddy/frames.hpp"

namespace eddy {

class Source {
 public:
  virtual ~Source() = default;
  /// The next picture, or nothing at the end. Throws FileError.
  virtual std::optional<Picture> next() = 0;
  /// As Clip::stop_when.
  virtual void stop_when(std::function<bool()> /*stop*/) {}
};

/// Videos and pictures, through the command ffmpeg: one channel, or three in the order of `channels`.
std::unique_ptr<Source> video_source(const std::string& file, Channels channels);
std::unique_ptr<Source> folder_source(const std::string& folder, Channels channels);

/// Arrays [N][C][H][W], [N][H][W][C], [N][H][W] or [N][values]; u8 are pixels, all others real values. `shape` decides
/// between the first two.
std::unique_ptr<Source> array_source(const std::string& file, const Shape& shape);

/// Raw u8 frames [h][w][c] from standard input.
std::unique_ptr<Source> stdin_source(const Shape& shape);

/// Moving shapes over a textured still background, with noise. The same seed gives the same frames.
std::unique_ptr<Source> generated_source(const Shape& shape, std::uint64_t seed);

/// open_clip() for several inputs.
std::unique_ptr<Clip> joined_clip(const std::string& clip, const InputSpec& spec, const Shape& shape, FrameRange range);

}  // namespace eddy

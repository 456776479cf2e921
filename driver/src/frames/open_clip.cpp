// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <filesystem>

#include <fmt/format.h>

#include "eddy/error.hpp"
#include "eddy/frames.hpp"
#include "frames/resize.hpp"
#include "frames/source.hpp"

namespace eddy {
namespace {

constexpr std::string_view generated_name = "generated";

/// A range of a source's pictures, in the network's size.
class SourceClip : public Clip {
 public:
  SourceClip(std::string name, std::unique_ptr<Source> source, const Shape& shape, Resize how, FrameRange range)
      : name_(std::move(name)), source_(std::move(source)), shape_(shape), how_(how), range_(range) {}

  void say_generated() {
    generated_ = true;
    notes_.push_back("This scene is GENERATED: moving shapes over a textured background with noise, no recording.");
  }

  std::optional<Picture> next() override {
    while (at_ < range_.first) {
      if (!source_->next()) {
        if (stopped()) return std::nullopt;
        none();
      }
      ++at_;
    }
    if (range_.last >= 0 && at_ >= range_.last) return std::nullopt;
    auto picture = source_->next();
    if (picture) {
      ++at_;
      return fitted(std::move(*picture));
    }
    if (stopped()) return std::nullopt;
    if (at_ == range_.first) none();
    if (range_.last >= 0) notes_.push_back(fmt::format("{} has {} frames: there is none from {} on.", name_, at_, at_));
    range_.last = at_;
    return std::nullopt;
  }
  void stop_when(std::function<bool()> stop) override {
    stop_ = stop;
    source_->stop_when(std::move(stop));
  }

 private:
  [[nodiscard]] bool stopped() const { return stop_ && stop_(); }
  [[noreturn]] void none() const {
    if (at_ == 0) throw FileError(fmt::format("{} holds no frame", name_));
    throw FileError(fmt::format("{} has {} frames: there is none from {} on", name_, at_, range_.first));
  }

  Picture fitted(Picture picture) {
    const Shape& from = picture.shape;
    if (from == shape_) return picture;
    if (from.c != shape_.c)
      throw FileError(fmt::format("{} has {} channels, the network takes {}", name_, from.c, shape_.c));
    if (picture.pixels.empty()) {
      throw FileError(fmt::format("{} has frames of {}x{}, the network takes {}x{}: real values are not scaled", name_,
                                  from.w, from.h, shape_.w, shape_.h));
    }
    if (from != last_size_) {
      const char* how = how_ == Resize::fit ? "fit, with black borders" : how_ == Resize::crop ? "crop" : "stretch";
      notes_.push_back(
          fmt::format("{}: frames of {}x{} are scaled to {}x{} ({})", name_, from.w, from.h, shape_.w, shape_.h, how));
      last_size_ = from;
    }
    return resize(picture, shape_.w, shape_.h, how_);
  }

  std::string name_;
  std::unique_ptr<Source> source_;
  Shape shape_, last_size_;
  Resize how_;
  FrameRange range_;
  std::function<bool()> stop_;
  int at_ = 0;
};

std::uint64_t seed_of(const std::string& clip) {
  if (clip.size() == generated_name.size()) return 1;
  const std::string text = clip.substr(generated_name.size() + 1);
  std::uint64_t seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error != std::errc{} || end != text.data() + text.size())
    throw UsageError(fmt::format("\"{}\": expected generated:NUMBER", clip));
  return seed;
}

bool is_generated(const std::string& clip) {
  return clip == generated_name || clip.starts_with(fmt::format("{}:", generated_name));
}

std::unique_ptr<Source> open_source(const std::string& clip, const InputSpec& spec, const Shape& shape) {
  if (is_generated(clip)) return generated_source(shape, seed_of(clip));
  if (clip == "-") return stdin_source(shape);
  if (!std::filesystem::exists(clip)) throw FileError(fmt::format("{}: no such clip", clip));
  if (clip.ends_with(".npy")) return array_source(clip, shape);
  if (shape.c != (spec.channels == Channels::gray ? 1 : 3)) {
    throw UsageError(
        fmt::format("the network takes {} channels: give it .npy or raw frames, a video has 1 (gray) or 3", shape.c));
  }
  if (std::filesystem::is_directory(clip)) return folder_source(clip, spec.channels);
  return video_source(clip, spec.channels);
}

}  // namespace

std::unique_ptr<Clip> open_clip(const std::string& clip, const InputSpec& spec, const Shape& shape, FrameRange range) {
  if (!spec.parts.empty()) return joined_clip(clip, spec, shape, range);
  auto result = std::make_unique<SourceClip>(clip == "-" ? "standard input" : clip, open_source(clip, spec, shape),
                                             shape, spec.resize, range);
  if (is_generated(clip)) result->say_generated();
  return result;
}

std::vector<Picture> read_pictures(const std::string& clip, const InputSpec& spec, const Shape& shape, FrameRange range,
                                   int limit) {
  const auto reader = open_clip(clip, spec, shape, range);
  std::vector<Picture> pictures;
  while (static_cast<int>(pictures.size()) < limit) {
    auto picture = reader->next();
    if (!picture) break;
    pictures.push_back(std::move(*picture));
  }
  return pictures;
}

std::vector<Picture> sample_pictures(const std::string& clip, const InputSpec& spec, const Shape& shape,
                                     FrameRange range, int count) {
  const auto reader = open_clip(clip, spec, shape, range);
  std::vector<Picture> pictures;
  int step = 1, frame = 0;
  for (auto picture = reader->next(); picture; picture = reader->next(), ++frame) {
    if (frame % step != 0) continue;
    pictures.push_back(std::move(*picture));
    if (static_cast<int>(pictures.size()) < 2 * count) continue;
    for (std::size_t i = 1; i < static_cast<std::size_t>(count); ++i) pictures[i] = std::move(pictures[2 * i]);
    pictures.resize(static_cast<std::size_t>(count));
    step *= 2;
  }
  return pictures;
}

}  // namespace eddy

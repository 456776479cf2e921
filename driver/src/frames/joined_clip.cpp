// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "eddy/error.hpp"
#include "frames/source.hpp"
#include "index.hpp"

namespace eddy {
namespace {

/// "NAME=CLIP,NAME=CLIP"
std::string example(const InputSpec& spec) {
  std::vector<std::string> texts;
  for (const InputPart& part : spec.parts)
    texts.push_back(fmt::format("{}=CLIP ({}x{}x{})", part.name, part.shape.c, part.shape.h, part.shape.w));
  return fmt::format("{}", fmt::join(texts, ","));
}

/// The clip of each input, by name. Throws UsageError where one has none, or there is no such input.
std::map<std::string, std::string> clips_of(const std::string& clip, const InputSpec& spec) {
  std::map<std::string, std::string> result;
  if (clip.starts_with("generated")) {
    for (const InputPart& part : spec.parts) result[part.name] = clip;
    return result;
  }
  for (std::size_t first = 0; first <= clip.size();) {
    const std::size_t end = std::min(clip.find(',', first), clip.size());
    const std::string text = clip.substr(first, end - first);
    const auto equals = text.find('=');
    const std::string name = text.substr(0, std::min(equals, text.size()));
    if (equals == std::string::npos || std::ranges::find(spec.parts, name, &InputPart::name) == spec.parts.end())
      throw UsageError(
          fmt::format("clip \"{}\": the network has {} inputs: give {}", clip, spec.parts.size(), example(spec)));
    result[name] = text.substr(equals + 1);
    if (result[name] == "-") throw UsageError("standard input cannot be one of several inputs");
    first = end + 1;
  }
  if (result.size() != spec.parts.size())
    throw UsageError(fmt::format("clip \"{}\": an input has none: give {}", clip, example(spec)));
  return result;
}

/// Frames of several clips side by side, as real values.
class JoinedClip : public Clip {
 public:
  JoinedClip(const std::string& clip, const InputSpec& spec, const Shape& shape, FrameRange range)
      : parts_(spec.parts), shape_(shape) {
    const auto names = clips_of(clip, spec);
    for (const InputPart& part : parts_) {
      clips_.push_back(open_clip(names.at(part.name), part.spec, part.shape, range));
      generated_ = generated_ || clips_.back()->generated();
    }
    gather_notes();
  }

  std::optional<Picture> next() override {
    Picture joined{shape_, {}, std::vector<float>(at(shape_.count()))};
    bool whole = true;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      const auto picture = clips_[i]->next();
      whole = whole && picture;
      if (picture) place(parts_[i], *picture, joined);
    }
    gather_notes();
    if (!whole) return std::nullopt;
    return joined;
  }

 private:
  void place(const InputPart& part, const Picture& picture, Picture& joined) const {
    const std::vector<float> values = normalise(picture, part.spec);
    auto from = values.begin();
    for (int y = 0; y < part.shape.h; ++y) {
      for (int x = 0; x < part.shape.w; ++x, from += part.shape.c) {
        const auto to = (std::ptrdiff_t{y} * shape_.w + x) * shape_.c + part.c_first;
        std::copy(from, from + part.shape.c, joined.values.begin() + to);
      }
    }
  }

  void gather_notes() {
    notes_.clear();
    for (const auto& clip : clips_) {
      for (const std::string& note : clip->notes()) {
        if (std::ranges::find(notes_, note) == notes_.end()) notes_.push_back(note);
      }
    }
  }

  std::vector<InputPart> parts_;
  Shape shape_;
  std::vector<std::unique_ptr<Clip>> clips_;
};

}  // namespace

std::unique_ptr<Clip> joined_clip(const std::string& clip, const InputSpec& spec, const Shape& shape,
                                  FrameRange range) {
  return std::make_unique<JoinedClip>(clip, spec, shape, range);
}

}  // namespace eddy

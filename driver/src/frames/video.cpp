// SPDX-License-Identifier: Apache-2.0
/// ffmpeg writes each frame as a PNM picture, which names its own size: one pass, whatever the video says about itself.
#include <algorithm>
#include <charconv>
#include <filesystem>

#include <fmt/format.h>

#include "eddy/error.hpp"
#include "frames/process.hpp"
#include "frames/source.hpp"

namespace eddy {
namespace {

constexpr int max_side = 16384;

class VideoSource : public Source {
 public:
  VideoSource(std::string file, Channels channels) : file_(std::move(file)), channels_(channels), process_(command()) {}

  std::optional<Picture> next() override {
    const std::string kind = word();
    if (kind.empty()) {
      end();
      return std::nullopt;
    }
    const int width = number(), height = number();
    const bool gray = channels_ == Channels::gray;
    if (kind != (gray ? "P5" : "P6") || number() != 255)
      throw FileError(fmt::format("{}: ffmpeg gives frames of an unknown kind", file_));
    Picture picture{{gray ? 1 : 3, height, width}, {}, {}};
    picture.pixels.resize(static_cast<std::size_t>(picture.shape.count()));
    const std::size_t got = process_.read(reinterpret_cast<char*>(picture.pixels.data()), picture.pixels.size());
    if (got != picture.pixels.size()) {
      end();
      throw FileError(fmt::format("{}: its last frame is cut off", file_));
    }
    if (channels_ == Channels::bgr) {
      for (std::size_t i = 0; i + 2 < picture.pixels.size(); i += 3)
        std::swap(picture.pixels[i], picture.pixels[i + 2]);
    }
    return picture;
  }

 private:
  [[nodiscard]] std::vector<std::string> command() const {
    const bool gray = channels_ == Channels::gray;
    return {"ffmpeg",   "-nostdin",
            "-v",       "error",
            "-i",       "file:" + file_,
            "-map",     "0:v:0",
            "-f",       "image2pipe",
            "-c:v",     gray ? "pgm" : "ppm",
            "-pix_fmt", gray ? "gray" : "rgb24",
            "-"};
  }

  /// The next word of a PNM header; empty at the end of the output.
  std::string word() {
    std::string text;
    for (char c = 0; process_.read(&c, 1) == 1;) {
      if (c == ' ' || c == '\n') break;
      text += c;
    }
    return text;
  }
  int number() {
    const std::string text = word();
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 1 || value > max_side) {
      throw FileError(fmt::format("{}: a frame with a side of \"{}\"", file_, text));
    }
    return value;
  }

  void end() {
    const int status = process_.finish();
    if (status == 0) return;
    const std::string errors = process_.errors();
    throw FileError(fmt::format("{} cannot be read: ffmpeg ends with status {}: {}", file_, status,
                                errors.substr(errors.rfind('\n') + 1)));
  }

  std::string file_;
  Channels channels_;
  Process process_;
};

/// By name, numbers in it by their value: f2 before f10. Equal values: the one with fewer zeros in front.
bool natural_less(const std::string& a, const std::string& b) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (!digit(a[i]) || !digit(b[j])) {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i, ++j;
      continue;
    }
    const auto number = [&](const std::string& text, std::size_t& at) {
      while (at < text.size() && text[at] == '0') ++at;
      const std::size_t first = at;
      while (at < text.size() && digit(text[at])) ++at;
      return std::string_view(text).substr(first, at - first);
    };
    const std::string_view x = number(a, i), y = number(b, j);
    if (x.size() != y.size()) return x.size() < y.size();
    if (x != y) return x < y;
  }
  return a.size() - i != b.size() - j ? a.size() - i < b.size() - j
         : a.size() != b.size()       ? a.size() < b.size()
                                      : a < b;
}

class FolderSource : public Source {
 public:
  FolderSource(const std::string& folder, Channels channels) : channels_(channels) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.is_regular_file() && is_picture(entry.path())) files_.push_back(entry.path().string());
    }
    std::ranges::sort(files_, natural_less);
  }

  std::optional<Picture> next() override {
    if (at_ == files_.size()) return std::nullopt;
    const std::string& file = files_[at_++];
    auto picture = VideoSource(file, channels_).next();
    if (!picture) throw FileError(fmt::format("{}: no picture in it", file));
    return picture;
  }

 private:
  static bool is_picture(const std::filesystem::path& file) {
    if (file.filename().string().starts_with('.')) return false;  // hidden: another program's
    std::string end = file.extension().string();
    std::ranges::transform(end, end.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    constexpr std::array known{".png", ".jpg", ".jpeg", ".bmp", ".ppm", ".pgm", ".tif", ".tiff", ".webp"};
    return std::ranges::find(known, end) != known.end();
  }

  Channels channels_;
  std::vector<std::string> files_;  // by name, as people count
  std::size_t at_ = 0;
};

}  // namespace

std::unique_ptr<Source> video_source(const std::string& file, Channels channels) {
  return std::make_unique<VideoSource>(file, channels);
}
std::unique_ptr<Source> folder_source(const std::string& folder, Channels channels) {
  return std::make_unique<FolderSource>(folder, channels);
}

}  // namespace eddy

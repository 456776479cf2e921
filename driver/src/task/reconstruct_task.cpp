// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "json_text.hpp"
#include "task/contact_sheet.hpp"
#include "task/kinds.hpp"
#include "task/spread.hpp"
#include "task/stored_answers.hpp"
#include "task/whole_file.hpp"

namespace eddy {
namespace {

constexpr double most_db = 100;  // of pictures that are equal: JSON has no infinity

/// Distance of what comes out from what went in.
struct Distance {
  double squares = 0;
  std::int64_t values = 0;
  int frames = 0;

  void add(std::span<const float> seen, std::span<const float> wanted) {
    for (std::size_t i = 0; i < seen.size(); ++i) {
      const double difference = static_cast<double>(seen[i]) - static_cast<double>(wanted[i]);
      squares += difference * difference;
    }
    values += static_cast<std::int64_t>(seen.size());
    ++frames;
  }
  /// Peak signal-to-noise ratio in dB, of all frames together.
  [[nodiscard]] double psnr(double peak) const {
    if (values == 0 || squares <= 0) return most_db;
    return std::min(most_db, 10 * std::log10(peak * peak * static_cast<double>(values) / squares));
  }
};

class ReconstructTask : public Task {
 public:
  explicit ReconstructTask(TaskFile file)
      : file_(std::move(file)),
        peak_(file_.at<double>("peak")),
        stored_(file_),
        train_(file_.find<std::pair<int, int>>("train_frames").value_or(std::pair{0, 0})) {
    if (!(peak_ > 0)) throw UsageError(fmt::format("{}: \"peak\" is not above 0", file_.path.string()));
  }

  void add_frame(int index, const Picture& picture, std::span<const OutputValues> outputs) override {
    const auto& seen = output_of(file_, outputs).values;
    const auto wanted = planes(picture);
    if (seen.size() != wanted.size()) {
      throw UsageError(fmt::format("{}: a frame has {} values, but {} has {}", file_.path.string(), wanted.size(),
                                   file_.output, seen.size()));
    }
    Distance frame;
    frame.add(seen, wanted);
    all_.add(seen, wanted);
    trained_ += file_.no_labels.empty() && index >= train_.first && index < train_.second ? 1 : 0;
    if (stored_.compare(index, seen)) {
      float_.add(*stored_.answer(index), wanted);
      beside_float_.add(seen, wanted);
    }
    answers_.push_back({index, frame.psnr(peak_)});
    if (sheet_.takes_next())
      sheet_.add({beside(picture, seen), {}, fmt::format("frame {}: {}", index, last_answer()), plain});
    else
      sheet_.skip();
  }

  [[nodiscard]] std::string last_answer() const override {
    return answers_.empty() ? "" : fmt::format("PSNR {:.2f} dB", answers_.back().psnr);
  }

  [[nodiscard]] TaskResult finish() const override {
    TaskResult result;
    result.quality = {{"kind", file_.kind}, {"frames", answers_.size()}};
    if (all_.frames > 0) {
      result.score = {"PSNR", all_.psnr(peak_)};
      result.quality["psnr"] = all_.psnr(peak_);
      result.quality["peak"] = peak_;
      result.quality["meaning"] = file_.quality;
      result.quality["trained_frames"] = trained_;
    }
    result.lines.push_back(fmt::format("PSNR {:.2f} dB over {} frames", all_.psnr(peak_), all_.frames));
    if (!file_.quality.empty()) result.lines.push_back(fmt::format("  that is {}", file_.quality));
    if (trained_ > 0)
      result.lines.push_back(fmt::format("  {} of these frames are ones that it was trained on", trained_));
    if (float_.frames > 0) {
      result.quality["float"] = {{"psnr", float_.psnr(peak_)}, {"frames", float_.frames}};
      result.lines.push_back(fmt::format(
          "float network on {} of them: PSNR {:.2f} dB{}", float_.frames, float_.psnr(peak_),
          float_.frames == all_.frames ? std::string()
                                       : fmt::format("; there the chip has {:.2f} dB", beside_float_.psnr(peak_))));
    }
    stored_.tell(result);
    return result;
  }

  void write_answers(const std::filesystem::path& file) const override {
    nlohmann::ordered_json json{{"kind", file_.kind}, {"frames", nlohmann::json::array()}};
    for (const Answer& answer : answers_) json["frames"].push_back({{"frame", answer.frame}, {"psnr", answer.psnr}});
    write_whole(file, json_text(json) + "\n");
  }

  void write_contact_sheet(const std::filesystem::path& file) const override {
    const std::string title = fmt::format("{}: {} frames, PSNR {:.2f} dB", file_.kind, all_.frames, all_.psnr(peak_));
    eddy::write_contact_sheet(file, sheet_.chosen(), title,
                              {{plain, "left: the frame; right: what the network makes of it"}},
                              file_.input.channels == Channels::bgr);
  }

 private:
  struct Answer {
    int frame = 0;
    double psnr = 0;
  };

  static std::size_t place(const Shape& s, int c, int y, int x) {
    return (static_cast<std::size_t>(y) * static_cast<std::size_t>(s.w) + static_cast<std::size_t>(x)) *
               static_cast<std::size_t>(s.c) +
           static_cast<std::size_t>(c);
  }

  /// The picture as the network sees it, [c][h][w].
  [[nodiscard]] std::vector<float> planes(const Picture& picture) const {
    const auto values = normalise(picture, file_.input);
    const Shape& s = picture.shape;
    std::vector<float> result;
    for (int c = 0; c < s.c; ++c) {
      for (int y = 0; y < s.h; ++y) {
        for (int x = 0; x < s.w; ++x) result.push_back(values[place(s, c, y, x)]);
      }
    }
    return result;
  }

  /// A picture of twice the width: what went in, and `seen`, what came out.
  [[nodiscard]] Picture beside(const Picture& picture, std::span<const float> seen) const {
    const Shape& s = picture.shape;
    Picture both{{s.c, s.h, 2 * s.w}, {}, {}};
    for (int y = 0; y < s.h; ++y) {
      for (int x = 0; x < 2 * s.w; ++x) {
        for (int c = 0; c < s.c; ++c) {
          const bool left = x < s.w;
          const std::size_t at = place(s, c, y, left ? x : x - s.w);
          const float out = left ? 0 : seen[static_cast<std::size_t>((c * s.h + y) * s.w + x - s.w)];
          if (picture.values.empty())
            both.pixels.push_back(left ? picture.pixels[at] : pixel(out, static_cast<std::size_t>(c)));
          else
            both.values.push_back(left ? picture.values[at] : out);
        }
      }
    }
    return both;
  }

  /// The grey level that the network would see as this value.
  [[nodiscard]] std::uint8_t pixel(float value, std::size_t c) const {
    const InputSpec& spec = file_.input;
    const double mean = spec.mean[std::min(c, spec.mean.size() - 1)], std = spec.std[std::min(c, spec.std.size() - 1)];
    const double level = (static_cast<double>(value) * std + mean) / spec.scale;
    return static_cast<std::uint8_t>(std::lround(std::clamp(level, 0.0, 255.0)));
  }

  TaskFile file_;
  double peak_;
  StoredAnswers stored_;
  std::pair<int, int> train_;  // frames that the network was trained on
  std::vector<Answer> answers_;
  int trained_ = 0;
  Distance all_;
  Distance float_, beside_float_;  // the float network's and ours, where its answers are stored
  Spread<SheetFrame> sheet_{sheet_frames};
};

}  // namespace

std::unique_ptr<Task> reconstruct_task(TaskFile file) { return std::make_unique<ReconstructTask>(std::move(file)); }

}  // namespace eddy

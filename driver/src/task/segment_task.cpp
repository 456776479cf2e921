// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "json_text.hpp"
#include "task/contact_sheet.hpp"
#include "task/kinds.hpp"
#include "task/runs.hpp"
#include "task/spread.hpp"
#include "task/stored_answers.hpp"
#include "task/whole_file.hpp"

namespace eddy {
namespace {

/// Pixels of which the network and the labels say that they belong to what is looked for.
struct Overlap {
  std::int64_t both = 0, seen = 0, wanted = 0;
  int frames = 0;

  void add(const Bits& mask, const Bits& label) {
    for (std::size_t i = 0; i < mask.size(); ++i) {
      seen += mask[i];
      wanted += label[i];
      both += mask[i] & label[i];
    }
    ++frames;
  }
  static double share(std::int64_t part, std::int64_t whole) {
    return whole == 0 ? 1 : static_cast<double>(part) / static_cast<double>(whole);
  }
  /// Intersection over union, of all frames together.
  [[nodiscard]] double iou() const { return share(both, seen + wanted - both); }
  [[nodiscard]] double precision() const { return share(both, seen); }
  [[nodiscard]] double recall() const { return share(both, wanted); }
};

nlohmann::ordered_json to_json(const Overlap& o) {
  return {{"precision", o.precision()}, {"recall", o.recall()}, {"iou", o.iou()}};
}

std::string to_text(const Overlap& o) {
  return fmt::format("IoU {:.4f} (precision {:.3f}, recall {:.3f})", o.iou(), o.precision(), o.recall());
}

class SegmentTask : public Task {
 public:
  explicit SegmentTask(TaskFile file)
      : file_(std::move(file)),
        threshold_(file_.at<float>("decision_threshold")),
        stored_(file_),
        train_(file_.find<std::pair<int, int>>("train_frames").value_or(std::pair{0, 0})) {
    const auto json = file_.labels();
    if (!json) return;
    const auto path = file_.beside(file_.at<std::string>("labels"));
    width_ = TaskFile::get<int>(*json, path, "width");
    height_ = TaskFile::get<int>(*json, path, "height");
    first_ = TaskFile::get<int>(*json, path, "first");
    labels_ = TaskFile::get<std::vector<std::vector<int>>>(*json, path, "frames");
    for (std::size_t i = 0; i < labels_.size(); ++i) {
      if (width_ < 1 || height_ < 1 || !bits_of(labels_[i], pixels()))
        throw UsageError(fmt::format("{}: \"frames\"[{}] is no mask of {}x{}", path.string(), i, width_, height_));
    }
  }

  void add_frame(int index, const Picture& picture, std::span<const OutputValues> outputs) override {
    const OutputValues& output = output_of(file_, outputs);
    Answer answer{index, mask_of(output.values), labels_of(index)};
    if (answer.label && answer.label->size() != answer.mask.size()) {
      throw UsageError(fmt::format("{}: labels of {}x{}, but {} has {} values", file_.path.string(), width_, height_,
                                   file_.output, output.values.size()));
    }
    if (answer.label) {
      score_.add(answer.mask, *answer.label);
      trained_ += index >= train_.first && index < train_.second ? 1 : 0;
    }
    if (stored_.compare(index, output.values) && answer.label) {
      float_score_.add(mask_of(*stored_.answer(index)), *answer.label);
      beside_float_.add(answer.mask, *answer.label);
    }
    covered_ += std::ranges::count(answer.mask, char{1});
    seen_ += static_cast<std::int64_t>(answer.mask.size());
    if (sheet_.takes_next()) {
      SheetFrame frame{picture, {}, fmt::format("frame {}: {}", index, in_words(answer)), plain};
      frame.tint = tint(answer, output.dims);
      sheet_.add(std::move(frame));
    } else {
      sheet_.skip();
    }
    answers_.push_back({index, runs_of(answer.mask), in_words(answer)});
  }

  [[nodiscard]] std::string last_answer() const override { return answers_.empty() ? "" : answers_.back().words; }

  [[nodiscard]] TaskResult finish() const override {
    TaskResult result;
    const double share = seen_ == 0 ? 0 : static_cast<double>(covered_) / static_cast<double>(seen_);
    result.quality = {{"kind", file_.kind}, {"frames", answers_.size()}, {"covered", share}};
    result.lines.push_back(fmt::format("mask: {:.1f} % of {} frames", 100 * share, answers_.size()));
    tell_score(result);
    stored_.tell(result);
    return result;
  }

  void write_answers(const std::filesystem::path& file) const override {
    nlohmann::ordered_json json{
        {"kind", file_.kind},
        {"runs", "lengths in row-major order, of pixels outside and inside in turn, outside first"},
        {"frames", nlohmann::json::array()}};
    for (const Told& answer : answers_) json["frames"].push_back({{"frame", answer.frame}, {"runs", answer.runs}});
    write_whole(file, json_text(json) + "\n");
  }

  void write_contact_sheet(const std::filesystem::path& file) const override {
    std::vector<LegendEntry> legend{{unjudged, "inside, says the network"}};
    if (score_.frames > 0) {
      legend = {{agreed, "inside, say the network and the labels"},
                {alone, "inside, says the network only"},
                {missed, "inside, say the labels only"}};
      if (!file_.quality.empty()) legend.push_back({plain, "Labels: " + file_.quality});
    }
    std::string title = fmt::format("{}: {} frames", file_.kind, answers_.size());
    if (score_.frames > 0) title += fmt::format(", agreement with labels: {}", to_text(score_));
    eddy::write_contact_sheet(file, sheet_.chosen(), title, legend, file_.input.channels == Channels::bgr);
  }

 private:
  struct Answer {
    int frame = 0;
    Bits mask;
    std::optional<Bits> label;
  };
  struct Told {
    int frame = 0;
    std::vector<int> runs;
    std::string words;
  };

  [[nodiscard]] std::size_t pixels() const {
    return static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_);
  }

  [[nodiscard]] Bits mask_of(std::span<const float> values) const {
    Bits mask;
    for (const float value : values) mask.push_back(value > threshold_ ? 1 : 0);
    return mask;
  }

  [[nodiscard]] std::optional<Bits> labels_of(int frame) const {
    if (frame < first_ || static_cast<std::size_t>(frame - first_) >= labels_.size()) return std::nullopt;
    return bits_of(labels_[static_cast<std::size_t>(frame - first_)], pixels());
  }

  [[nodiscard]] static std::string in_words(const Answer& answer) {
    const double share = static_cast<double>(std::ranges::count(answer.mask, char{1})) /
                         static_cast<double>(std::max<std::size_t>(1, answer.mask.size()));
    if (!answer.label) return fmt::format("{:.1f} %", 100 * share);
    Overlap overlap;
    overlap.add(answer.mask, *answer.label);
    return fmt::format("{:.1f} %, IoU {:.2f}", 100 * share, overlap.iou());
  }

  /// What the network and the labels say, in colours over the picture.
  [[nodiscard]] static Tint tint(const Answer& answer, const std::vector<int>& dims) {
    Tint tint;
    if (dims.size() < 2) return tint;
    tint.width = dims.back();
    tint.height = static_cast<int>(answer.mask.size()) / std::max(1, tint.width);
    for (std::size_t i = 0; i < answer.mask.size(); ++i) {
      const bool seen = answer.mask[i] != 0, wanted = answer.label && (*answer.label)[i] != 0;
      if (!answer.label)
        tint.colours.push_back(seen ? std::optional(unjudged) : std::nullopt);
      else if (seen)
        tint.colours.push_back(wanted ? agreed : alone);
      else
        tint.colours.push_back(wanted ? std::optional(missed) : std::nullopt);
    }
    return tint;
  }

  void tell_score(TaskResult& result) const {
    result.quality["labelled_frames"] = score_.frames;
    if (score_.frames == 0) {
      const std::string why = file_.no_labels.empty() ? "there are no labels for these frames" : file_.no_labels;
      result.quality["no_score"] = why;
      result.lines.push_back(fmt::format("not scored: {}", why));
      return;
    }
    result.score = {"IoU", score_.iou()};
    result.quality.update(to_json(score_));
    result.quality["meaning"] = file_.quality;
    result.quality["trained_frames"] = trained_;
    result.lines.push_back(fmt::format("{} over {} frames", to_text(score_), score_.frames));
    if (!file_.quality.empty()) result.lines.push_back(fmt::format("  that is {}", file_.quality));
    if (trained_ > 0)
      result.lines.push_back(fmt::format("  {} of these frames are ones that it was trained on", trained_));
    if (float_score_.frames == 0) return;
    result.quality["float"] = to_json(float_score_);
    result.quality["float"]["frames"] = float_score_.frames;
    result.lines.push_back(fmt::format("float network on {} of them: {}{}", float_score_.frames, to_text(float_score_),
                                       float_score_.frames == score_.frames
                                           ? std::string()
                                           : fmt::format("; there the chip has {}", to_text(beside_float_))));
  }

  TaskFile file_;
  float threshold_;
  int width_ = 0, height_ = 0, first_ = 0;  // of the labels: size of a mask, frame of the first
  std::vector<std::vector<int>> labels_;    // runs
  StoredAnswers stored_;
  std::pair<int, int> train_;  // frames that the network was trained on
  std::vector<Told> answers_;
  std::int64_t covered_ = 0, seen_ = 0;  // pixels
  int trained_ = 0;
  Overlap score_;
  Overlap float_score_, beside_float_;  // the float network's and ours, where its answers are stored
  Spread<SheetFrame> sheet_{sheet_frames};
};

}  // namespace

std::unique_ptr<Task> segment_task(TaskFile file) { return std::make_unique<SegmentTask>(std::move(file)); }

}  // namespace eddy

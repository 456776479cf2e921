// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>

#include "json_text.hpp"
#include "task/contact_sheet.hpp"
#include "task/kinds.hpp"
#include "task/spread.hpp"
#include "task/stored_answers.hpp"
#include "task/whole_file.hpp"

namespace eddy {
namespace {

constexpr Colour right_colour{70, 220, 110}, wrong_colour{255, 120, 90};

class ClassifyTask : public Task {
 public:
  explicit ClassifyTask(TaskFile file)
      : file_(std::move(file)), classes_(file_.at<std::vector<std::string>>("classes")), stored_(file_) {
    if (classes_.empty()) throw UsageError(fmt::format("{}: \"classes\" are none", file_.path.string()));
    const auto json = file_.labels();
    if (!json) return;
    const auto path = file_.beside(file_.at<std::string>("labels"));
    labels_ = TaskFile::get<std::vector<int>>(*json, path, "labels");
    for (const int label : labels_) {
      if (label < 0 || static_cast<std::size_t>(label) >= classes_.size())
        throw UsageError(fmt::format("{}: \"labels\": {} is no class", path.string(), label));
    }
  }

  void add_frame(int index, const Picture& picture, std::span<const OutputValues> outputs) override {
    const auto& scores = output_of(file_, outputs).values;
    if (scores.size() != classes_.size()) {
      throw UsageError(fmt::format("{}: {} classes, but {} has {} values", file_.path.string(), classes_.size(),
                                   file_.output, scores.size()));
    }
    Answer answer{index, largest(scores), std::nullopt};
    if (index >= 0 && static_cast<std::size_t>(index) < labels_.size()) {
      answer.label = static_cast<std::size_t>(labels_[static_cast<std::size_t>(index)]);
      ++labelled_;
      right_ += answer.best == *answer.label ? 1 : 0;
    }
    if (stored_.compare(index, scores)) agreed_ += largest(*stored_.answer(index)) == answer.best ? 1 : 0;
    if (sheet_.takes_next())
      sheet_.add({picture, {}, fmt::format("frame {}: {}", index, in_words(answer)), colour(answer)});
    else
      sheet_.skip();
    answers_.push_back(answer);
  }

  [[nodiscard]] std::string last_answer() const override { return answers_.empty() ? "" : in_words(answers_.back()); }

  [[nodiscard]] TaskResult finish() const override {
    TaskResult result;
    result.quality = {{"kind", file_.kind}, {"frames", answers_.size()}, {"labelled_frames", labelled_}};
    if (labelled_ > 0) {
      result.quality["right"] = right_;
      result.quality["accuracy"] = static_cast<double>(right_) / labelled_;
      result.score = {"accuracy", static_cast<double>(right_) / labelled_};
      result.quality["meaning"] = file_.quality;
    } else {
      result.quality["no_score"] = why_no_score();
    }
    result.lines.push_back(title());
    if (labelled_ > 0 && !file_.quality.empty()) result.lines.push_back(fmt::format("  that is {}", file_.quality));
    stored_.tell(result);
    if (result.quality["float_reference"].is_object()) result.quality["float_reference"]["same_answer"] = agreed_;
    return result;
  }

  void write_answers(const std::filesystem::path& file) const override {
    nlohmann::ordered_json json{{"kind", file_.kind}, {"frames", nlohmann::json::array()}};
    for (const Answer& answer : answers_)
      json["frames"].push_back({{"frame", answer.frame}, {"class", classes_[answer.best]}});
    write_whole(file, json_text(json) + "\n");
  }

  void write_contact_sheet(const std::filesystem::path& file) const override {
    eddy::write_contact_sheet(file, sheet_.chosen(), title(), {}, file_.input.channels == Channels::bgr);
  }

 private:
  struct Answer {
    int frame = 0;
    std::size_t best = 0;
    std::optional<std::size_t> label;
  };

  static std::size_t largest(std::span<const float> scores) {
    return static_cast<std::size_t>(std::distance(scores.begin(), std::ranges::max_element(scores)));
  }

  [[nodiscard]] std::string in_words(const Answer& answer) const {
    const std::string& name = classes_[answer.best];
    if (!answer.label) return name;
    return answer.best == *answer.label ? fmt::format("{} (right)", name)
                                        : fmt::format("{} (wrong: {})", name, classes_[*answer.label]);
  }
  static Colour colour(const Answer& answer) {
    if (!answer.label) return plain;
    return answer.best == *answer.label ? right_colour : wrong_colour;
  }

  [[nodiscard]] std::string why_no_score() const {
    return file_.no_labels.empty() ? "there are no labels for these frames" : file_.no_labels;
  }

  [[nodiscard]] std::string title() const {
    if (labelled_ == 0) return fmt::format("classes: {} frames, not scored: {}", answers_.size(), why_no_score());
    return fmt::format("classes: {} of {} frames right ({:.1f} %)", right_, labelled_, 100.0 * right_ / labelled_);
  }

  TaskFile file_;
  std::vector<std::string> classes_;
  std::vector<int> labels_;  // by frame of the clip
  StoredAnswers stored_;
  std::vector<Answer> answers_;
  int labelled_ = 0, right_ = 0, agreed_ = 0;
  Spread<SheetFrame> sheet_{sheet_frames};
};

}  // namespace

std::unique_ptr<Task> classify_task(TaskFile file) { return std::make_unique<ClassifyTask>(std::move(file)); }

}  // namespace eddy

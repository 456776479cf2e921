// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "json_text.hpp"
#include "task/contact_sheet.hpp"
#include "task/kinds.hpp"
#include "task/people.hpp"
#include "task/spread.hpp"
#include "task/stored_answers.hpp"
#include "task/whole_file.hpp"

namespace eddy {
namespace {

constexpr double body_aspect = 0.4;  // width of a person over the height
constexpr double cross_size = 0.35;  // of the match radius

std::vector<std::vector<Place>> read_labels(const TaskFile& file) {
  const auto json = file.labels();
  std::vector<std::vector<Place>> frames;
  if (!json) return frames;
  const auto path = file.beside(file.at<std::string>("labels"));
  // A person is [centre x, centre y, height].
  for (const auto& people : TaskFile::get<std::vector<std::vector<std::vector<double>>>>(*json, path, "frames")) {
    auto& places = frames.emplace_back();
    for (const auto& person : people) {
      if (person.size() < 2) throw UsageError(fmt::format("{}: \"frames\": a label without a place", path.string()));
      places.push_back({person[0], person[1]});
    }
  }
  return frames;
}

nlohmann::ordered_json to_json(const PeopleScore& score) {
  return {{"precision", score.precision()},
          {"recall", score.recall()},
          {"f1", score.f1()},
          {"count_error", score.mean_count_error()}};
}

std::string to_text(const PeopleScore& score) {
  return fmt::format("F1 {:.3f} (precision {:.3f}, recall {:.3f}), count error {:.2f}", score.f1(), score.precision(),
                     score.recall(), score.mean_count_error());
}

class PeopleTask : public Task {
 public:
  explicit PeopleTask(TaskFile file)
      : file_(std::move(file)),
        rules_(people_rules(file_)),
        labels_(read_labels(file_)),
        stored_(file_),
        train_(file_.find<std::pair<int, int>>("train_frames").value_or(std::pair{0, 0})) {}

  void add_frame(int index, const Picture& picture, std::span<const OutputValues> outputs) override {
    const OutputValues& output = output_of(file_, outputs);
    Answer answer{index, find_people(rules_, heat_map(rules_, output.dims, output.values)), labels_of(index)};
    if (answer.labels) {
      score_.add(rules_, answer.people, *answer.labels);
      trained_ += index >= train_.first && index < train_.second ? 1 : 0;
    }
    if (stored_.compare(index, output.values) && answer.labels) {
      const auto float_people = find_people(rules_, heat_map(rules_, output.dims, *stored_.answer(index)));
      float_score_.add(rules_, float_people, *answer.labels);
      beside_float_.add(rules_, answer.people, *answer.labels);
    }
    if (sheet_.takes_next())
      sheet_.add({picture, marks(answer, picture.shape), fmt::format("frame {}: {}", index, in_words(answer)), plain});
    else
      sheet_.skip();
    people_ += static_cast<int>(answer.people.size());
    answers_.push_back(std::move(answer));
  }

  [[nodiscard]] std::string last_answer() const override { return answers_.empty() ? "" : in_words(answers_.back()); }

  [[nodiscard]] TaskResult finish() const override {
    TaskResult result;
    const auto frames = static_cast<int>(answers_.size());
    result.quality = {{"kind", file_.kind}, {"frames", frames}, {"people", people_}};
    result.lines.push_back(fmt::format("people: {} seen in {} frames, {:.1f} a frame", people_, frames,
                                       static_cast<double>(people_) / std::max(1, frames)));
    tell_score(result);
    stored_.tell(result);
    return result;
  }

  void write_answers(const std::filesystem::path& file) const override {
    nlohmann::ordered_json json{{"kind", file_.kind},
                                {"person", "[x, y, logit]: middle of the body in pixels of the full picture"},
                                {"picture", {rules_.picture_width, rules_.picture_height}},
                                {"frames", nlohmann::json::array()}};
    for (const Answer& answer : answers_) {
      auto people = nlohmann::ordered_json::array();
      for (const Person& person : answer.people) {
        const Place place = place_of(rules_, person);
        people.push_back({place.x, place.y, person.logit});
      }
      json["frames"].push_back({{"frame", answer.frame}, {"people", people}});
    }
    write_whole(file, json_text(json) + "\n");
  }

  void write_contact_sheet(const std::filesystem::path& file) const override {
    std::vector<LegendEntry> legend{{unjudged, "a person that the network sees"}};
    if (score_.frames > 0) {
      legend = {{agreed, "a person that the network sees, and a label"},
                {alone, "a person that the network sees, without a label"},
                {missed, "a label (cross) that the network misses"}};
      if (!file_.quality.empty()) legend.push_back({plain, "Labels: " + file_.quality});
    }
    eddy::write_contact_sheet(file, sheet_.chosen(), title(), legend, file_.input.channels == Channels::bgr);
  }

 private:
  struct Answer {
    int frame = 0;
    std::vector<Person> people;
    std::optional<std::vector<Place>> labels;
  };

  [[nodiscard]] std::optional<std::vector<Place>> labels_of(int frame) const {
    if (frame < 0 || static_cast<std::size_t>(frame) >= labels_.size()) return std::nullopt;
    return labels_[static_cast<std::size_t>(frame)];
  }

  [[nodiscard]] static std::string in_words(const Answer& answer) {
    const auto count = answer.people.size();
    const std::string people = fmt::format("{} {}", count, count == 1 ? "person" : "people");
    return answer.labels ? fmt::format("{} ({} labelled)", people, answer.labels->size()) : people;
  }

  [[nodiscard]] std::string title() const {
    std::string text = fmt::format("{}: {} frames", file_.kind, answers_.size());
    if (score_.frames > 0) text += fmt::format(", agreement with labels: {}", to_text(score_));
    return text;
  }

  void tell_score(TaskResult& result) const {
    result.quality["labelled_frames"] = score_.frames;
    if (score_.frames == 0) {
      const std::string why = file_.no_labels.empty() ? "there are no labels for these frames" : file_.no_labels;
      result.quality["no_score"] = why;
      result.lines.push_back(fmt::format("not scored: {}", why));
      return;
    }
    result.score = {"F1", score_.f1()};
    result.quality.update(to_json(score_));
    result.quality["meaning"] = file_.quality;
    result.quality["trained_frames"] = trained_;
    result.lines.push_back(fmt::format("{} of {:.1f} labelled, over {} frames", to_text(score_),
                                       static_cast<double>(score_.wanted) / score_.frames, score_.frames));
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

  /// What is seen and what is labelled, in pixels of the network's picture.
  [[nodiscard]] std::vector<Mark> marks(const Answer& answer, const Shape& shape) const {
    const double sx = shape.w / rules_.picture_width, sy = shape.h / rules_.picture_height;
    std::vector<Mark> marks;
    std::vector<bool> met(answer.labels ? answer.labels->size() : 0);
    const auto matches = match_people(rules_, answer.people, answer.labels.value_or(std::vector<Place>{}));
    for (std::size_t i = 0; i < answer.people.size(); ++i) {
      const Place at = place_of(rules_, answer.people[i]);
      const Colour colour = !answer.labels ? unjudged : matches[i] >= 0 ? agreed : alone;
      if (matches[i] >= 0) met[static_cast<std::size_t>(matches[i])] = true;
      // The feet are at the middle plus half the height, and the height follows from the feet.
      const double height = (rules_.height_slope * at.y + rules_.height_base) / (1 - rules_.height_slope / 2);
      if (height > 0)
        marks.push_back({Mark::Kind::box, at.x * sx, at.y * sy, body_aspect * height * sx, height * sy, colour});
      else
        marks.push_back({Mark::Kind::circle, at.x * sx, at.y * sy, 2 * rules_.radius * sx, 0, colour});
    }
    for (std::size_t i = 0; i < met.size(); ++i) {
      if (met[i]) continue;
      const Place at = (*answer.labels)[i];
      marks.push_back({Mark::Kind::cross, at.x * sx, at.y * sy, 2 * cross_size * rules_.radius * sx, 0, missed});
    }
    return marks;
  }

  TaskFile file_;
  PeopleRules rules_;
  std::vector<std::vector<Place>> labels_;  // by frame of the clip
  StoredAnswers stored_;
  std::pair<int, int> train_;  // frames that the network was trained on
  std::vector<Answer> answers_;
  int people_ = 0, trained_ = 0;
  PeopleScore score_;
  PeopleScore float_score_, beside_float_;  // the float network's and ours, where its answers are stored
  Spread<SheetFrame> sheet_{sheet_frames};
};

}  // namespace

std::unique_ptr<Task> people_task(TaskFile file) { return std::make_unique<PeopleTask>(std::move(file)); }

}  // namespace eddy

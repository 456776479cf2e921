// SPDX-License-Identifier: Apache-2.0
#include "task/stored_answers.hpp"

namespace eddy {

StoredAnswers::StoredAnswers(const TaskFile& file) {
  const auto name = file.find<std::string>("reference");
  if (!name || !file.no_labels.empty()) return;
  const auto [first, last] = file.at<std::pair<int, int>>("reference_frames");
  array_ = read_npy(file.beside(*name));
  if (array_.dims.empty() || last < first || array_.dims[0] != last - first) {
    throw UsageError(fmt::format("{}: \"reference_frames\" are not as many as {} holds", file.path.string(), *name));
  }
  first_ = first;
  if (last > first) size_ = array_.values.size() / static_cast<std::size_t>(last - first);
}

std::optional<std::vector<float>> StoredAnswers::answer(int frame) const {
  const auto at = static_cast<std::size_t>(frame - first_) * size_;
  if (frame < first_ || at + size_ > array_.values.size() || size_ == 0) return std::nullopt;
  std::vector<float> values;
  for (std::size_t i = at; i < at + size_; ++i) values.push_back(static_cast<float>(array_.values[i]));
  return values;
}

bool StoredAnswers::compare(int frame, std::span<const float> ours) {
  const auto theirs = answer(frame);
  if (!theirs) return false;
  meter_.add(ours, *theirs);
  compared_.push_back(frame);
  return true;
}

void StoredAnswers::tell(TaskResult& result) const {
  auto& json = result.quality["float_reference"];
  if (compared_.empty()) {
    result.lines.emplace_back("float network: no stored answers for these frames");
    return;
  }
  const Closeness all = meter_.all();
  json = to_json(all);
  for (std::size_t i = 0; i < compared_.size(); ++i) {
    auto frame = to_json(meter_.frames()[i]);
    frame["frame"] = compared_[i];
    json["frames"].push_back(frame);
  }
  result.lines.push_back(
      fmt::format("closeness to the float network's stored answers ({} frames): {}", compared_.size(), to_text(all)));
}

}  // namespace eddy

// SPDX-License-Identifier: Apache-2.0
#include "tune/metric.hpp"

namespace eddy {
namespace {

/// A new task for each set of answers: a task gathers frames.
class TaskMetric : public Metric {
 public:
  TaskMetric(std::filesystem::path model, std::string clip) : model_(std::move(model)), clip_(std::move(clip)) {}

  [[nodiscard]] std::string name() const override { return name_; }

  std::optional<double> quality(const std::vector<Answered>& answers) override {
    const auto task = open_task(model_, clip_);
    for (const Answered& a : answers) task->add_frame(a.frame, *a.picture, a.outputs);
    const auto score = task->finish().score;
    if (!score) return std::nullopt;
    name_ = score->name;
    return score->value;
  }

 private:
  std::filesystem::path model_;
  std::string clip_;
  std::string name_ = "task";
};

}  // namespace

std::unique_ptr<Metric> task_metric(const Prepared& p) {
  const std::string clip = p.own_clip ? std::string() : p.clip;
  if (open_task(p.model, clip) == nullptr) return nullptr;
  return std::make_unique<TaskMetric>(p.model, clip);
}

}  // namespace eddy

// SPDX-License-Identifier: Apache-2.0
#include "cli/answers.hpp"

#include <fmt/format.h>

#include "eddy/report.hpp"

namespace eddy::cli {

Answers::Answers(const Prepared& p, const WantedAnswers& wanted) : prepared_(p) {
  task_ = open_task(p.model, p.own_clip ? std::string() : p.clip);
  if (!wanted.output.empty()) files_ = std::make_unique<OutputFiles>(wanted.output, p.network());
  if (wanted.referee) referee_ = std::make_unique<Referee>(p.model, p.graph, p.network(), p.input);
  if (wanted.error) errors_ = std::make_unique<ErrorMeter>(p.network());
}

void Answers::add(int frame, const Picture& picture, std::span<const Tensor> tensors) {
  const auto outputs = real_outputs(prepared_.network(), tensors);
  if (task_) task_->add_frame(prepared_.frames.first + frame, picture, outputs);
  if (files_) files_->add_frame(outputs);
  if (referee_) referee_->add_frame(picture, outputs);
  if (errors_) errors_->add_frame(to_frame(prepared_.network(), picture));
  any_ = true;
}

std::string Answers::finish(const std::filesystem::path& out, nlohmann::ordered_json& report,
                            std::vector<std::filesystem::path>& written) {
  report["task"] = nullptr;
  report["error"] = nullptr;
  if (!any_) return {};  // the first frame differs already
  std::string text;
  if (task_) {
    const TaskResult result = task_->finish();
    report["task"] = result.quality;
    for (const std::string& line : result.lines) text += line + "\n";
    task_->write_answers(out / "answers.json");
    task_->write_contact_sheet(out / "frames.png");
    written.insert(written.end(), {out / "answers.json", out / "frames.png"});
  }
  if (referee_) {
    for (const OutputCloseness& o : referee_->finish()) {
      text += fmt::format("Closeness to {}, output {}: {}\n", referee_->name(), o.name, to_text(o.all));
      auto& entry = report["referee"][o.name] = to_json(o.all);
      entry["judge"] = referee_->name();
    }
  }
  if (errors_) {
    text += error_lines(errors_->outputs());
    report["error"] = error_report(errors_->outputs());
  }
  if (files_) {
    const auto files = files_->finish();
    written.insert(written.end(), files.begin(), files.end());
  }
  return text;
}

}  // namespace eddy::cli

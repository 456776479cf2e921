// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "task/kinds.hpp"

namespace eddy {
namespace {

struct Kind {
  std::string_view name;
  std::unique_ptr<Task> (*make)(TaskFile);
};
constexpr std::array kinds{Kind{"people-heatmap", people_task}, Kind{"classify", classify_task},
                           Kind{"segment", segment_task}, Kind{"reconstruct", reconstruct_task}};

}  // namespace

std::unique_ptr<Task> open_task(const std::filesystem::path& model, const std::string& clip) {
  const auto path = model.parent_path() / "task.json";
  if (!std::filesystem::exists(path)) return nullptr;
  TaskFile file = read_task_file(path, clip);
  for (const Kind& kind : kinds)
    if (kind.name == file.kind) return kind.make(std::move(file));
  std::string known;
  for (const Kind& kind : kinds) known += fmt::format("{}{}", known.empty() ? "" : ", ", kind.name);
  throw UsageError(fmt::format("{}: \"kind\" is {}; known are {}", path.string(), file.kind, known));
}

}  // namespace eddy

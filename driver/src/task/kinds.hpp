// SPDX-License-Identifier: Apache-2.0
/// The kinds of tasks. A new one is a class in a file of its own, a line here and one in open_task.cpp.
#pragma once

#include <memory>

#include "task/task_file.hpp"

namespace eddy {

inline constexpr std::size_t sheet_frames = 12;  // on a contact sheet

std::unique_ptr<Task> people_task(TaskFile file);
std::unique_ptr<Task> classify_task(TaskFile file);
std::unique_ptr<Task> segment_task(TaskFile file);
std::unique_ptr<Task> reconstruct_task(TaskFile file);

}  // namespace eddy

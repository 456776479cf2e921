// SPDX-License-Identifier: Apache-2.0
#include "task/float_judge.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "build_paths.hpp"
#include "channels_first.hpp"
#include "eddy/error.hpp"
#include "shipped_files.hpp"

namespace eddy {
namespace {

namespace fs = std::filesystem;

/// The script's first word on a call without a model: what judges. Throws FileError.
std::string ask_name(const RefereeProgram& program) {
  if (!fs::exists(program.python) || !fs::exists(program.script)) {
    throw FileError(fmt::format("--referee needs ONNX Runtime, and there is no {}: run scripts/setup referee",
                                (fs::exists(program.python) ? program.script : program.python).string()));
  }
  Process process({program.python.string(), program.script.string()});
  std::string name(256, '\0');
  name.resize(process.read(name.data(), name.size()));
  if (process.finish() != 0)
    throw FileError(fmt::format("--referee needs ONNX Runtime: run scripts/setup referee ({})", process.errors()));
  while (!name.empty() && name.back() == '\n') name.pop_back();
  return name;
}

/// One input's part of a frame, whose values are [h][w][c] of layer 0, as the model takes it.
std::vector<float> part_of(const GraphInput& input, const Shape& all, const std::vector<float>& values) {
  const Shape& shape = input.shape;
  std::vector<float> part;
  for (int y = 0; y < shape.h; ++y) {
    for (int x = 0; x < shape.w; ++x) {
      const auto first = values.begin() + (std::ptrdiff_t{y} * all.w + x) * all.c + input.c_first;
      part.insert(part.end(), first, first + shape.c);
    }
  }
  if (input.codes) std::ranges::transform(part, part.begin(), [&](float v) { return input.codes->code(v); });
  return input.channels_last ? part : channels_first(shape, std::span<const float>(part));
}

}  // namespace

RefereeProgram referee_program() {
  RefereeProgram program{build_paths::python, shipped_files(Shipped::referee)};
  if (const char* python = std::getenv("EDDY_PYTHON"); python != nullptr) program.python = python;
  return program;
}

FloatJudge::FloatJudge(fs::path model, const Graph& graph, InputSpec spec, RefereeProgram program)
    : model_(std::move(model)),
      spec_(std::move(spec)),
      program_(std::move(program)),
      name_(ask_name(program_)),
      inputs_(graph.inputs) {
  for (const GraphInput& input : inputs_) {
    files_.push_back(std::make_unique<NpyWriter>(scratch_ / fmt::format("frames{}.npy", files_.size()).c_str(),
                                                 std::vector<std::int64_t>{input.dims.begin(), input.dims.end()}));
  }
}

void FloatJudge::add_frame(const Picture& picture) {
  const std::vector<float> values = normalise(picture, spec_);
  for (std::size_t i = 0; i < inputs_.size(); ++i) files_[i]->add(part_of(inputs_[i], picture.shape, values));
  ++frames_;
}

void FloatJudge::start(std::span<const std::string> tensors) {
  tensors_ = tensors.size();
  std::vector<std::string> command{program_.python.string(), program_.script.string(), model_.string()};
  for (const auto& file : files_) {
    file->finish();
    command.push_back(file->file().string());
  }
  command.emplace_back("--");
  command.insert(command.end(), tensors.begin(), tensors.end());
  process_.emplace(command);
}

std::vector<float> FloatJudge::next(std::size_t values) {
  std::vector<float> result(values);
  const std::size_t bytes = values * sizeof(float);
  if (process_->read(reinterpret_cast<char*>(result.data()), bytes) != bytes) {
    process_->finish();
    throw FileError(
        fmt::format("{} gave no answer to frame {} of the run: {}", name_, given_ / tensors_, process_->errors()));
  }
  ++given_;
  return result;
}

void FloatJudge::finish() {
  if (process_->finish() != 0) throw FileError(fmt::format("{} failed: {}", name_, process_->errors()));
}

}  // namespace eddy

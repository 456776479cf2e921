// SPDX-License-Identifier: Apache-2.0
#include "eddy/referee.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <numeric>
#include <system_error>

#include <fmt/format.h>

#include "eddy/error.hpp"
#include "frames/process.hpp"
#include "index.hpp"
#include "shipped_files.hpp"
#include "task/npy_writer.hpp"

namespace eddy {
namespace {

namespace fs = std::filesystem;

/// A folder that ends with its owner.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (fs::temp_directory_path() / "eddy-referee-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw FileError(fmt::format("{}: {}", name, std::strerror(errno)));
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  [[nodiscard]] fs::path operator/(const char* name) const { return path_ / name; }

 private:
  fs::path path_;
};

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

/// Values of an axis-by-axis picture [h][w][c] as [c][h][w].
std::vector<float> channels_first(const Shape& shape, const std::vector<float>& values) {
  std::vector<float> result(values.size());
  const auto pixels = static_cast<std::size_t>(shape.h) * static_cast<std::size_t>(shape.w);
  const auto channels = static_cast<std::size_t>(shape.c);
  for (std::size_t i = 0; i < values.size(); ++i) result[i % channels * pixels + i / channels] = values[i];
  return result;
}

std::size_t count(const std::vector<int>& dims) {
  return std::accumulate(dims.begin(), dims.end(), std::size_t{1}, [](std::size_t n, int d) { return n * at(d); });
}

}  // namespace

RefereeProgram referee_program() {
  RefereeProgram program{EDDY_PYTHON, shipped_files(Shipped::referee)};
  if (const char* python = std::getenv("EDDY_PYTHON"); python != nullptr) program.python = python;
  return program;
}

struct Referee::Files {
  Files(fs::path model_file, const Graph& graph, const Network& network, InputSpec input_spec)
      : model(std::move(model_file)),
        spec(std::move(input_spec)),
        outputs(network.outputs),
        channels_last(graph.channels_last),
        frames(scratch / "frames.npy", {graph.input_dims.begin(), graph.input_dims.end()}),
        ours(scratch / "ours", std::ios::binary | std::ios::in | std::ios::out | std::ios::trunc) {}

  fs::path model;
  InputSpec spec;
  std::vector<Output> outputs;
  bool channels_last;  // in the model's input
  ScratchFolder scratch;
  NpyWriter frames;   // as the model takes them
  std::fstream ours;  // the chip's answers: float32, all outputs of a frame one after another
  int count = 0;
};

Referee::Referee(const fs::path& model, const Graph& graph, const Network& network, const InputSpec& spec,
                 const RefereeProgram& program)
    : files_(std::make_unique<Files>(model, graph, network, spec)), program_(program), name_(ask_name(program)) {}

Referee::~Referee() = default;

void Referee::add_frame(const Picture& picture, std::span<const OutputValues> outputs) {
  Files& f = *files_;
  const std::vector<float> values = normalise(picture, f.spec);
  f.frames.add(f.channels_last ? values : channels_first(picture.shape, values));
  for (const auto& output : outputs) {
    f.ours.write(reinterpret_cast<const char*>(output.values.data()),
                 static_cast<std::streamsize>(output.values.size() * sizeof(float)));
  }
  if (!f.ours) throw FileError("the referee's temporary file cannot be written");
  ++f.count;
}

std::vector<OutputCloseness> Referee::finish() {
  Files& f = *files_;
  f.frames.finish();
  f.ours.seekg(0);
  std::vector<std::string> command{program_.python.string(), program_.script.string(), f.model.string(),
                                   f.frames.file().string()};
  for (const auto& output : f.outputs) command.push_back(output.name);
  Process process(command);
  std::vector<ClosenessMeter> meters(f.outputs.size());
  std::vector<float> ours, theirs;
  for (int frame = 0; frame < f.count; ++frame) {
    for (std::size_t i = 0; i < meters.size(); ++i) {
      ours.resize(count(f.outputs[i].dims));
      theirs.resize(ours.size());
      const std::size_t bytes = ours.size() * sizeof(float);
      f.ours.read(reinterpret_cast<char*>(ours.data()), static_cast<std::streamsize>(bytes));
      if (!f.ours) throw FileError("the referee's temporary file cannot be read");
      if (process.read(reinterpret_cast<char*>(theirs.data()), bytes) != bytes) {
        process.finish();
        throw FileError(fmt::format("{} gave no answer to frame {} of the run: {}", name_, frame, process.errors()));
      }
      meters[i].add(ours, theirs);
    }
  }
  if (process.finish() != 0) throw FileError(fmt::format("{} failed: {}", name_, process.errors()));
  std::vector<OutputCloseness> result;
  for (std::size_t i = 0; i < meters.size(); ++i)
    result.push_back({f.outputs[i].name, meters[i].all(), meters[i].frames()});
  return result;
}

}  // namespace eddy

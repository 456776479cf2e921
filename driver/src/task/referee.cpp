// SPDX-License-Identifier: Apache-2.0
#include "eddy/referee.hpp"

#include <fstream>
#include <numeric>

#include "eddy/error.hpp"
#include "index.hpp"
#include "task/float_judge.hpp"

namespace eddy {
namespace {

std::size_t count(const std::vector<int>& dims) {
  return std::accumulate(dims.begin(), dims.end(), std::size_t{1}, [](std::size_t n, int d) { return n * at(d); });
}

}  // namespace

struct Referee::State {
  State(const std::filesystem::path& model, const Graph& graph, const Network& network, const InputSpec& spec,
        const RefereeProgram& program)
      : judge(model, graph, spec, program),
        outputs(network.outputs),
        ours(judge.scratch() / "ours", std::ios::binary | std::ios::in | std::ios::out | std::ios::trunc) {}

  FloatJudge judge;
  std::vector<Output> outputs;
  std::fstream ours;  // the chip's answers: float32, all outputs of a frame one after another
};

Referee::Referee(const std::filesystem::path& model, const Graph& graph, const Network& network, const InputSpec& spec,
                 const RefereeProgram& program)
    : state_(std::make_unique<State>(model, graph, network, spec, program)) {}

Referee::~Referee() = default;

const std::string& Referee::name() const { return state_->judge.name(); }

void Referee::add_frame(const Picture& picture, std::span<const OutputValues> outputs) {
  state_->judge.add_frame(picture);
  std::fstream& ours = state_->ours;
  for (const auto& output : outputs) {
    ours.write(reinterpret_cast<const char*>(output.values.data()),
               static_cast<std::streamsize>(output.values.size() * sizeof(float)));
  }
  if (!ours) throw FileError("the referee's temporary file cannot be written");
}

std::vector<OutputCloseness> Referee::finish() {
  auto& [judge, outputs, file] = *state_;
  file.seekg(0);
  std::vector<std::string> names;
  for (const auto& output : outputs) names.push_back(output.name);
  judge.start(names);
  std::vector<ClosenessMeter> meters(outputs.size());
  std::vector<float> ours;
  for (int frame = 0; frame < judge.frames(); ++frame) {
    for (std::size_t i = 0; i < meters.size(); ++i) {
      ours.resize(count(outputs[i].dims));
      file.read(reinterpret_cast<char*>(ours.data()), static_cast<std::streamsize>(ours.size() * sizeof(float)));
      if (!file) throw FileError("the referee's temporary file cannot be read");
      meters[i].add(ours, judge.next(ours.size()));
    }
  }
  judge.finish();
  std::vector<OutputCloseness> result;
  for (std::size_t i = 0; i < meters.size(); ++i)
    result.push_back({outputs[i].name, meters[i].all(), meters[i].frames()});
  return result;
}

}  // namespace eddy

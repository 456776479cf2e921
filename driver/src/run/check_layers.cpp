// SPDX-License-Identifier: Apache-2.0
#include "eddy/check_layers.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "channels_first.hpp"
#include "eddy/golden.hpp"
#include "index.hpp"
#include "task/float_judge.hpp"

namespace eddy {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// A layer's values, [h][w][c] in steps of `scale`, as its tensor has them.
template <typename T>
std::vector<float> as_tensor(const GraphLayer& layer, const std::vector<T>& values, double scale) {
  return apply_steps(layer.tensor->steps, channels_first(layer.out, std::span(values), scale));
}

/// How far two neighbouring codes lie apart in the tensor; 0 where the layer has none.
double step_of(const GraphLayer& layer) {
  if (!layer.grid) return 0;
  const auto value = [&](float v) { return as_tensor(layer, std::vector<float>(at(layer.out.count()), v), 1).front(); };
  return std::abs(double{value(layer.grid->step)} - value(0));
}

/// Gathers one layer over the frames.
class Meter {
 public:
  void reference(std::span<const float> theirs) {
    values_ += theirs.size();
    for (const float v : theirs) {
      least_ = std::min(least_, double{v});
      most_ = std::max(most_, double{v});
      signal_ += double{v} * v;
    }
  }
  void add(BackEnd back_end, std::span<const float> ours, std::span<const float> theirs) {
    Sums& sums = sums_[static_cast<std::size_t>(back_end)];
    for (std::size_t i = 0; i < theirs.size(); ++i) {
      const double difference = std::abs(double{ours[i]} - theirs[i]);
      sums.worst = std::max(sums.worst, difference);
      sums.all += difference;
      sums.squares += difference * difference;
    }
  }
  [[nodiscard]] CheckedLayer result(const GraphLayer& layer) const {
    CheckedLayer checked{layer.name, layer.tensor->name, most_ - least_, step_of(layer), {}};
    const auto count = static_cast<double>(values_);
    for (std::size_t b = 0; b < sums_.size(); ++b) {
      const Sums& s = sums_[b];
      const double snr = s.squares == 0 ? infinity : 10 * std::log10(signal_ / s.squares);
      checked.errors[b] = {s.worst, s.all / count, std::sqrt(s.squares / count), snr};
    }
    return checked;
  }

 private:
  struct Sums {
    double worst = 0, all = 0, squares = 0;
  };
  std::size_t values_ = 0;
  double least_ = infinity, most_ = -least_, signal_ = 0;
  std::array<Sums, back_ends.size()> sums_;
};

}  // namespace

std::string_view name_of(BackEnd back_end) {
  return back_end == BackEnd::import ? "import" : back_end == BackEnd::integers ? "integers" : "events";
}

std::string_view meaning_of(BackEnd back_end) {
  switch (back_end) {
    case BackEnd::import:
      return "float layers as imported";
    case BackEnd::integers:
      return "golden dense model: the chip's integers, thresholds aside";
    case BackEnd::events:
      break;
  }
  return "golden event model: the chip's integers with the thresholds of the run";
}

double CheckedLayer::share(double error) const { return error == 0 ? 0 : error / range; }

const CheckedLayer* LayerCheck::first_over(BackEnd back_end) const {
  const auto over = [&](const CheckedLayer& layer) {
    const LayerError& e = layer.error(back_end);
    const double step = layer.step * 1.001;  // as floats have it
    return back_end == BackEnd::import     ? !(layer.share(e.worst) <= bounds.import + layer.share(step))
           : back_end == BackEnd::integers ? !(layer.share(e.rms) <= bounds.integers)
                                           : false;
  };
  const auto first = std::ranges::find_if(layers, over);
  return first == layers.end() ? nullptr : &*first;
}

bool LayerCheck::good() const {
  return std::ranges::all_of(back_ends, [this](BackEnd b) { return first_over(b) == nullptr; });
}

LayerCheck check_layers(const std::filesystem::path& model, const Graph& graph, const Network& network,
                        const InputSpec& input, std::span<const Picture> pictures, const CheckBounds& bounds,
                        const RefereeProgram& program) {
  FloatJudge judge(model, graph, input, program);
  LayerCheck check{judge.name(), static_cast<int>(pictures.size()), bounds, {}, {}};
  std::vector<std::size_t> layers;
  std::vector<std::string> tensors;
  for (std::size_t l = 0; l < graph.layers.size(); ++l) {
    if (const auto& tensor = graph.layers[l].tensor) {
      layers.push_back(l);
      tensors.push_back(tensor->name);
    } else {
      check.left_out.push_back(graph.layers[l].name);
    }
  }
  for (const Picture& picture : pictures) judge.add_frame(picture);
  judge.start(tensors);

  const GoldenDense dense(network);
  GoldenEvents events(network);
  std::vector<Meter> meters(layers.size());
  for (const Picture& picture : pictures) {
    const Frame frame = to_frame(network, picture);
    const auto real = forward(graph, normalise(picture, input));
    const auto integers = dense.run(frame);
    events.step(frame);
    for (std::size_t i = 0; i < layers.size(); ++i) {
      const std::size_t l = layers[i];
      const GraphLayer& layer = graph.layers[l];
      const double scale = network.layers[l].scale;
      const auto theirs = judge.next(at(layer.out.count()));
      meters[i].reference(theirs);
      meters[i].add(BackEnd::import, as_tensor(layer, real[l], 1), theirs);
      meters[i].add(BackEnd::integers, as_tensor(layer, integers[l].values, scale), theirs);
      meters[i].add(BackEnd::events, as_tensor(layer, events.sent(static_cast<int>(l)).values, scale), theirs);
    }
  }
  judge.finish();
  for (std::size_t i = 0; i < layers.size(); ++i) check.layers.push_back(meters[i].result(graph.layers[layers[i]]));
  return check;
}

}  // namespace eddy

// SPDX-License-Identifier: Apache-2.0
#include "compile/plan.hpp"

#include <algorithm>
#include <map>

#include "compile/arith.hpp"
#include "compile/words.hpp"
#include "eddy/error.hpp"
#include "eddy_pkg.hpp"

namespace eddy::mapping {
namespace {

constexpr std::int64_t MaxCount = (std::int64_t{1} << pkg::CountBits) - 1;

const Layer& layer_of(const Network& network, const Slice& slice) {
  return network.layers[static_cast<std::size_t>(slice.layer)];
}

/// Halves an axon until no token has to count more events than it can. Rows first, then channels.
void split_by_count(const AxonPlan& axon, const PortAxis& port_y, const AxisSlice& slice_y,
                    std::vector<AxonPlan>& out) {
  if (largest_count(axon) <= MaxCount) {
    out.push_back(axon);
    return;
  }
  AxonPlan low = axon, high = axon;
  if (axon.y.count() > 1) {
    const int step = axon.y.mask + 1;
    low.y.last = axon.y.first + (axon.y.count() / 2 - 1) * step;
    high.y.first = low.y.last + step;
    low.rule = row_rule(port_y, slice_y, low.y);
    high.rule = row_rule(port_y, slice_y, high.y);
  } else {
    low.c_last = (axon.c_first + axon.c_last) / 2;
    high.c_first = low.c_last + 1;
  }
  split_by_count(low, port_y, slice_y, out);
  split_by_count(high, port_y, slice_y, out);
}

/// Makes the axons between slices; row and column ranges are remembered, as many slices share them.
class Connector {
 public:
  Connector(const Network& network, Plan& plan) : network_(network), plan_(plan) {}

  /// Axons from a source slice (the whole layer 0 for the gateway) to all ports of a population.
  void connect(int from, const Slice& source, int to) {
    const PopulationPlan& p = plan_.populations[static_cast<std::size_t>(to)];
    const Layer& layer = layer_of(network_, p.slice);
    for (std::size_t i = 0; i < p.ports.size(); ++i) {
      const PortPlan& port = p.ports[i];
      if (layer.ports[static_cast<std::size_t>(port.part.port)].source != source.layer) continue;
      AxonPlan axon;
      axon.from = from;
      axon.to = to;
      axon.port = static_cast<int>(i);
      axon.layer = source.layer;
      axon.c_first = std::max(source.c0, port.part.c_first);
      axon.c_last = std::min(source.c0 + source.channels, port.part.c_first + port.part.c_count) - 1;
      if (axon.c_first > axon.c_last) continue;
      const auto rows = range(p.slice.layer, port.part.port, false, port.y, source.y0, source.rows);
      const auto columns = range(p.slice.layer, port.part.port, true, port.x, source.x0, source.cols);
      if (!rows || !columns) continue;
      axon.y = *rows;
      axon.x = *columns;
      axon.rule = row_rule(port.y, p.y, axon.y);
      split_by_count(axon, port.y, p.y, plan_.axons);
    }
  }

 private:
  std::optional<SourceRange> range(int layer, int port, bool x, const PortAxis& axis, int first, int count) {
    const auto key = std::tuple(layer, port, x, axis.offset, axis.size, first, count);
    const auto found = ranges_.find(key);
    if (found != ranges_.end()) return found->second;
    return ranges_[key] = source_range(axis, first, first + count - 1);
  }

  const Network& network_;
  Plan& plan_;
  std::map<std::tuple<int, int, bool, int, int, int, int>, std::optional<SourceRange>> ranges_;
};

/// A population that no event can reach still has to know when a frame ends: it gets an axon that carries nothing but
/// that.
void give_clocks(const Network& network, const Slice& input, Plan& plan) {
  std::vector<bool> fed(plan.populations.size());
  for (const AxonPlan& axon : plan.axons) {
    if (axon.to != Gateway) fed[static_cast<std::size_t>(axon.to)] = true;
  }
  for (std::size_t to = 0; to < fed.size(); ++to) {
    if (fed[to]) continue;
    const PopulationPlan& p = plan.populations[to];
    if (p.ports.empty()) {
      throw ModelError("layer " + layer_of(network, p.slice).name + " has output channels that no port feeds");
    }
    AxonPlan axon;
    axon.to = static_cast<int>(to);
    axon.clock = true;
    const int source = layer_of(network, p.slice).ports[static_cast<std::size_t>(p.ports.front().part.port)].source;
    Slice from = input;
    for (std::size_t i = 0; i < plan.populations.size() && axon.from == Gateway && source != 0; ++i) {
      if (plan.populations[i].slice.layer != source) continue;
      axon.from = static_cast<int>(i);
      from = plan.populations[i].slice;
    }
    axon.layer = source;
    axon.y.first = axon.y.last = from.y0 + from.rows - 1;
    axon.x.first = axon.x.last = from.x0;
    axon.c_first = from.c0 + 1;  // an empty range
    axon.c_last = from.c0;
    axon.rule = {.a = 0, .b_token = 0, .b_credit = p.y.outs - 1, .d = 1, .rows = p.y.outs, .idle = 0};
    plan.axons.push_back(axon);
  }
}

/// Rows begin in one bank of their pair and in the other, in turn. They do so by themselves if they have an odd number
/// of words. Pixels of an odd number of words need it, and events of depthwise ports: their words lie a pixel apart,
/// all in one bank if pixels and rows are even.
bool flips(const Network& network, const PopulationPlan& p) {
  if (p.words % 2 == 1) return p.x.accs % 2 == 0;
  const Layer& layer = layer_of(network, p.slice);
  return std::ranges::all_of(layer.ports, &Port::depthwise);
}

}  // namespace

NetworkTraits::NetworkTraits(const Network& network) {
  for (const Layer& layer : network.layers) {
    auto& traits = ports_.emplace_back();
    for (const Port& port : layer.ports) traits.push_back(port_traits(port));
  }
}

PopulationPlan plan_population(const Network& network, const NetworkTraits& traits, const Slice& slice) {
  const Layer& layer = layer_of(network, slice);
  PopulationPlan p;
  p.slice = slice;
  p.y = axis_slice(layer.pool_y, layer.acc.h, slice.y0, slice.rows);
  p.x = axis_slice(layer.pool_x, layer.acc.w, slice.x0, slice.cols);
  p.words = ceil_div(slice.channels, Lanes);
  p.acc_row = p.words * p.x.accs;
  p.flip = flips(network, p);
  p.mark_row = ceil_div(slice.cols, static_cast<int>(pkg::MarkBits));
  for (int i = 0; i < static_cast<int>(layer.ports.size()); ++i) {
    const Port& port = layer.ports[static_cast<std::size_t>(i)];
    for (const PortPart& part : port_parts(layer, i, traits.port(slice.layer, i), slice.c0, slice.channels)) {
      p.ports.push_back({part, port_axis(port.y, p.y), port_axis(port.x, p.x)});
      p.needs.weights += weight_words(port, part);
    }
  }
  if (!layer.curve.empty()) p.needs.weights += static_cast<int>(pkg::CurveWords);
  p.needs.accumulators = ceil_div(p.y.accs * p.acc_row, 2) * 2;
  p.needs.references = layer.mode == Mode::temporal ? slice.rows * slice.cols * ceil_div(p.words, 2) : 0;
  p.needs.params = p.words;
  p.needs.marks = slice.rows * p.mark_row;
  p.needs.ports = static_cast<int>(p.ports.size());
  return p;
}

Plan make_plan(const Network& network, const NetworkTraits& traits, const std::vector<Slice>& slices) {
  Plan plan;
  for (const Slice& slice : slices) plan.populations.push_back(plan_population(network, traits, slice));
  const Shape& in = network.layers.front().out;
  const Slice input{.layer = 0, .rows = in.h, .cols = in.w, .channels = in.c};

  const int count = static_cast<int>(slices.size());
  Connector connector(network, plan);
  for (int to = 0; to < count; ++to) connector.connect(Gateway, input, to);
  for (int from = 0; from < count; ++from) {
    const Slice& source = slices[static_cast<std::size_t>(from)];
    for (int to = 0; to < count; ++to) {
      if (slices[static_cast<std::size_t>(to)].layer > source.layer) connector.connect(from, source, to);
    }
    const bool output = std::ranges::any_of(network.outputs, [&](const Output& o) { return o.layer == source.layer; });
    if (!output) continue;
    AxonPlan axon;
    axon.from = from;
    axon.layer = source.layer;
    axon.y = {source.y0, source.y0 + source.rows - 1, 0};
    axon.x = {source.x0, source.x0 + source.cols - 1, 0};
    axon.c_first = source.c0;
    axon.c_last = source.c0 + source.channels - 1;
    // The gateway's side of it is a row of records for each row of the slice.
    const AxisSlice whole = axis_slice({}, source.rows, 0, source.rows);
    const PortAxis same{.offset = -source.y0, .size = source.rows};
    axon.rule = row_rule(same, whole, axon.y);
    split_by_count(axon, same, whole, plan.axons);
  }
  give_clocks(network, input, plan);
  std::ranges::stable_sort(plan.axons, {},
                           [](const AxonPlan& a) { return std::tuple(a.from, a.to == Gateway, a.to, a.port); });
  return plan;
}

std::int64_t largest_count(const AxonPlan& axon) {
  const std::int64_t row = std::int64_t{axon.x.count()} * (axon.c_last - axon.c_first + 1);
  std::int64_t count = 0, most = 0;
  int sent = 0;
  for (int y = axon.y.first; y <= axon.y.last; ++y) {
    if (((y - axon.y.first) & axon.y.mask) == 0) count += row;
    most = std::max(most, count);
    if (axon.rule.enabled(y) > sent) {
      sent = axon.rule.enabled(y);
      count = 0;
    }
  }
  return most;
}

int most_in_a_row(const std::vector<const AxonPlan*>& axons) {
  int most = 0;
  for (const AxonPlan* at : axons) {
    // The count can only rise where a range begins (or, with masks, within three rows of it).
    for (int y = at->y.first; y <= std::min(at->y.first + 3, at->y.last); ++y) {
      int count = 0;
      for (const AxonPlan* other : axons) {
        if (y >= other->y.first && y <= other->y.last && ((y - other->y.first) & other->y.mask) == 0) ++count;
      }
      most = std::max(most, count);
    }
  }
  return most;
}

}  // namespace eddy::mapping

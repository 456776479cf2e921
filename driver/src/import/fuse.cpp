// SPDX-License-Identifier: Apache-2.0
/// Rewrites that join layers. Each looks at one layer and its sources, and says whether it changed something.
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "eddy/graph.hpp"
#include "import/activation_functions.hpp"
#include "index.hpp"

namespace eddy {
namespace {

class Fusion {
 public:
  explicit Fusion(Graph graph) : graph_(std::move(graph)) {
    for (const GraphLayer& l : graph_.layers) {
      for (const auto& node : l.nodes) order_.try_emplace(node, order_.size());
    }
  }

  Graph run() {
    bool changed = true;
    while (changed) {
      changed = false;
      drop_unread();  // they count as readers
      for (int l = 1; l < static_cast<int>(graph_.layers.size()); ++l) {
        changed = drop_needless_grid(l) || changed;
        changed = skip_routing(l) || changed;
        changed = take_in_sums(l) || changed;
        changed = merge_equal_ports(l) || changed;
        changed = append_to_source(l) || changed;
      }
    }
    keep_outputs_off_the_input();
    return std::move(graph_);
  }

 private:
  GraphLayer& layer(int l) { return graph_.layers[at(l)]; }

  int readers(int l) const {
    const auto reads = [&](const auto& x) { return x.source == l; };
    auto count = std::ranges::count(graph_.outputs, l, &GraphOutput::layer);
    for (const GraphLayer& other : graph_.layers) count += std::ranges::count_if(other.ports, reads);
    return static_cast<int>(count);
  }

  static bool no_bias(const GraphLayer& l) {
    return std::ranges::all_of(l.bias, [](float b) { return b == 0; });
  }

  /// The port's source has as many rows and columns as the layer sums: there is no padding, not even behind.
  bool same_plane(const GraphLayer& l, const GraphPort& port) const {
    const Shape& source = graph_.layers[at(port.source)].out;
    return l.acc.h == source.h && l.acc.w == source.w;
  }

  static bool is_shifted_copy(GraphPort port) {
    port.y.pad = port.x.pad = 0;
    return port.is_copy();
  }

  /// Nothing but copies, each channel of one source channel, perhaps rounded.
  static bool copies(const GraphLayer& l) {
    if (l.ports.empty() || l.has_function() || l.has_pool() || !no_bias(l)) return false;
    std::vector<int> covered(at(l.out.c));
    for (const GraphPort& p : l.ports) {
      if (!is_shifted_copy(p)) return false;
      for (int k = 0; k < p.k_count; ++k) ++covered[at(p.k_first + k)];
    }
    return std::ranges::all_of(covered, [](int n) { return n == 1; });
  }

  /// An Identity, a Concat, or padding.
  static bool is_routing(const GraphLayer& l) { return copies(l) && !l.grid; }

  /// The grid on which the values of a layer lie, its own or that of what it pools.
  const std::optional<Grid>& grid_of(int l) const {
    const GraphLayer& here = graph_.layers[at(l)];
    const bool pools = here.ports.size() == 1 && here.ports[0].is_copy() && no_bias(here) && !here.has_activation();
    return pools ? grid_of(here.ports[0].source) : here.grid;
  }

  /// Values that lie on a grid already need not be rounded to it once more.
  bool drop_needless_grid(int l) {
    GraphLayer& here = layer(l);
    const auto lies_there = [&](const GraphPort& port) {
      const std::optional<Grid>& from = grid_of(port.source);
      return from && from->step == here.grid->step && from->lo >= here.grid->lo && from->hi <= here.grid->hi;
    };
    if (!here.grid || !copies(here) || !std::ranges::all_of(here.ports, lies_there)) return false;
    here.grid.reset();
    return true;
  }

  /// The part of a port that reads source channels [first, first + count), all of them within its own.
  static GraphPort slice(const GraphPort& port, int first, int count) {
    GraphPort part = port;
    part.c_first = first;
    part.c_count = count;
    part.weights.clear();
    if (port.depthwise && !port.steps.empty()) {
      const int multiplier = port.k_count / port.c_count;
      const auto step = port.steps.begin() + static_cast<std::ptrdiff_t>(first - port.c_first) * multiplier;
      part.steps.assign(step, step + static_cast<std::ptrdiff_t>(count) * multiplier);
    }
    const std::size_t taps = at(port.y.taps) * at(port.x.taps);
    const int skip = first - port.c_first;
    const auto copy = [&](std::size_t from, std::size_t size) {
      part.weights.insert(part.weights.end(), port.weights.begin() + static_cast<std::ptrdiff_t>(from),
                          port.weights.begin() + static_cast<std::ptrdiff_t>(from + size));
    };
    if (port.depthwise) {
      const int multiplier = port.k_count / port.c_count;
      part.k_first = port.k_first + skip * multiplier;
      part.k_count = count * multiplier;
      copy(at(skip * multiplier) * taps, at(part.k_count) * taps);
    } else {
      for (int k = 0; k < port.k_count; ++k) copy((at(k) * at(port.c_count) + at(skip)) * taps, at(count) * taps);
    }
    return part;
  }

  /// Every row and column of the port's source is in the layer: padded perhaps, but not cut off.
  bool holds_all(const GraphLayer& l, const GraphPort& port) const {
    const Shape& source = graph_.layers[at(port.source)].out;
    const auto holds = [](const Axis& axis, int here, int there) { return axis.pad >= 0 && here - axis.pad >= there; };
    return holds(port.y, l.acc.h, source.h) && holds(port.x, l.acc.w, source.w);
  }

  /// Reads the sources of a Concat, Identity or Pad instead of it: a port for each part. What was padded is padding of
  /// the port then.
  bool skip_routing(int l) {
    bool changed = false;
    std::vector<GraphPort> ports;
    for (const GraphPort& port : layer(l).ports) {
      const GraphLayer& source = layer(port.source);
      const bool transposed = port.y.transposed || port.x.transposed;
      const bool shifted = std::ranges::any_of(source.ports, [](const GraphPort& p) { return !p.is_copy(); });
      const bool whole = std::ranges::all_of(source.ports, [&](const GraphPort& p) { return holds_all(source, p); });
      if (!is_routing(source) || !whole || (transposed && shifted)) {
        ports.push_back(port);
        continue;
      }
      changed = true;
      for (const GraphPort& from : source.ports) {
        const int first = std::max(port.c_first, from.k_first);
        const int end = std::min(port.c_first + port.c_count, from.k_first + from.k_count);
        if (first >= end) continue;
        GraphPort part = slice(port, first, end - first);
        part.c_first = from.c_first + first - from.k_first;
        part.source = from.source;
        part.y.pad += from.y.pad;
        part.x.pad += from.x.pad;
        ports.push_back(std::move(part));
      }
    }
    layer(l).ports = std::move(ports);
    return changed;
  }

  /// A scaled source that is a bare sum, and that nobody else reads, becomes part of this layer's sum:
  /// normalisation into the convolution before it, convolutions into the addition behind them.
  bool take_in_sums(int l) {
    for (std::size_t p = 0; p < layer(l).ports.size(); ++p) {
      const GraphPort port = layer(l).ports[p];
      const GraphLayer& source = layer(port.source);
      const bool bare = !source.ports.empty() && !source.has_activation() && !source.has_pool();
      if (!bare || !port.is_scale() || port.c_count != source.out.c || readers(port.source) != 1 ||
          !same_plane(layer(l), port))
        continue;
      std::vector<GraphPort> ports = layer(l).ports;
      ports.erase(ports.begin() + static_cast<std::ptrdiff_t>(p));
      std::vector<GraphPort> taken = source.ports;
      for (GraphPort& t : taken) {
        const std::size_t each = t.weights.size() / at(t.k_count);
        for (std::size_t i = 0; i < t.weights.size(); ++i) t.weights[i] *= port.weights[at(t.k_first) + i / each];
        for (std::size_t k = 0; k < t.steps.size(); ++k)
          t.steps[k] *= std::abs(double{port.weights[at(t.k_first) + k]});
        t.k_first += port.k_first;
      }
      // In the source's place, so that a convolution stays before the residual that was added to it.
      ports.insert(ports.begin() + static_cast<std::ptrdiff_t>(p), taken.begin(), taken.end());
      for (int k = 0; k < port.k_count; ++k)
        layer(l).bias[at(port.k_first + k)] += port.weights[at(k)] * source.bias[at(k)];
      take_nodes(layer(l), source);
      layer(l).ports = std::move(ports);
      return true;
    }
    return false;
  }

  /// x + x is 2 x.
  bool merge_equal_ports(int l) {
    auto& ports = layer(l).ports;
    for (std::size_t a = 0; a < ports.size(); ++a) {
      for (std::size_t b = a + 1; b < ports.size(); ++b) {
        const bool same = ports[a].source == ports[b].source && ports[a].is_scale() && ports[b].is_scale() &&
                          ports[a].c_first == ports[b].c_first && ports[a].c_count == ports[b].c_count &&
                          ports[a].k_first == ports[b].k_first;
        if (!same) continue;
        std::ranges::transform(ports[a].weights, ports[b].weights, ports[a].weights.begin(), std::plus<>());
        ports[a].steps.clear();
        ports.erase(ports.begin() + static_cast<std::ptrdiff_t>(b));
        return true;
      }
    }
    return false;
  }

  /// Cuts a grid to a range, and to another grid. False where the result would lie on neither.
  static bool join_grids(Grid& grid, const GraphLayer& here) {
    const auto on_grid = [&](float limit) { return std::isinf(limit) || grid.rounded(limit) == limit; };
    if (here.curve || !on_grid(here.lo) || !on_grid(here.hi) || (here.grid && here.grid->step != grid.step))
      return false;
    const Grid before = grid;
    const auto cut = [](Grid& g, int lo, int hi) { g = {g.step, std::clamp(g.lo, lo, hi), std::clamp(g.hi, lo, hi)}; };
    cut(grid, before.place(here.lo), before.place(here.hi));
    if (here.grid) cut(grid, here.grid->lo, here.grid->hi);
    return true;
  }

  /// Puts a layer's activation behind that of its source. Cutting to a range and rounding may move before pooling: they
  /// keep order. Scales and offsets join only where there is a curve anyway. False where it cannot be.
  static bool join_activations(GraphLayer& source, const GraphLayer& here, const ScalarFunction& function) {
    const bool curve = here.curve || source.curve;
    const bool copy = here.ports[0].is_copy() && no_bias(here);
    if (source.grid) return copy && join_grids(*source.grid, here);
    if (!copy && (!curve || !source.has_function() || source.has_pool())) return false;
    if (here.curve && source.has_pool()) return false;
    source.grid = here.grid;
    if (curve && (!copy || here.has_function())) {
      source.curve = after(function, activation_function(source));
      source.lo = -unlimited;
      source.hi = unlimited;
    } else {
      const auto cut = [&](float v) { return std::min(std::max(v, here.lo), here.hi); };
      source.lo = cut(source.lo);
      source.hi = cut(source.hi);
    }
    return true;
  }

  /// A layer that does the same to all neurons of its one source, or pools it, becomes the end of that source.
  bool append_to_source(int l) {
    GraphLayer& here = layer(l);
    if (here.ports.size() != 1) return false;
    const int s = here.ports[0].source;
    GraphLayer& source = layer(s);
    if (s == 0) return round_input(l);
    const bool alone = readers(s) == 1;
    const auto function = function_of_source(here, source.out);
    if (!alone || !function || (here.has_pool() && source.has_pool()) || !join_activations(source, here, *function))
      return false;
    if (here.has_pool()) {
      source.pool_y = here.pool_y;
      source.pool_x = here.pool_x;
      source.out = here.out;
    }
    take_nodes(source, here);
    source.tensor = std::move(here.tensor);
    redirect(l, s);
    here.ports.clear();
    return true;
  }

  /// An input that is rounded before anything else reads it comes rounded.
  bool round_input(int l) {
    GraphLayer &input = layer(0), &here = layer(l);
    if (input.grid || !here.grid || readers(0) != 1 || !copies(here) || here.acc != input.out) return false;
    input.grid = here.grid;
    input.tensor = std::move(here.tensor);
    redirect(l, 0);
    here.ports.clear();
    return true;
  }

  void redirect(int from, int to) {
    for (GraphLayer& other : graph_.layers) {
      for (GraphPort& p : other.ports) {
        if (p.source == from) p.source = to;
      }
    }
    for (GraphOutput& o : graph_.outputs) {
      if (o.layer == from) o.layer = to;
    }
  }

  /// In the order of the model; the first gives the layer its name.
  void take_nodes(GraphLayer& into, const GraphLayer& other) {
    into.nodes.insert(into.nodes.end(), other.nodes.begin(), other.nodes.end());
    std::ranges::stable_sort(into.nodes, {}, [&](const std::string& node) { return order_.at(node); });
    into.name = into.nodes.front();
  }

  /// The chip sends layers to the host, not its own input: an output that is the input gets a layer that copies it.
  void keep_outputs_off_the_input() {
    for (GraphOutput& output : graph_.outputs) {
      if (output.layer != 0) continue;
      GraphLayer copy;
      copy.name = output.name;
      copy.nodes = {output.name};
      copy.acc = copy.out = layer(0).out;
      copy.tensor = layer(0).tensor;
      copy.bias.resize(at(copy.out.c));
      GraphPort port;
      port.c_count = port.k_count = copy.out.c;
      port.depthwise = true;
      port.weights.assign(at(copy.out.c), 1.0F);
      copy.ports.push_back(std::move(port));
      graph_.layers.push_back(std::move(copy));
      output.layer = static_cast<int>(graph_.layers.size()) - 1;
    }
  }

  void drop_unread() {
    std::vector<bool> needed(graph_.layers.size());
    needed[0] = true;
    for (const GraphOutput& o : graph_.outputs) needed[at(o.layer)] = true;
    for (std::size_t l = graph_.layers.size(); l-- > 0;) {
      if (!needed[l]) continue;
      for (const GraphPort& p : graph_.layers[l].ports) needed[at(p.source)] = true;
    }
    std::vector<int> place(graph_.layers.size());
    std::vector<GraphLayer> kept;
    for (std::size_t l = 0; l < graph_.layers.size(); ++l) {
      if (!needed[l]) continue;
      place[l] = static_cast<int>(kept.size());
      kept.push_back(std::move(graph_.layers[l]));
    }
    for (GraphLayer& l : kept) {
      for (GraphPort& p : l.ports) p.source = place[at(p.source)];
    }
    for (GraphOutput& o : graph_.outputs) o.layer = place[at(o.layer)];
    graph_.layers = std::move(kept);
  }

  Graph graph_;
  std::map<std::string, std::size_t> order_;  // of the nodes in the model
};

}  // namespace

bool GraphPort::is_scale() const {
  const auto point = [](const Axis& a) { return a.taps == 1 && a.stride == 1 && a.pad == 0 && !a.transposed; };
  return depthwise && k_count == c_count && point(y) && point(x);
}

bool GraphPort::is_copy() const {
  return is_scale() && std::ranges::all_of(weights, [](float w) { return w == 1; });
}

Graph fuse(Graph graph) { return Fusion(std::move(graph)).run(); }

}  // namespace eddy

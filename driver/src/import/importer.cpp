// SPDX-License-Identifier: Apache-2.0
#include "import/importer.hpp"

#include <algorithm>
#include <set>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "eddy/error.hpp"
#include "import/codes.hpp"

namespace eddy {
namespace {

constexpr std::int64_t oldest_opset = 7;
constexpr std::int64_t newest_opset = 28;  // of the pinned onnx package

/// Most of its constants are FP16 numbers, and are not only stored so.
bool computes_in_halves(const onnx::GraphProto& graph) {
  std::set<std::string> cast;
  for (const auto& node : graph.node()) {
    if (node.op_type() == "Cast") cast.insert(node.input().begin(), node.input().end());
  }
  std::size_t halves = 0, others = 0;
  for (const auto& tensor : graph.initializer()) {
    const bool half = tensor.data_type() == onnx::TensorProto::FLOAT16 && !cast.contains(tensor.name());
    (half ? halves : others) += tensor.ByteSizeLong();
  }
  return halves > others;
}

}  // namespace

const Operator* find_operator(const std::string& name) {
  static const auto table = [] {
    auto all = layer_operators();
    all.merge(dense_operators());
    all.merge(elementwise_operators());
    all.merge(curve_operators());
    all.merge(pool_operators());
    all.merge(resize_operators());
    all.merge(shape_operators());
    all.merge(order_operators());
    all.merge(host_operators());
    all.merge(quantised_operators());
    for (const std::string& blind : operators_on_codes()) all.at(blind) = on_codes(all.at(blind));
    return all;
  }();
  const auto found = table.find(name);
  return found == table.end() ? nullptr : &found->second;
}

Importer::Importer(const onnx::ModelProto& model, std::string name) : model_(model), name_(std::move(name)) {}

void Importer::problem(const std::string& where, const std::string& reason) {
  problems_.push_back(fmt::format("  {}: {}", where, reason));
}

Graph Importer::run(const std::vector<std::string>& taps) {
  graph_.name = model_.graph().name().empty() ? name_ : model_.graph().name();
  read_opset();
  read_constants();
  read_inputs();
  for (const auto& node : model_.graph().node()) read_node(node);
  read_outputs();
  for (const auto& tap : taps) read_tap(tap);
  name_tensors();
  if (!problems_.empty()) {
    throw ModelError(fmt::format("{} cannot run, for {} reason{}:\n{}", name_, problems_.size(),
                                 problems_.size() == 1 ? "" : "s", fmt::join(problems_, "\n")));
  }
  return std::move(graph_);
}

void Importer::read_opset() {
  for (const auto& set : model_.opset_import()) {
    if (set.domain().empty() || set.domain() == "ai.onnx") opset_ = set.version();
  }
  if (opset_ < oldest_opset || opset_ > newest_opset) {
    problem("model", fmt::format("opset {}; from {} to {} are understood: export it again with one of these", opset_,
                                 oldest_opset, newest_opset));
  }
}

void Importer::read_constants() {
  if (model_.graph().sparse_initializer_size() > 0) problem("model", "sparse constants are not supported");
  for (const auto& tensor : model_.graph().initializer()) {
    Value& value = values_[tensor.name()];
    try {
      value = constant_from(tensor);
    } catch (const Unsupported& u) {
      problem("model", u.reason);
    }
  }
  graph_.half = computes_in_halves(model_.graph());
}

void Importer::read_node(const onnx::NodeProto& proto) {
  std::vector<const Value*> inputs;
  bool known = true;
  for (const auto& name : proto.input()) {
    const auto found = values_.find(name);
    inputs.push_back(name.empty() || found == values_.end() ? nullptr : &found->second);
    known = known && (name.empty() || (found != values_.end() && found->second.index() != 0));
  }
  const Node node(proto, inputs, opset_);
  const std::string where = fmt::format("node \"{}\" ({})", node.name(), proto.op_type());
  std::string again;  // in ONNX a name is written once, by a node, a constant or the input
  for (const auto& output : proto.output()) {
    if (!output.empty() && !values_.try_emplace(output).second) again = output;
  }
  if (!again.empty())
    return problem(where, fmt::format("writes \"{}\", which something before it gives already", again));
  for (int i = 0; i < proto.input_size(); ++i) {
    if (!proto.input(i).empty() && inputs[static_cast<std::size_t>(i)] == nullptr) {
      return problem(where, fmt::format("reads \"{}\", which nothing before it writes", proto.input(i)));
    }
  }
  if (!proto.domain().empty() && proto.domain() != "ai.onnx" && proto.domain() != "com.microsoft") {
    return problem(where, fmt::format("operators of \"{}\" are not supported", proto.domain()));
  }
  const Operator* op = find_operator(proto.op_type());
  if (op == nullptr) return problem(where, "this operator is not supported");
  if (!known || proto.output_size() == 0) return;  // what is wrong has been said where it began
  try {
    Results results = (*op)(*this, node);
    for (int i = 0; i < std::min(proto.output_size(), static_cast<int>(results.values.size())); ++i) {
      if (!proto.output(i).empty()) values_[proto.output(i)] = std::move(results.values[at(i)]);
    }
  } catch (const Unsupported& u) {
    problem(where, u.reason);
  }
}

Shape Importer::plane(const Activation& activation) const {
  const Shape& s = shape(activation.layer);
  const Dims natural{1, s.c, s.h, s.w};
  const bool line = s.h == 1 && activation.dims == Dims{1, s.c, s.w};
  if (line || activation.dims == natural) return s;
  if (activation.dims.size() == natural.size() && activation.dims[0] == 1)
    throw Unsupported(fmt::format("[{}] is read as [{}]: neurons would have to change places", fmt::join(natural, ", "),
                                  fmt::join(activation.dims, ", ")));
  throw Unsupported(
      fmt::format("input of shape [{}]; [1, channels, rows, columns] is taken", fmt::join(activation.dims, ", ")));
}

std::optional<std::vector<std::optional<PlaneAxis>>> Importer::axes(const Activation& activation) const {
  const Shape& s = shape(activation.layer);
  const std::array<int, 3> size{s.c, s.h, s.w};
  const auto size_of = [&](PlaneAxis axis) { return size[static_cast<std::size_t>(axis)]; };
  std::vector<std::optional<PlaneAxis>> result;
  std::size_t next = 0;
  const auto skip_ones = [&] {
    while (next < 3 && size_of(activation.order[next]) == 1) ++next;
  };
  for (const auto dim : activation.dims) {
    skip_ones();
    result.emplace_back();
    if (dim == 1) continue;
    if (next == 3 || size_of(activation.order[next]) != dim) return std::nullopt;
    result.back() = activation.order[next++];
  }
  skip_ones();
  if (next < 3) return std::nullopt;
  return result;
}

Activation Importer::add_like(const Node& node, GraphLayer layer, const Activation& like) {
  Activation result = add(node, std::move(layer), like.dims);
  result.order = like.order;
  return settled(std::move(result));
}

Activation Importer::settled(Activation activation) const {
  const Shape& s = shape(activation.layer);
  const std::array<int, 3> size{s.c, s.h, s.w};
  std::vector<PlaneAxis> long_axes;
  for (const PlaneAxis axis : activation.order) {
    if (size[static_cast<std::size_t>(axis)] > 1) long_axes.push_back(axis);
  }
  if (std::ranges::is_sorted(long_axes)) activation.order = natural_order;
  return activation;
}

Activation Importer::add_plane(const Node& node, GraphLayer layer, const Activation& input) {
  Activation result = add(node, std::move(layer));
  if (input.dims.size() == 3) result.dims.erase(result.dims.begin() + 2);
  return result;
}

Activation Importer::add(const Node& node, GraphLayer layer, Dims dims) {
  const Shape& acc = layer.acc;
  if (acc.c > max_channels || acc.h > max_side || acc.w > max_side) {
    throw Unsupported(fmt::format("its output is {}x{}x{}: larger than events can name", acc.c, acc.h, acc.w));
  }
  if (layer.name.empty()) layer.name = node.name();
  layer.nodes.push_back(node.name());
  if (!layer.has_pool()) layer.out = acc;
  if (layer.bias.empty()) layer.bias.resize(static_cast<std::size_t>(acc.c));
  if (dims.empty()) dims = {1, layer.out.c, layer.out.h, layer.out.w};
  graph_.layers.push_back(std::move(layer));
  return {static_cast<int>(graph_.layers.size()) - 1, std::move(dims), natural_order};
}

bool Importer::round_to(const Grid& grid, int layers) {
  GraphLayer& last = graph_.layers.back();
  if (static_cast<int>(graph_.layers.size()) == layers || last.has_pool() || last.grid) return false;
  last.grid = grid;
  return true;
}

bool Importer::reshape_input(const Activation& activation, const Shape& shape) {
  if (activation.layer != 0 || graph_.layers.size() != 1 || graph_.inputs[0].dims.size() > 3) return false;
  graph_.inputs[0].shape = graph_.layers[0].out = graph_.layers[0].acc = shape;
  return true;
}

}  // namespace eddy

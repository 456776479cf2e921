// SPDX-License-Identifier: Apache-2.0
#include "import/importer.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "eddy/error.hpp"
#include "import/on_the_host.hpp"

namespace eddy {
namespace {

constexpr std::int64_t oldest_opset = 7;
constexpr std::int64_t newest_opset = 28;  // of the pinned onnx package
constexpr std::int64_t max_side = 4095;    // coordinates of 12 bits
constexpr std::int64_t max_channels = 65535;
constexpr AxisOrder rows_first{PlaneAxis::rows, PlaneAxis::columns, PlaneAxis::channels};

}  // namespace

std::string Node::name() const {
  if (!proto_.name().empty()) return proto_.name();
  return proto_.output_size() > 0 ? proto_.output(0) : proto_.op_type();
}

const Value& Node::value(std::size_t i) const {
  if (!has_input(i)) throw Unsupported(fmt::format("input {} is missing", i));
  return *inputs_[i];
}

const Constant& Node::constant(std::size_t i) const {
  if (!is_constant(i)) throw Unsupported(fmt::format("input {} must be a constant", i));
  return std::get<Constant>(*inputs_[i]);
}

const Activation& Node::activation_in_any_order(std::size_t i) const {
  if (has_input(i) && std::holds_alternative<HostTensor>(*inputs_[i])) {
    throw Unsupported(fmt::format("it reads what the host computes behind the chip ({}): only the end of a network can",
                                  to_text(std::get<HostTensor>(*inputs_[i]).steps)));
  }
  if (!is_activation(i)) throw Unsupported(fmt::format("input {} must be an activation, not a constant", i));
  return std::get<Activation>(*inputs_[i]);
}

const Activation& Node::activation(std::size_t i) const {
  const Activation& activation = activation_in_any_order(i);
  if (activation.order != natural_order) {
    throw Unsupported("it reads a transposed activation; the order [1, channels, rows, columns] is taken");
  }
  return activation;
}

const onnx::AttributeProto* Node::find(std::string_view attribute) const {
  const auto found =
      std::ranges::find(proto_.attribute(), attribute, [](const auto& a) -> std::string_view { return a.name(); });
  return found == proto_.attribute().end() ? nullptr : &*found;
}

std::int64_t Node::integer(std::string_view attribute, std::int64_t otherwise) const {
  const auto* a = find(attribute);
  return a != nullptr ? a->i() : otherwise;
}

float Node::real(std::string_view attribute, float otherwise) const {
  const auto* a = find(attribute);
  return a != nullptr ? a->f() : otherwise;
}

std::string Node::text(std::string_view attribute, const std::string& otherwise) const {
  const auto* a = find(attribute);
  return a != nullptr ? a->s() : otherwise;
}

std::vector<std::int64_t> Node::integers(std::string_view attribute, std::vector<std::int64_t> otherwise) const {
  const auto* a = find(attribute);
  if (a == nullptr) return otherwise;
  return {a->ints().begin(), a->ints().end()};
}

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
  read_input();
  for (const auto& node : model_.graph().node()) read_node(node);
  read_outputs();
  for (const auto& tap : taps) read_tap(tap);
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
}

/// The one input that is no constant; older models list their constants among the inputs too.
void Importer::read_input() {
  std::vector<const onnx::ValueInfoProto*> inputs;
  for (const auto& input : model_.graph().input()) {
    if (!values_.contains(input.name())) inputs.push_back(&input);
  }
  for (const auto* input : inputs) values_[input->name()];  // not known, until proved good
  if (inputs.size() != 1) {
    std::vector<std::string> names;
    for (const auto* input : inputs) names.push_back(input->name());
    return problem("model", fmt::format("{} inputs ({}); the chip takes one", inputs.size(), fmt::join(names, ", ")));
  }
  const auto& input = *inputs.front();
  const std::string where = fmt::format("input \"{}\"", input.name());
  const auto& type = input.type().tensor_type();
  if (type.elem_type() != onnx::TensorProto::FLOAT) {
    return problem(where,
                   fmt::format("of type {}; float is taken", onnx::TensorProto::DataType_Name(type.elem_type())));
  }
  const int rank = type.shape().dim_size();
  std::vector<std::int64_t> dims;
  for (int d = 0; d < rank; ++d) {
    const auto& dim = type.shape().dim(d);
    const bool open =
        !dim.has_dim_value() || dim.dim_value() <= 0;  // 0 and -1 stand for an open batch in some exporters
    if (open && d > 0) {
      return problem(where, fmt::format("dimension {} ({}) is not fixed: export the model with a fixed size", d,
                                        dim.dim_param().empty() ? "unnamed" : dim.dim_param()));
    }
    dims.push_back(open ? 1 : dim.dim_value());
  }
  if (rank < 2 || rank > 4)
    return problem(where,
                   fmt::format("{} dimensions; [batch, channels, rows, columns] or [batch, values] is taken", rank));
  if (dims[0] != 1) return problem(where, fmt::format("a batch of {}: export the model with batch 1", dims[0]));

  GraphLayer layer;
  layer.name = input.name();
  const bool last = channels_last(input.name(), rank);
  Dims planes(dims.begin() + 1, dims.end());
  if (last) std::ranges::rotate(planes, planes.end() - 1);
  if (last && rank == 3) planes.insert(planes.begin() + 1, 1);
  planes.insert(planes.begin(), 3 - planes.size(), 1);
  layer.out.w = static_cast<int>(std::min(planes[2], max_side + 1));
  layer.out.h = static_cast<int>(std::min(planes[1], max_side + 1));
  layer.out.c = static_cast<int>(std::min(planes[0], max_channels + 1));
  layer.acc = layer.out;
  if (layer.out.w > max_side || layer.out.h > max_side || layer.out.c > max_channels) {
    return problem(where, fmt::format("{}: larger than the {} rows and columns that events can name",
                                      fmt::join(dims, "x"), max_side));
  }
  graph_.input = input.name();
  graph_.input_dims.assign(dims.begin(), dims.end());
  graph_.channels_last = last;
  graph_.layers.push_back(layer);
  values_[input.name()] = Activation{0, dims, last ? rows_first : natural_order};
}

/// Is the input turned from [1, rows, columns, channels] before anything else reads it? Keras does.
bool Importer::channels_last(const std::string& input, int rank) const {
  const Dims turned = rank == 4 ? Dims{0, 3, 1, 2} : Dims{0, 2, 1};
  bool read = false;
  for (const auto& node : model_.graph().node()) {
    if (std::ranges::find(node.input(), input) == node.input().end()) continue;
    if (node.op_type() != "Transpose" || Node(node, {}, opset_).integers("perm", {}) != turned) return false;
    read = true;
  }
  return read;
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
  if (!proto.domain().empty() && proto.domain() != "ai.onnx") {
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

void Importer::read_outputs() {
  if (model_.graph().output_size() == 0) problem("model", "no output");
  for (const auto& output : model_.graph().output()) {
    const std::string where = fmt::format("output \"{}\"", output.name());
    const auto found = values_.find(output.name());
    if (found == values_.end()) {
      problem(where, "no node writes it");
    } else if (const auto* activation = std::get_if<Activation>(&found->second)) {
      add_output(output.name(), on_the_host(*this, *activation));
    } else if (const auto* tensor = std::get_if<HostTensor>(&found->second)) {
      add_output(output.name(), *tensor);
    } else if (std::holds_alternative<Constant>(found->second)) {
      problem(where, "it is a constant, and depends on no input");
    } else if (problems_.empty()) {
      problem(where, "an operator's second output is not supported");
    }
  }
}

void Importer::add_output(const std::string& name, const HostTensor& tensor, bool tapped) {
  graph_.outputs.push_back({name, tensor.layer, {tensor.dims.begin(), tensor.dims.end()}, tensor.steps, tapped});
}

void Importer::read_tap(const std::string& name) {
  const auto& nodes = model_.graph().node();
  const auto node = std::ranges::find(nodes, name, [](const auto& n) { return n.name(); });
  const bool tensor = values_.contains(name) || node == nodes.end() || node->output_size() == 0;
  const std::string& wanted = tensor ? name : node->output(0);
  if (std::ranges::find(graph_.outputs, wanted, &GraphOutput::name) != graph_.outputs.end()) return;
  const auto found = values_.find(wanted);
  if (found == values_.end()) return problem(fmt::format("tap \"{}\"", name), "no tensor and no node has this name");
  if (std::holds_alternative<Constant>(found->second))
    return problem(fmt::format("tap \"{}\"", name), "it is a constant, and depends on no input");
  if (const auto* activation = std::get_if<Activation>(&found->second))
    add_output(wanted, on_the_host(*this, *activation), true);
  if (const auto* tail = std::get_if<HostTensor>(&found->second)) add_output(wanted, *tail, true);
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

bool Importer::reshape_input(const Activation& activation, const Shape& shape) {
  if (activation.layer != 0 || graph_.layers.size() != 1 || graph_.input_dims.size() > 3) return false;
  graph_.layers[0].out = graph_.layers[0].acc = shape;
  return true;
}

}  // namespace eddy

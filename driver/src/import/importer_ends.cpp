// SPDX-License-Identifier: Apache-2.0
/// The ends of a model: its input, its outputs, inner tensors that the user wants to see, and which layer is which
/// tensor.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "import/codes.hpp"
#include "import/identity.hpp"
#include "import/on_the_host.hpp"

namespace eddy {
namespace {

bool is_real(int type) {
  return type == onnx::TensorProto::FLOAT || type == onnx::TensorProto::FLOAT16 ||
         type == onnx::TensorProto::BFLOAT16 || type == onnx::TensorProto::DOUBLE;
}

constexpr AxisOrder rows_first{PlaneAxis::rows, PlaneAxis::columns, PlaneAxis::channels};

}  // namespace

/// All inputs that are no constants; older models list their constants among the inputs too.
void Importer::read_inputs() {
  std::vector<const onnx::ValueInfoProto*> inputs;
  for (const auto& input : model_.graph().input()) {
    if (!values_.contains(input.name())) inputs.push_back(&input);
  }
  if (inputs.empty()) problem("model", "no input");
  for (const auto* input : inputs) {
    values_[input->name()];  // not known, until proved good
    try {
      if (auto read = read_input(*input)) graph_.inputs.push_back(std::move(*read));
    } catch (const Unsupported& u) {
      problem(fmt::format("input \"{}\"", input->name()), u.reason);
    }
  }
  if (graph_.inputs.empty() || graph_.inputs.size() != inputs.size()) return;
  if (inputs.size() > 1) return join_inputs();
  const GraphInput& input = graph_.inputs[0];
  GraphLayer layer;
  layer.name = input.name;
  layer.acc = layer.out = input.shape;
  if (input.codes) layer.grid = input.codes->grid;
  graph_.layers.push_back(layer);
  values_[input.name] = Activation{
      0, {input.dims.begin(), input.dims.end()}, input.channels_last ? rows_first : natural_order, input.codes};
}

/// Its name, shape and type; nothing, and a problem, where the chip cannot have it.
std::optional<GraphInput> Importer::read_input(const onnx::ValueInfoProto& input) {
  const std::string where = fmt::format("input \"{}\"", input.name());
  const auto refused = [&](const std::string& reason) {
    problem(where, reason);
    return std::nullopt;
  };
  const auto& type = input.type().tensor_type();
  GraphInput result;
  result.name = input.name();
  result.codes = input_codes(input.name(), type.elem_type());
  if (!is_real(type.elem_type()) && !result.codes) {
    return refused(fmt::format(
        "of type {}; real numbers are taken, and bytes that a DequantizeLinear, an operator on codes or a Cast reads "
        "first",
        onnx::TensorProto::DataType_Name(static_cast<onnx::TensorProto::DataType>(type.elem_type()))));
  }
  const int rank = type.shape().dim_size();
  for (int d = 0; d < rank; ++d) {
    const auto& dim = type.shape().dim(d);
    const bool open =
        !dim.has_dim_value() || dim.dim_value() <= 0;  // 0 and -1 stand for an open batch in some exporters
    if (open && d > 0) {
      return refused(fmt::format("dimension {} ({}) is not fixed: export the model with a fixed size", d,
                                 dim.dim_param().empty() ? "unnamed" : dim.dim_param()));
    }
    if (dim.dim_value() > max_channels) return refused(fmt::format("{} elements along an axis", dim.dim_value()));
    result.dims.push_back(open ? 1 : static_cast<int>(dim.dim_value()));
  }
  if (rank < 2 || rank > 4)
    return refused(fmt::format("{} dimensions; [batch, channels, rows, columns] or [batch, values] is taken", rank));
  if (result.dims[0] != 1) return refused(fmt::format("a batch of {}: export the model with batch 1", result.dims[0]));

  result.channels_last = channels_last(input.name(), rank);
  std::vector<int> planes(result.dims.begin() + 1, result.dims.end());
  if (result.channels_last) std::ranges::rotate(planes, planes.end() - 1);
  if (result.channels_last && rank == 3) planes.insert(planes.begin() + 1, 1);
  planes.insert(planes.begin(), 3 - planes.size(), 1);
  result.shape = {planes[0], planes[1], planes[2]};
  if (result.shape.w > max_side || result.shape.h > max_side) {
    return refused(fmt::format("{}: larger than the {} rows and columns that events can name",
                               fmt::join(result.dims, "x"), max_side));
  }
  return result;
}

/// Inputs side by side are one layer, as large as the largest; each reads its channels of it.
void Importer::join_inputs() {
  const bool pictures = std::ranges::any_of(graph_.inputs, [](const GraphInput& i) { return i.dims.size() > 2; });
  std::vector<std::string> names;
  GraphLayer all;
  for (GraphInput& input : graph_.inputs) {
    if (input.codes) problem(fmt::format("input \"{}\"", input.name), "of bytes, beside other inputs");
    if (pictures && input.dims.size() == 2) input.shape = {input.shape.w, 1, 1};  // a point, not a row
    input.c_first = all.out.c;
    all.out = {all.out.c + input.shape.c, std::max(all.out.h, input.shape.h), std::max(all.out.w, input.shape.w)};
    names.push_back(input.name);
  }
  if (all.out.c > max_channels) problem("model", fmt::format("{} channels of inputs", all.out.c));
  all.name = fmt::format("{}", fmt::join(names, "+"));
  all.acc = all.out;
  graph_.layers.push_back(std::move(all));
  for (const GraphInput& input : graph_.inputs) {
    GraphLayer part;
    part.name = input.name;
    part.nodes = {input.name};
    part.acc = part.out = input.shape;
    part.bias.resize(at(input.shape.c));
    part.ports.push_back(copy_port(0, input.shape));
    part.ports[0].c_first = input.c_first;
    graph_.layers.push_back(std::move(part));
    values_[input.name] = Activation{
        layers() - 1, {input.dims.begin(), input.dims.end()}, input.channels_last ? rows_first : natural_order};
  }
}

/// What an input of bytes stands for: its first reader has their scale and zero point behind it.
std::optional<Codes> Importer::input_codes(const std::string& input, int type) const {
  if (type != onnx::TensorProto::UINT8 && type != onnx::TensorProto::INT8) return std::nullopt;
  for (const auto& proto : model_.graph().node()) {
    const auto found = std::ranges::find(proto.input(), input);
    if (found == proto.input().end()) continue;
    if (proto.op_type() == "Cast")
      return Codes{type == onnx::TensorProto::UINT8 ? Grid{1, 0, 255} : Grid{1, -128, 127}, 0};
    std::vector<const Value*> inputs;
    for (const auto& name : proto.input()) {
      const auto value = values_.find(name);
      inputs.push_back(value == values_.end() ? nullptr : &value->second);
    }
    const Node node(proto, inputs, opset_);
    const auto scale = at(found - proto.input().begin()) + 1;
    if (!node.is_constant(scale) || !node.is_constant(scale + 1)) return std::nullopt;
    return codes_of(node, scale);
  }
  return std::nullopt;
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

/// Tells each layer which tensor it is: of several, as behind a Reshape, the first.
void Importer::name_tensors() {
  const auto name = [&](const std::string& tensor) {
    const auto found = values_.find(tensor);
    const auto* activation = found == values_.end() ? nullptr : std::get_if<Activation>(&found->second);
    if (activation == nullptr || layer(activation->layer).tensor) return;
    const HostTensor seen = on_the_host(*this, *activation);
    graph_.layers[at(activation->layer)].tensor = GraphTensor{tensor, {seen.dims.begin(), seen.dims.end()}, seen.steps};
  };
  for (const GraphInput& input : graph_.inputs) name(input.name);
  for (const auto& node : model_.graph().node()) {
    for (const auto& output : node.output()) name(output);
  }
}

}  // namespace eddy

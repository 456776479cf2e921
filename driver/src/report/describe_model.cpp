// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "json_text.hpp"
#include "report/describe.hpp"

namespace eddy {
namespace {

using Json = nlohmann::ordered_json;

std::string shape_text(const Shape& s) { return fmt::format("{}x{}x{}", s.c, s.h, s.w); }

/// "3x3 stride 2 of c1", "depthwise 3x3 of c1", "c1" where a port only scales.
std::string port_text(const Graph& graph, const GraphPort& port) {
  const std::string& source = graph.layers[static_cast<std::size_t>(port.source)].name;
  if (port.is_scale()) return source;
  std::string text = fmt::format("{}{}x{}", port.depthwise ? "depthwise " : "", port.y.taps, port.x.taps);
  if (port.y.stride != 1 || port.x.stride != 1) text += fmt::format(" stride {}x{}", port.y.stride, port.x.stride);
  if (port.y.dilation != 1 || port.x.dilation != 1)
    text += fmt::format(" dilation {}x{}", port.y.dilation, port.x.dilation);
  return fmt::format("{} of {}", text, source);
}

std::string activation_text(const GraphLayer& layer) {
  if (!layer.has_activation()) return {};
  if (layer.curve) return layer.curve.name();
  if (layer.lo == 0 && layer.hi == unlimited) return "ReLU";
  return fmt::format("clip {:g}..{:g}", layer.lo, layer.hi);
}

std::string pool_text(const GraphLayer& layer) {
  if (!layer.has_pool()) return {};
  return fmt::format("max-pool {}x{} stride {}x{}", layer.pool_y.size, layer.pool_x.size, layer.pool_y.stride,
                     layer.pool_x.stride);
}

std::size_t parameters(const GraphLayer& layer) {
  std::size_t count = 0;
  for (const GraphPort& port : layer.ports) {
    if (!port.is_copy()) count += port.weights.size();
  }
  return layer.ports.empty() ? 0 : count + layer.bias.size();
}

std::vector<std::string> parts(const Graph& graph, const GraphLayer& layer) {
  std::vector<std::string> texts;
  std::vector<std::string> ports;
  for (const GraphPort& port : layer.ports) ports.push_back(port_text(graph, port));
  if (!ports.empty()) texts.push_back(fmt::format("{}", fmt::join(ports, " + ")));
  for (std::string text : {activation_text(layer), pool_text(layer)}) {
    if (!text.empty()) texts.push_back(std::move(text));
  }
  return texts;
}

}  // namespace

std::string model_text(const Imported& model) {
  const Graph& graph = model.graph;
  std::string text = fmt::format("{} ({})\n\n{:<16}  {:>12}  {:>12}  {:>10}  {}\n", graph.name, model.model.string(),
                                 "layer", "out (c,h,w)", "before pool", "parameters", "what it does");
  std::size_t all = 0;
  for (const GraphLayer& layer : graph.layers) {
    all += parameters(layer);
    text += fmt::format("{:<16}  {:>12}  {:>12}  {:>10}  {}\n", layer.name, shape_text(layer.out),
                        layer.has_pool() ? shape_text(layer.acc) : "", parameters(layer),
                        layer.ports.empty() ? "input" : fmt::format("{}", fmt::join(parts(graph, layer), ", ")));
  }
  text += fmt::format("{} parameters\n", all);
  for (const GraphOutput& output : graph.outputs) {
    const std::string host = output.steps.empty() ? "" : fmt::format(", {} on the host", to_text(output.steps));
    text += fmt::format("output {}: layer {}, [{}]{}\n", output.name,
                        graph.layers[static_cast<std::size_t>(output.layer)].name, fmt::join(output.dims, ", "), host);
  }
  return text + fmt::format("input as {}\n", json_text(parsed_ordered_json(to_json(model.input))));
}

nlohmann::ordered_json model_json(const Imported& model) {
  const Graph& graph = model.graph;
  Json json{
      {"schema", "eddy.model/1"}, {"name", graph.name}, {"file", model.model.string()}, {"layers", Json::array()}};
  for (const GraphLayer& layer : graph.layers) {
    Json sources = Json::array();
    for (const GraphPort& port : layer.ports)
      sources.push_back(graph.layers[static_cast<std::size_t>(port.source)].name);
    json["layers"].push_back({{"name", layer.name},
                              {"nodes", layer.nodes},
                              {"out", {layer.out.c, layer.out.h, layer.out.w}},
                              {"before_pool", {layer.acc.c, layer.acc.h, layer.acc.w}},
                              {"sources", std::move(sources)},
                              {"parameters", parameters(layer)},
                              {"does", parts(graph, layer)}});
  }
  json["outputs"] = Json::array();
  for (const GraphOutput& output : graph.outputs) {
    json["outputs"].push_back({{"name", output.name},
                               {"layer", graph.layers[static_cast<std::size_t>(output.layer)].name},
                               {"dims", output.dims},
                               {"on_the_host", to_text(output.steps)}});
  }
  json["input"] = parsed_ordered_json(to_json(model.input));
  return json;
}

}  // namespace eddy

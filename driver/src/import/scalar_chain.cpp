// SPDX-License-Identifier: Apache-2.0
#include "import/scalar_chain.hpp"

#include <algorithm>

#include "import/activation_functions.hpp"
#include "import/identity.hpp"

namespace eddy {
namespace {

/// A layer seen as a function of one before it.
struct ScalarView {
  int root = 0;
  ScalarFunction function;
  bool curved = false;             // some step needs a curve
  std::vector<std::string> nodes;  // of the steps
};

/// The layer itself, then as a function of its source, of the source's source, as far as each is one.
std::vector<ScalarView> views(const Importer& importer, int layer) {
  std::vector<ScalarView> result{{layer, affine(1, 0), false, {}}};
  while (true) {
    const ScalarView& last = result.back();
    const GraphLayer& step = importer.layer(last.root);
    if (step.ports.empty() || step.has_pool()) return result;
    const int source = step.ports.front().source;
    const auto function = function_of_source(step, importer.shape(source));
    if (!function) return result;
    ScalarView next{source, after(last.function, *function), last.curved || step.curve, last.nodes};
    next.nodes.insert(next.nodes.end(), step.nodes.begin(), step.nodes.end());
    result.push_back(std::move(next));
  }
}

}  // namespace

Activation curve_layer(Importer& importer, const Node& node, const Activation& input, ScalarFunction function) {
  GraphLayer layer = copy_layer(importer, input);
  layer.curve = std::move(function);
  return importer.add_like(node, std::move(layer), input);
}

std::optional<Value> combined_curve(Importer& importer, const Node& node, const Activation& a, const Activation& b,
                                    const std::string& text, const std::function<double(double, double)>& operation,
                                    bool exact) {
  if (a.dims != b.dims || a.order != b.order) return std::nullopt;
  const auto of_b = views(importer, b.layer);
  for (const ScalarView& left : views(importer, a.layer)) {
    const auto right = std::ranges::find(of_b, left.root, &ScalarView::root);
    if (right == of_b.end()) continue;
    if (exact && !left.curved && !right->curved) return std::nullopt;
    Activation root = a;
    root.layer = left.root;
    GraphLayer layer = copy_layer(importer, root);
    layer.curve = combined(text, operation, left.function, right->function);
    for (const auto* nodes : {&left.nodes, &right->nodes})
      layer.nodes.insert(layer.nodes.end(), nodes->begin(), nodes->end());
    return importer.add_like(node, std::move(layer), root);
  }
  return std::nullopt;
}

}  // namespace eddy

// SPDX-License-Identifier: Apache-2.0
#include "import/node.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace eddy {

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
  const Activation& activation = std::get<Activation>(*inputs_[i]);
  if (activation.codes)
    throw Unsupported("it computes with whole numbers that stand for real ones: a DequantizeLinear has to read them");
  return activation;
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

}  // namespace eddy

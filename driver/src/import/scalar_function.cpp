// SPDX-License-Identifier: Apache-2.0
#include "eddy/scalar_function.hpp"

#include <utility>

namespace eddy {
namespace {

constexpr std::size_t longest_name = 80;

/// `place` of `text` replaced, in parentheses where the argument has an operator and no call stands around it.
std::string substituted(const std::string& text, char place, const std::string& argument) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != place) {
      result += text[i];
      continue;
    }
    const bool enclosed = i > 0 && i + 1 < text.size() && text[i - 1] == '(' && text[i + 1] == ')';
    const bool bare = argument.find(' ') == std::string::npos || text.size() == 1;
    result += enclosed || bare ? argument : "(" + argument + ")";
  }
  return result;
}

std::string shortened(const std::string& text) { return text.size() > longest_name ? "f($)" : text; }

}  // namespace

ScalarFunction::ScalarFunction(std::string text, std::function<double(double)> function)
    : text_(std::move(text)), function_(std::move(function)) {}

std::string ScalarFunction::text(const std::string& argument) const { return substituted(text_, '$', argument); }

ScalarFunction after(const ScalarFunction& outer, const ScalarFunction& inner) {
  return {shortened(outer.text(inner.text("$"))), [outer, inner](double x) { return outer(inner(x)); }};
}

ScalarFunction combined(const std::string& text, std::function<double(double, double)> operation,
                        const ScalarFunction& a, const ScalarFunction& b) {
  return {shortened(substituted(substituted(text, '$', a.text("$")), '@', b.text("$"))),
          [a, b, operation = std::move(operation)](double x) { return operation(a(x), b(x)); }};
}

}  // namespace eddy

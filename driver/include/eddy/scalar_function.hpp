// SPDX-License-Identifier: Apache-2.0
/// A function of one real number, the same for all neurons of a layer: what an activation does.
#pragma once

#include <functional>
#include <string>

namespace eddy {

class ScalarFunction {
 public:
  /// None.
  ScalarFunction() = default;
  /// `text` names it for people, with $ for the argument: "tanh($)".
  ScalarFunction(std::string text, std::function<double(double)> function);

  explicit operator bool() const { return static_cast<bool>(function_); }
  [[nodiscard]] double operator()(double x) const { return function_(x); }
  /// With x for the argument.
  [[nodiscard]] std::string name() const { return text("x"); }
  /// With `argument` in its place, in parentheses where they are needed.
  [[nodiscard]] std::string text(const std::string& argument) const;

 private:
  std::string text_;
  std::function<double(double)> function_;
};

/// outer(inner(x))
ScalarFunction after(const ScalarFunction& outer, const ScalarFunction& inner);

/// operation(a(x), b(x)); `text` has $ for the first and @ for the second: "$ * @".
ScalarFunction combined(const std::string& text, std::function<double(double, double)> operation,
                        const ScalarFunction& a, const ScalarFunction& b);

}  // namespace eddy

// SPDX-License-Identifier: Apache-2.0
#include "eddy/host_step.hpp"

#include <algorithm>
#include <cmath>

#include "index.hpp"

namespace eddy {
namespace {

std::vector<float> applied(const Permute& step, const std::vector<float>& values) {
  std::vector<float> result;
  result.reserve(values.size());
  for (const std::size_t from : sources(step)) result.push_back(values[from]);
  return result;
}

/// Calls `each` with the place of the first of every row of `size` values, `inner` apart.
template <typename F>
void rows(std::size_t count, std::size_t size, std::size_t inner, F each) {
  for (std::size_t outer = 0; outer < count; outer += size * inner) {
    for (std::size_t i = 0; i < inner; ++i) each(outer + i);
  }
}

std::vector<float> applied(const Softmax& step, std::vector<float> values) {
  const std::size_t size = at(step.size), inner = at(step.inner);
  rows(values.size(), size, inner, [&](std::size_t first) {
    double largest = values[first], sum = 0;
    for (std::size_t n = 0; n < size; ++n) largest = std::max(largest, double{values[first + n * inner]});
    for (std::size_t n = 0; n < size; ++n) sum += std::exp(values[first + n * inner] - largest);
    for (std::size_t n = 0; n < size; ++n) {
      float& v = values[first + n * inner];
      const double x = v - largest;
      v = static_cast<float>(step.logarithm ? x - std::log(sum) : std::exp(x) / sum);
    }
  });
  return values;
}

std::vector<float> applied(const ArgMax& step, const std::vector<float>& values) {
  const std::size_t size = at(step.size), inner = at(step.inner);
  std::vector<float> result;
  rows(values.size(), size, inner, [&](std::size_t first) {
    std::size_t best = 0;
    for (std::size_t n = 1; n < size; ++n) {
      const float v = values[first + n * inner], most = values[first + best * inner];
      if (v > most || (step.last && v == most)) best = n;
    }
    result.push_back(static_cast<float>(best));
  });
  return result;
}

std::vector<float> applied(const Quantise& step, std::vector<float> values) {
  for (float& v : values) v = step.codes.code(v);
  return values;
}

std::vector<float> applied(const Dequantise& step, std::vector<float> values) {
  for (float& v : values) v = step.codes.value(v);
  return values;
}

struct Name {
  std::string operator()(const Permute&) const { return "Transpose"; }
  std::string operator()(const Softmax& s) const { return s.logarithm ? "LogSoftmax" : "Softmax"; }
  std::string operator()(const ArgMax&) const { return "ArgMax"; }
  std::string operator()(const Quantise&) const { return "QuantizeLinear"; }
  std::string operator()(const Dequantise&) const { return "DequantizeLinear"; }
};

}  // namespace

std::vector<std::size_t> sources(const Permute& step) {
  const std::size_t rank = step.dims.size();
  std::vector<std::size_t> stride(rank, 1);  // of the tensor's dimensions
  for (std::size_t d = rank; d-- > 1;) stride[d - 1] = stride[d] * at(step.dims[d]);
  std::vector<std::size_t> result(rank == 0 ? 1 : stride[0] * at(step.dims[0]));
  for (std::size_t i = 0; i < result.size(); ++i) {
    std::size_t rest = i;
    for (std::size_t d = rank; d-- > 0;) {
      const std::size_t source = at(step.order[d]), size = at(step.dims[source]);
      result[i] += rest % size * stride[source];
      rest /= size;
    }
  }
  return result;
}

std::vector<float> apply_steps(std::span<const HostStep> steps, std::vector<float> values) {
  for (const HostStep& step : steps) {
    values = std::visit([&](const auto& s) { return applied(s, std::move(values)); }, step);
  }
  return values;
}

std::string to_text(std::span<const HostStep> steps) {
  std::string text;
  for (const HostStep& step : steps) text += (text.empty() ? "" : ", ") + std::visit(Name{}, step);
  return text;
}

}  // namespace eddy

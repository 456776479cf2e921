// SPDX-License-Identifier: Apache-2.0
#include "quantise/code_book.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "index.hpp"
#include "quantise/unit.hpp"

namespace eddy {
namespace {

constexpr int rounds = 40;  // of Lloyd's iteration; centres hardly move after twenty

/// All weights that get codes, each by its channel's root mean square, ascending.
std::vector<double> shares_of(std::span<const GraphLayer* const> layers, WeightFormat format) {
  std::vector<double> shares;
  for (const GraphLayer* layer : layers) {
    int sources = 0;
    for (const GraphPort& port : layer->ports) sources = std::max(sources, port.source + 1);
    const std::vector<Layer> alike(at(sources));  // of scale 1
    for (int k = 0; k < layer->acc.c; ++k) {
      const auto parts = parts_of(*layer, alike, format, nullptr, k);
      const double spread = coded_spread(parts);
      for (const Part& part : parts) {
        if (!is_coded(part.format)) continue;
        for (const float w : part.weights) shares.push_back(w / spread);
      }
    }
  }
  std::ranges::sort(shares);
  return shares;
}

/// Centres with as many shares between any two.
std::vector<double> even_centres(const std::vector<double>& shares, int count) {
  std::vector<double> centres;
  for (int i = 0; i < count; ++i) centres.push_back(shares[(2 * at(i) + 1) * shares.size() / (2 * at(count))]);
  return centres;
}

/// Centres as close as the cube root of the density of shares, which is best for many of them (Panter and Dite,
/// Quantization distortion in pulse-count modulation with nonuniform spacing of levels, 1951). Between knots of equally
/// many shares that density is their distance to the power of -1/3.
std::vector<double> sparse_centres(const std::vector<double>& shares, int count) {
  const std::size_t last = shares.size() - 1, knots = std::min(last, 8 * at(count));
  const auto knot = [&](std::size_t i) { return shares[last * i / std::max<std::size_t>(knots, 1)]; };
  std::vector<double> below{0};  // centres below each knot, but for a factor
  for (std::size_t i = 0; i < knots; ++i) below.push_back(below.back() + std::pow(knot(i + 1) - knot(i), 2.0 / 3));
  std::vector<double> centres;
  for (int i = 0; i < count; ++i) {
    const auto above = std::ranges::lower_bound(below, below.back() * (i + 0.5) / count);
    centres.push_back(knot(std::min(knots, at(above - below.begin()))));
  }
  return centres;
}

struct Centres {
  std::vector<double> values;  // ascending
  double error = 0;            // sum of squares
};

/// Lloyd's iteration; a centre that is 0 stays so.
Centres improved(std::vector<double> values, const std::vector<double>& shares) {
  double error = 0;
  for (int round = 0; round <= rounds; ++round) {
    std::ranges::sort(values);
    std::vector<double> sums(values.size()), counts(values.size());
    std::size_t nearest = 0;
    error = 0;
    for (const double share : shares) {
      while (nearest + 1 < values.size() && values[nearest + 1] - share < share - values[nearest]) ++nearest;
      sums[nearest] += share;
      ++counts[nearest];
      error += (share - values[nearest]) * (share - values[nearest]);
    }
    if (round == rounds) break;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i] != 0 && counts[i] > 0) values[i] = sums[i] / counts[i];
    }
  }
  return {std::move(values), error};
}

/// The better of what two beginnings lead to.
std::vector<double> centres_of(const std::vector<double>& shares, int count) {
  std::vector<double> even = even_centres(shares, count - 1), sparse = sparse_centres(shares, count - 1);
  even.push_back(0);
  sparse.push_back(0);
  Centres a = improved(std::move(even), shares), b = improved(std::move(sparse), shares);
  return a.error < b.error ? std::move(a.values) : std::move(b.values);
}

}  // namespace

double CodeBook::nearest(double whole) const {
  const auto above = std::ranges::lower_bound(values, whole);
  if (above == values.begin()) return values.front();
  if (above == values.end()) return values.back();
  const int below = *std::prev(above);
  return whole - below <= *above - whole ? below : *above;
}

CodeBook make_code_book(std::span<const GraphLayer* const> layers, WeightFormat format, int top) {
  const std::vector<double> shares = shares_of(layers, format);
  if (shares.empty()) return {{0, top}, 1};
  const std::vector<double> centres = centres_of(shares, 1 << bits_of(format));
  CodeBook book;
  for (const double centre : centres) book.reach = std::max(book.reach, std::abs(centre));
  for (const double centre : centres) book.values.push_back(static_cast<int>(std::lround(centre / book.reach * top)));
  std::ranges::sort(book.values);
  const auto rest = std::ranges::unique(book.values);
  book.values.erase(rest.begin(), rest.end());
  return book;
}

}  // namespace eddy

// SPDX-License-Identifier: Apache-2.0
#include "compile/memory.hpp"

#include <algorithm>
#include <numeric>

#include "compile/arith.hpp"
#include "eddy_pkg.hpp"

namespace eddy::mapping {
namespace {

constexpr int PairWords = 2 * static_cast<int>(pkg::BankWords);

/// Free words, taken from both ends.
class Gap {
 public:
  Gap(int begin, int end) : begin_(begin), end_(end) {}

  std::optional<int> take_top(int words) {
    if (end_ - begin_ < words) return std::nullopt;
    return end_ -= words;
  }
  std::optional<int> take_bottom(int words) {
    if (end_ - begin_ < words) return std::nullopt;
    begin_ += words;
    return begin_ - words;
  }
  /// At a multiple of `words`.
  std::optional<int> take_aligned_top(int words) {
    const int at = end_ / words * words - words;
    if (at < begin_) return std::nullopt;
    return end_ = at;
  }
  /// Leaves out what is left of pairs of banks that are begun.
  void skip_begun_bottom() { begin_ = std::min(ceil_div(begin_, PairWords) * PairWords, end_); }
  void skip_begun_top() { end_ = std::max(end_ / PairWords * PairWords, begin_); }

 private:
  int begin_, end_;
};

std::vector<std::size_t> largest_first(const std::vector<int>& sizes) {
  std::vector<std::size_t> order(sizes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater{}, [&](std::size_t i) { return sizes[i]; });
  return order;
}

/// Tried in this order. Own pairs: no pair of banks holds two kinds, so they never wait for each other. Two sides: only
/// accumulators have theirs. Packed: without a word between.
enum class Layout { own_pairs, two_sides, packed };

std::optional<MemoryMap> try_allocate(const Chip& chip, const MemoryRequest& request, int queue_words, Layout layout) {
  MemoryMap map;
  int accumulators = 0;
  for (const int words : request.accumulators) {
    map.accumulators.push_back(accumulators);
    accumulators += words;
  }
  if (accumulators > chip.ram_words()) return std::nullopt;

  Gap free(accumulators, chip.ram_words());
  if (layout != Layout::packed) free.skip_begun_bottom();
  const auto queue = free.take_aligned_top(queue_words);
  if (!queue) return std::nullopt;
  map.queue = *queue;
  map.queue_words = queue_words;

  if (layout == Layout::own_pairs) free.skip_begun_top();
  map.weights.resize(request.weights.size());
  for (const std::size_t i : largest_first(request.weights)) {
    const auto at = free.take_top(request.weights[i]);
    if (!at) return std::nullopt;
    map.weights[i] = *at;
  }
  if (layout == Layout::own_pairs) free.skip_begun_top();
  map.references.resize(request.references.size());
  for (const std::size_t i : largest_first(request.references)) {
    const auto at = free.take_bottom(request.references[i]);
    if (!at) return std::nullopt;
    map.references[i] = *at;
  }
  return map;
}

}  // namespace

std::optional<MemoryMap> allocate(const Chip& chip, const MemoryRequest& request) {
  for (int words = request.queue_words; words >= std::min(MinQueueWords, request.queue_words); words /= 2) {
    for (const Layout layout : {Layout::own_pairs, Layout::two_sides, Layout::packed}) {
      if (auto map = try_allocate(chip, request, words, layout)) return map;
    }
  }
  return std::nullopt;
}

}  // namespace eddy::mapping

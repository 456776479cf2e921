// SPDX-License-Identifier: Apache-2.0
#include "compile/memory.hpp"

#include <algorithm>
#include <numeric>

#include "compile/arith.hpp"
#include "eddy_pkg.hpp"

namespace eddy::mapping {
namespace {

constexpr int BankWords = static_cast<int>(pkg::BankWords);
constexpr int PairWords = 2 * BankWords;

struct Gap {
  int begin = 0, end = 0;
  [[nodiscard]] int size() const { return end - begin; }
};

/// Gaps of RAM, taken from their ends: the first is the main one, the others lie beside accumulators.
class Gaps {
 public:
  explicit Gaps(std::vector<Gap> gaps) : gaps_(std::move(gaps)) {}

  std::optional<int> take_top(int words) {
    for (Gap& gap : gaps_) {
      if (gap.size() >= words) return gap.end -= words;
    }
    return std::nullopt;
  }
  std::optional<int> take_bottom(int words) {
    for (Gap& gap : gaps_) {
      if (gap.size() < words) continue;
      gap.begin += words;
      return gap.begin - words;
    }
    return std::nullopt;
  }
  /// From the smallest gap that it fits into.
  std::optional<int> take_best(int words) {
    Gap* best = nullptr;
    for (Gap& gap : gaps_) {
      if (gap.size() >= words && (best == nullptr || gap.size() < best->size())) best = &gap;
    }
    if (best == nullptr) return std::nullopt;
    return best->end -= words;
  }
  /// Leaves out what is left of banks that are begun.
  void to_whole_banks() {
    Gap& main = gaps_.front();
    main.begin = std::min(ceil_div(main.begin, BankWords) * BankWords, main.end);
    main.end = std::max(main.end / BankWords * BankWords, main.begin);
    gaps_.resize(1);
  }
  std::optional<int> take_aligned_top(int words) {
    for (Gap& gap : gaps_) {
      const int at = gap.end / words * words - words;
      if (at < gap.begin) continue;
      gap.end = at;
      return at;
    }
    return std::nullopt;
  }

 private:
  std::vector<Gap> gaps_;
};

std::vector<std::size_t> largest_first(const std::vector<int>& sizes) {
  std::vector<std::size_t> order(sizes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater{}, [&](std::size_t i) { return sizes[i]; });
  return order;
}

/// Tried in this order. Own banks: no bank holds two kinds, so they never wait for each other. Apart: each kind from an
/// end of its own. Packed: whatever fits best.
enum class Layout { own_banks, apart, packed };

std::optional<MemoryMap> try_allocate(const Chip& chip, const MemoryRequest& request, int queue_words, Layout layout) {
  MemoryMap map;
  int accumulators = 0;
  for (const int words : request.accumulators) {
    map.accumulators.push_back(accumulators);
    accumulators += words;
  }
  if (accumulators > chip.ram_words()) return std::nullopt;

  const int pairs = ceil_div(accumulators, PairWords);
  std::vector<Gap> gaps{{pairs * PairWords, chip.ram_words()}};
  if (const int used = accumulators % PairWords; used > 0) {
    // Addresses alternate over the pair: the last one leaves the upper rows of both banks.
    const int first = (pairs - 1) * PairWords;
    gaps.push_back({first + ceil_div(used, 2), first + BankWords});
    gaps.push_back({first + BankWords + ceil_div(used, 2), first + PairWords});
  }
  Gaps free(std::move(gaps));

  const auto queue = free.take_aligned_top(queue_words);
  if (!queue) return std::nullopt;
  map.queue = *queue;
  map.queue_words = queue_words;
  map.references.resize(request.references.size());
  map.weights.resize(request.weights.size());
  std::vector<int> sizes = request.references;
  sizes.insert(sizes.end(), request.weights.begin(), request.weights.end());
  std::vector<std::size_t> order = largest_first(sizes);
  const std::size_t references = request.references.size();
  if (layout != Layout::packed) std::ranges::stable_partition(order, [&](std::size_t i) { return i < references; });
  for (std::size_t n = 0; n < order.size(); ++n) {
    const std::size_t i = order[n];
    if (layout == Layout::own_banks && (n == 0 || n == references)) free.to_whole_banks();
    const bool reference = i < references;
    const auto at = layout == Layout::packed ? free.take_best(sizes[i])
                    : reference              ? free.take_bottom(sizes[i])
                                             : free.take_top(sizes[i]);
    if (!at) return std::nullopt;
    (reference ? map.references[i] : map.weights[i - references]) = *at;
  }
  return map;
}

}  // namespace

std::optional<MemoryMap> allocate(const Chip& chip, const MemoryRequest& request) {
  for (int words = request.queue_words; words >= std::min(MinQueueWords, request.queue_words); words /= 2) {
    for (const Layout layout : {Layout::own_banks, Layout::apart, Layout::packed}) {
      if (auto map = try_allocate(chip, request, words, layout)) return map;
    }
  }
  return std::nullopt;
}

}  // namespace eddy::mapping

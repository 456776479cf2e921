// SPDX-License-Identifier: Apache-2.0
/// A few of many, spread evenly, when nobody knows beforehand how many there will be.
#pragma once

#include <vector>

namespace eddy {

/// Keeps at most 2 * wanted - 1 of what is added.
template <typename T>
class Spread {
 public:
  explicit Spread(std::size_t wanted) : wanted_(wanted) {}

  /// Whether the next one is to be added, and not just counted by skip().
  [[nodiscard]] bool takes_next() const { return count_ % step_ == 0; }
  void skip() { ++count_; }
  void add(T item) {
    ++count_;
    kept_.push_back(std::move(item));
    if (kept_.size() < 2 * wanted_) return;
    for (std::size_t i = 1; i < wanted_; ++i) kept_[i] = std::move(kept_[2 * i]);
    kept_.resize(wanted_);
    step_ *= 2;
  }
  /// `wanted` of those that were kept, or all where they are fewer.
  [[nodiscard]] std::vector<const T*> chosen() const {
    std::vector<const T*> result;
    const std::size_t n = kept_.size() < wanted_ ? kept_.size() : wanted_;
    for (std::size_t i = 0; i < n; ++i) result.push_back(&kept_[n < 2 ? 0 : i * (kept_.size() - 1) / (n - 1)]);
    return result;
  }

 private:
  std::size_t wanted_, count_ = 0, step_ = 1;
  std::vector<T> kept_;
};

}  // namespace eddy

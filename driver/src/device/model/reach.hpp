// SPDX-License-Identifier: Apache-2.0
/// What an event's coordinate meets on one axis of a port, found by the definition and remembered.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "device/model/tables.hpp"
#include "eddy_pkg.hpp"

namespace eddy::model {

struct Reach {
  struct Hit {
    int out = 0, tap = 0;
  };
  struct Marks {
    int word = 0;  // of a row of marks
    std::uint32_t bits = 0;
  };

  std::vector<Hit> hits;     // outputs ascending
  bool adjoining = false;    // from hit to hit, output and tap go up by one
  std::vector<int> windows;  // of the pool, that any of these outputs lies in; ascending
  std::vector<Marks> marks;  // the same, as they stand in a row of marks
  bool found = false;
};

class AxisReach {
 public:
  /// `windows`: of the pool, in the slice. Throws FileError where a stride is 0.
  AxisReach(const pkg::axis_t& axis, const pkg::pool_axis_t& pool, int windows)
      : axis_(axis), pool_(pool), windows_(windows) {
    check_divisor(axis.stride, "a stride of a port");
    check_divisor(pool.stride, "a stride of a port's pool");
  }

  const Reach& at(int source) {
    const auto index = static_cast<std::size_t>(source);
    if (index >= known_.size() || !known_[index].found) remember(source);
    return known_[index];
  }

 private:
  void remember(int source) {
    const auto index = static_cast<std::size_t>(source);
    if (known_.size() <= index) known_.resize(index + 1);
    known_[index] = find(source);
  }

  [[nodiscard]] Reach find(int source) const {
    Reach reach;
    reach.found = true;
    for (int k = 0; k < axis_.taps; ++k) {
      const int n = source * axis_.up + axis_.offset + k * axis_.dilation;
      if (n >= 0 && n % axis_.stride == 0 && n / axis_.stride < axis_.size) reach.hits.push_back({n / axis_.stride, k});
    }
    const auto apart = [](const Reach::Hit& a, const Reach::Hit& b) {
      return b.out != a.out + 1 || b.tap != a.tap + 1;
    };
    reach.adjoining = std::ranges::adjacent_find(reach.hits, apart) == reach.hits.end();
    for (const Reach::Hit& hit : reach.hits) add_windows(reach.windows, hit.out);
    for (const int window : reach.windows) {
      constexpr int MarkBits = static_cast<int>(pkg::MarkBits);
      if (reach.marks.empty() || reach.marks.back().word != window / MarkBits)
        reach.marks.push_back({window / MarkBits, 0});
      reach.marks.back().bits |= 1U << window % MarkBits;
    }
    return reach;
  }

  /// Adds the windows that output `a` lies in; those of lower outputs are there.
  void add_windows(std::vector<int>& windows, int a) const {
    if (a + pool_.pad < 0) return;
    const int above = a + pool_.pad - pool_.size + 1;
    const int first = above <= 0 ? 0 : (above + pool_.stride - 1) / pool_.stride;
    const int last = std::min((a + pool_.pad) / pool_.stride, windows_ - 1);
    for (int w = windows.empty() ? first : std::max(first, windows.back() + 1); w <= last; ++w) windows.push_back(w);
  }

  pkg::axis_t axis_;
  pkg::pool_axis_t pool_;
  int windows_;
  std::vector<Reach> known_;
};

}  // namespace eddy::model

// SPDX-License-Identifier: Apache-2.0
#include "eddy/closeness.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "eddy/error.hpp"

namespace eddy {

std::string to_text(const Closeness& c) {
  const std::string difference = fmt::format("difference {:.3g} in the mean, {:.3g} at most", c.mean, c.largest);
  if (std::isnan(c.rms_share)) return difference;
  const std::string spread = fmt::format("{}, {:.1f} % of the values' spread", difference, 100 * c.rms_share);
  return std::isnan(c.correlation) ? spread : fmt::format("correlation {:.4f}, {}", c.correlation, spread);
}

nlohmann::ordered_json to_json(const Closeness& c) {
  return {{"values", c.values},
          {"largest", c.largest},
          {"mean", c.mean},
          {"rms_share", c.rms_share},
          {"correlation", c.correlation}};
}

void ClosenessMeter::Sums::add(double mine, double reference) {
  const double difference = std::abs(mine - reference);
  largest = std::isnan(difference) ? difference : std::max(largest, difference);
  differences += difference;
  squares += difference * difference;
  const double a = mine - origin, b = reference - origin;
  ours += a;
  theirs += b;
  ours2 += a * a;
  theirs2 += b * b;
  both += a * b;
  ++values;
}

Closeness ClosenessMeter::closeness(const Sums& s) {
  Closeness c;
  c.values = s.values;
  if (s.values == 0) return c;
  const auto n = static_cast<double>(s.values);
  c.largest = s.largest;
  c.mean = s.differences / n;
  const double ours = s.ours2 / n - s.ours / n * (s.ours / n);
  const double theirs = s.theirs2 / n - s.theirs / n * (s.theirs / n);
  const double both = s.both / n - s.ours / n * (s.theirs / n);
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  c.rms_share = theirs > 0 ? std::sqrt(s.squares / n / theirs) : none;
  c.correlation = theirs > 0 && ours > 0 ? both / std::sqrt(ours * theirs) : none;
  return c;
}

void ClosenessMeter::add(std::span<const float> ours, std::span<const float> theirs) {
  if (ours.size() != theirs.size()) {
    throw UsageError(fmt::format("an output of {} values cannot be compared with the float network's {}", ours.size(),
                                 theirs.size()));
  }
  Sums frame;
  if (!theirs.empty()) frame.origin = static_cast<double>(theirs[0]);
  if (all_.values == 0) all_.origin = frame.origin;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    frame.add(static_cast<double>(ours[i]), static_cast<double>(theirs[i]));
    all_.add(static_cast<double>(ours[i]), static_cast<double>(theirs[i]));
  }
  frames_.push_back(closeness(frame));
}

}  // namespace eddy

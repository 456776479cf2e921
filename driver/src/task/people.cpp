// SPDX-License-Identifier: Apache-2.0
#include "task/people.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include <fmt/ranges.h>

namespace eddy {

PeopleRules people_rules(const TaskFile& file) {
  using Pair = std::pair<int, int>;
  PeopleRules r;
  r.threshold = file.at<double>("decision_threshold");
  r.cell = file.at<double>("cell");
  r.subcells = file.find<int>("subcells").value_or(1);
  std::tie(r.window_width, r.window_height) = file.at<Pair>("peak_window");
  std::tie(r.apart_x, r.apart_y) = file.at<Pair>("peak_apart");
  r.radius = file.at<double>("match_radius");
  std::tie(r.picture_width, r.picture_height) = file.at<Pair>("picture");
  if (const auto height = file.find<std::pair<double, double>>("person_height"))
    std::tie(r.height_slope, r.height_base) = *height;
  const auto fail = [&](const char* key) {
    throw UsageError(fmt::format("{}: \"{}\" makes no sense", file.path.string(), key));
  };
  if (!(r.cell > 0)) fail("cell");
  if (r.subcells < 1 || r.subcells > 64) fail("subcells");
  if (r.window_width < 1 || r.window_height < 1) fail("peak_window");
  if (!(r.picture_width > 0 && r.picture_height > 0)) fail("picture");
  if (!(r.height_slope >= 0 && r.height_slope < 1)) fail("person_height");
  return r;
}

HeatMap heat_map(const PeopleRules& rules, const std::vector<int>& dims, std::span<const float> logits) {
  const int s = rules.subcells;
  const Shape shape = dims.size() == 3 ? Shape{dims[0], dims[1], dims[2]} : Shape{};
  if (shape.c != s * s || static_cast<std::int64_t>(logits.size()) != shape.count()) {
    throw UsageError(fmt::format("a heat map of [{}] and {} values; {} subcells need [{}][rows][columns]",
                                 fmt::join(dims, ", "), logits.size(), s, s * s));
  }
  HeatMap heat{shape.h * s, shape.w * s, std::vector<float>(logits.size())};
  std::size_t next = 0;
  for (int c = 0; c < shape.c; ++c) {
    for (int y = 0; y < shape.h; ++y) {
      for (int x = 0; x < shape.w; ++x)
        heat.values[static_cast<std::size_t>((y * s + c / s) * heat.columns + x * s + c % s)] = logits[next++];
    }
  }
  return heat;
}

namespace {

bool is_peak(const PeopleRules& rules, const HeatMap& heat, int y, int x) {
  const float logit = heat.at(y, x);
  if (!(static_cast<double>(logit) > rules.threshold)) return false;
  const int up = rules.window_height / 2, left = rules.window_width / 2;
  const int bottom = std::min(heat.rows, y - up + rules.window_height);
  const int right = std::min(heat.columns, x - left + rules.window_width);
  for (int wy = std::max(0, y - up); wy < bottom; ++wy) {
    for (int wx = std::max(0, x - left); wx < right; ++wx)
      if (heat.at(wy, wx) > logit) return false;
  }
  return true;
}

}  // namespace

std::vector<Person> find_people(const PeopleRules& rules, const HeatMap& heat) {
  std::vector<Person> peaks;
  for (int y = 0; y < heat.rows; ++y) {
    for (int x = 0; x < heat.columns; ++x)
      if (is_peak(rules, heat, y, x)) peaks.push_back({x, y, heat.at(y, x)});
  }
  std::ranges::stable_sort(peaks, std::greater{}, &Person::logit);
  std::vector<Person> people;
  for (const Person& peak : peaks) {
    const bool apart = std::ranges::all_of(people, [&](const Person& stronger) {
      return std::abs(peak.x - stronger.x) > rules.apart_x || std::abs(peak.y - stronger.y) > rules.apart_y;
    });
    if (apart) people.push_back(peak);
  }
  return people;
}

Place place_of(const PeopleRules& rules, const Person& person) {
  return {(person.x + 0.5) * rules.cell, (person.y + 0.5) * rules.cell};
}

std::vector<int> match_people(const PeopleRules& rules, std::span<const Person> people, std::span<const Place> labels) {
  std::vector<bool> taken(labels.size());
  std::vector<int> matches;
  for (const Person& person : people) {
    const Place at = place_of(rules, person);
    double shortest = std::numeric_limits<double>::infinity();
    std::size_t nearest = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const double distance = std::hypot(at.x - labels[i].x, at.y - labels[i].y);
      if (taken[i] || distance >= shortest) continue;
      shortest = distance;
      nearest = i;
    }
    const bool met = shortest <= rules.radius;
    if (met) taken[nearest] = true;
    matches.push_back(met ? static_cast<int>(nearest) : -1);
  }
  return matches;
}

void PeopleScore::add(const PeopleRules& rules, std::span<const Person> people, std::span<const Place> labels) {
  const auto matches = match_people(rules, people, labels);
  ++frames;
  hits += static_cast<int>(std::ranges::count_if(matches, [](int label) { return label >= 0; }));
  found += static_cast<int>(people.size());
  wanted += static_cast<int>(labels.size());
  count_error += std::abs(static_cast<int>(people.size()) - static_cast<int>(labels.size()));
}

double PeopleScore::precision() const { return static_cast<double>(hits) / std::max(1, found); }
double PeopleScore::recall() const { return static_cast<double>(hits) / std::max(1, wanted); }
double PeopleScore::f1() const { return 2.0 * hits / std::max(1, found + wanted); }
double PeopleScore::mean_count_error() const { return static_cast<double>(count_error) / std::max(1, frames); }

}  // namespace eddy

// SPDX-License-Identifier: Apache-2.0
/// From a heat map to people, and their agreement with labels. docs/workload.md says the rules in words.
#pragma once

#include <span>
#include <vector>

#include "task/task_file.hpp"

namespace eddy {

/// The keys of a task of kind people-heatmap.
struct PeopleRules {
  double threshold = 0;  // a cell is a person if its logit is above this
  double cell = 1;       // pixels of the full picture
  int subcells = 1;      // channel subcells * i + j at (y, x): cell (subcells * y + i, subcells * x + j)
  int window_width = 1, window_height = 1;  // cells: a person is the maximum of this window
  int apart_x = 0, apart_y = 0;             // cells: a weaker one this near in both directions is dropped
  double radius = 0;                        // pixels between a person and a label
  double picture_width = 1, picture_height = 1;
  double height_slope = 0, height_base = 0;  // a person is slope * (row of the feet) + base pixels high; 0: not known
};
/// Throws UsageError where a key is missing or makes no sense.
PeopleRules people_rules(const TaskFile& file);

/// Logits, [rows][columns].
struct HeatMap {
  int rows = 0, columns = 0;
  std::vector<float> values;
  [[nodiscard]] float at(int y, int x) const {
    return values[static_cast<std::size_t>(y) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(x)];
  }
};
HeatMap heat_map(const PeopleRules& rules, const std::vector<int>& dims, std::span<const float> logits);

/// A person that the network saw: a cell of the heat map.
struct Person {
  int x = 0, y = 0;  // cells
  float logit = 0;
};
/// People of a frame, strongest first; of equals the upper, then the left.
std::vector<Person> find_people(const PeopleRules& rules, const HeatMap& heat);

/// Where somebody is, in pixels of the full picture: the middle of the body.
struct Place {
  double x = 0, y = 0;
};
Place place_of(const PeopleRules& rules, const Person& person);

/// For each person the label that it meets, or -1: the nearest that is free, the strongest person choosing first.
std::vector<int> match_people(const PeopleRules& rules, std::span<const Person> people, std::span<const Place> labels);

/// Agreement, summed over frames.
struct PeopleScore {
  int frames = 0, hits = 0, found = 0, wanted = 0, count_error = 0;

  void add(const PeopleRules& rules, std::span<const Person> people, std::span<const Place> labels);
  [[nodiscard]] double precision() const;
  [[nodiscard]] double recall() const;
  [[nodiscard]] double f1() const;
  [[nodiscard]] double mean_count_error() const;
};

}  // namespace eddy

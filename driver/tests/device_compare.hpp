// SPDX-License-Identifier: Apache-2.0
/// A device against the golden event model: the sequence of events of the input and of each population, and each
/// drain's records.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "eddy/device.hpp"
#include "eddy/golden.hpp"

namespace eddy::testing {

class Comparison {
 public:
  using Place = std::tuple<int, int, int>;  // tile y, x, population

  Comparison(const Network& network, const Image& image) : network_(network), image_(image) {
    for (const PopulationInfo& p : image.populations) infos_[place_of(p)] = &p;
  }

  /// Loads the image and runs the frames. Compares what fired and what came out; stops at the first difference.
  void run(Device& device, const std::vector<Frame>& frames) {
    fired_.clear();
    device.trace([this](const Firing& f) {
      const Place place{f.tile.y, f.tile.x, f.pop};
      const int layer = f.pop == frame_input ? 0 : infos_.at(place)->layer;
      fired_[{f.frame, place}].push_back({layer, f.y, f.x, f.c, f.value});
    });
    device.load(image_);
    for (const Frame& frame : frames) device.submit(frame);
    GoldenEvents golden(network_);
    std::vector<FrameTrace> want;
    for (std::size_t f = 0; f < frames.size(); ++f) {
      results.push_back(device.collect());
      want.push_back(golden.step(frames[f]));
      ASSERT_EQ(results.back().frame, want.back().frame);
      compare_records(results.back(), want.back());
      if (::testing::Test::HasFatalFailure()) return;
    }
    // What leads nowhere may be late: the end of a frame does not wait for it.
    counters = device.counters();
    for (std::size_t f = 0; f < frames.size(); ++f) compare_events(static_cast<int>(f), want[f]);
  }

  std::vector<FrameResult> results;
  std::vector<TileCounters> counters;

 private:
  static Place place_of(const PopulationInfo& p) { return {p.tile.y, p.tile.x, p.pop}; }

  static std::vector<Event> slice_of(const std::vector<Event>& events, const PopulationInfo& p) {
    std::vector<Event> result;
    std::ranges::copy_if(events, std::back_inserter(result), [&](const Event& e) {
      return e.y >= p.y0 && e.y < p.y0 + p.rows && e.x >= p.x0 && e.x < p.x0 + p.cols && e.c >= p.c0 &&
             e.c < p.c0 + p.channels;
    });
    return result;
  }

  static std::string text(const std::vector<Event>& events, std::size_t i) {
    if (i >= events.size()) return "nothing";
    const Event& e = events[i];
    return fmt::format("y {} x {} c {} value {}", e.y, e.x, e.c, e.value);
  }

  static std::string difference(const std::vector<Event>& have, const std::vector<Event>& want) {
    const auto at = static_cast<std::size_t>(std::mismatch(have.begin(), have.end(), want.begin(), want.end()).first -
                                             have.begin());
    return fmt::format("event {} of {} ({} expected): {}, expected {}", at, have.size(), want.size(), text(have, at),
                       text(want, at));
  }

  void compare_records(const FrameResult& result, const FrameTrace& want) const {
    std::vector<std::vector<Event>> records(image_.gateway.drains.size());
    for (const Record& r : result.records) {
      const auto d = static_cast<std::size_t>(r.drain);
      records[d].push_back({image_.gateway.drains[d].layer, r.y, r.x, r.c, r.value});
    }
    for (std::size_t d = 0; d < records.size(); ++d) {
      const Drain& drain = image_.gateway.drains[d];
      const auto expected = slice_of(want.events[static_cast<std::size_t>(drain.layer)],
                                     image_.populations[static_cast<std::size_t>(drain.population)]);
      EXPECT_TRUE(records[d] == expected)
          << "frame " << want.frame << " drain " << d << ": " << difference(records[d], expected);
    }
  }

  void compare_events(int frame, const FrameTrace& want) {
    const auto& input = fired_[{frame, {image_.gateway.tile.y, image_.gateway.tile.x, frame_input}}];
    ASSERT_TRUE(input == want.events.front())
        << "frame " << frame << " input: " << difference(input, want.events.front());
    for (const PopulationInfo& p : image_.populations) {
      const auto expected = slice_of(want.events[static_cast<std::size_t>(p.layer)], p);
      const auto& have = fired_[{frame, place_of(p)}];
      ASSERT_TRUE(have == expected) << fmt::format(
          "frame {} layer {} ({}) tile ({}, {}) population {} [{}+{}, {}+{}, {}+{}]: {}", frame, p.layer,
          image_.layers[static_cast<std::size_t>(p.layer)].name, p.tile.y, p.tile.x, p.pop, p.y0, p.rows, p.x0, p.cols,
          p.c0, p.channels, difference(have, expected));
    }
  }

  const Network& network_;
  const Image& image_;
  std::map<Place, const PopulationInfo*> infos_;
  std::map<std::pair<int, Place>, std::vector<Event>> fired_;
};

}  // namespace eddy::testing

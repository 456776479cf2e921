// SPDX-License-Identifier: Apache-2.0
#include "eddy/lockstep.hpp"

#include <algorithm>
#include <deque>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "run/output_sums.hpp"

namespace eddy {
namespace {

auto position(const Event& e) { return std::tuple(e.y, e.x, e.c); }

}  // namespace

/// What Lockstep::State consists of.
namespace lockstep {

/// Which population a neuron belongs to. The input belongs to the one behind those of the image.
class Owners {
 public:
  Owners(const Network& network, const Image& image) {
    for (const Layer& layer : network.layers)
      owners_.emplace_back(layer.out).values.assign(static_cast<std::size_t>(layer.out.count()), none);
    for (std::size_t p = 0; p < image.populations.size(); ++p) {
      const PopulationInfo& info = image.populations[p];
      Tensor& layer = owners_[static_cast<std::size_t>(info.layer)];
      for (int y = info.y0; y < info.y0 + info.rows; ++y) {
        for (int x = info.x0; x < info.x0 + info.cols; ++x) {
          for (int c = info.c0; c < info.c0 + info.channels; ++c) layer.at(c, y, x) = static_cast<std::int32_t>(p);
        }
      }
    }
    owners_.front().values.assign(owners_.front().values.size(), static_cast<std::int32_t>(image.populations.size()));
  }
  static constexpr std::int32_t none = -1;
  [[nodiscard]] std::int32_t of(const Event& e) const {
    return owners_[static_cast<std::size_t>(e.layer)].at(e.c, e.y, e.x);
  }

 private:
  std::vector<Tensor> owners_;  // [layer]
};

/// What one population has still to show.
struct Expected {
  std::deque<std::vector<Event>> frames;  // front: `frame`
  int frame = 0;
  std::size_t next = 0;  // in the front
  std::uint64_t last_cycle = 0;

  [[nodiscard]] bool done() const { return next == frames.front().size(); }
  void advance() {
    frames.pop_front();
    ++frame;
    next = 0;
  }
};

/// What one frame's records have to be.
struct ExpectedResult {
  std::vector<std::vector<Event>> drains;
  std::vector<Tensor> outputs;
  std::vector<LayerCounts> counts;
};

}  // namespace lockstep

using lockstep::Expected;
using lockstep::ExpectedResult;
using lockstep::Owners;

std::string to_text(const Mismatch& m, int first_frame) {
  const auto value = [](const std::optional<int>& v) { return v ? std::to_string(*v) : std::string("nothing"); };
  std::string text =
      fmt::format("frame {}, layer {}, neuron (y {}, x {}, c {}): {} {} expected, got {}", m.frame + first_frame,
                  m.layer, m.y, m.x, m.c, m.what, value(m.expected), value(m.got));
  if (!m.place.empty()) text += ", " + m.place;
  if (m.cycle != 0) text += fmt::format(", cycle {}", m.cycle);
  return text;
}

struct Lockstep::State {
  State(const Network& n, const Image& i, bool t)
      : network(n), image(i), traced(t), golden(n), owners(n, i), sums(n, i), counts(n.layers.size()) {
    populations.resize(i.populations.size() + 1);
    for (std::size_t p = 0; p < i.populations.size(); ++p) {
      const PopulationInfo& info = i.populations[p];
      auto& row = by_place[static_cast<std::size_t>(tile_index(info.tile))];
      row.resize(std::max(row.size(), static_cast<std::size_t>(info.pop) + 1), Owners::none);
      row[static_cast<std::size_t>(info.pop)] = static_cast<std::int32_t>(p);
    }
  }

  [[nodiscard]] int tile_index(TileAt t) const { return t.y * image.columns + t.x; }
  [[nodiscard]] std::size_t input() const { return image.populations.size(); }
  [[nodiscard]] int layer_of(std::size_t p) const { return p == input() ? 0 : image.populations[p].layer; }
  [[nodiscard]] std::string place_of(std::size_t p) const {
    if (p == input()) return "frame input";
    const PopulationInfo& info = image.populations[p];
    return fmt::format("tile ({}, {}), population {}", info.tile.y, info.tile.x, info.pop);
  }
  /// The population that fires; none where the image does not have it.
  [[nodiscard]] std::int32_t source(const Firing& firing) const {
    if (firing.pop == frame_input) return static_cast<std::int32_t>(input());
    const auto& row = by_place.at(static_cast<std::size_t>(tile_index(firing.tile)));
    const auto pop = static_cast<std::size_t>(firing.pop);
    return pop < row.size() ? row[pop] : Owners::none;
  }
  [[nodiscard]] const std::string& layer_name(int layer) const {
    return network.layers[static_cast<std::size_t>(layer)].name;
  }

  [[noreturn]] void fail(int frame, int layer, const Event& at, std::optional<int> expected, std::optional<int> got,
                         std::uint64_t cycle, std::string what, std::string place) const {
    throw LockstepError(
        {frame, layer_name(layer), at.y, at.x, at.c, expected, got, cycle, std::move(what), std::move(place)});
  }

  /// Two events that should be one. The earlier position of the two is where the sequences part.
  [[noreturn]] void fail(int frame, const Event& want, const Event& got, std::uint64_t cycle, const char* what,
                         std::size_t p) const {
    const int layer = layer_of(p);
    if (position(want) == position(got)) fail(frame, layer, want, want.value, got.value, cycle, what, place_of(p));
    if (position(want) < position(got)) fail(frame, layer, want, want.value, {}, cycle, what, place_of(p));
    fail(frame, layer, got, {}, got.value, cycle, what, place_of(p));
  }

  void count(const std::vector<LayerCounts>& frame) {
    for (std::size_t l = 0; l < frame.size(); ++l) counts[l] += frame[l];
  }

  void note(int frame, int layer, std::uint64_t cycle) {
    LayerTime& time = times[static_cast<std::size_t>(frame)][static_cast<std::size_t>(layer)];
    time.first = time.first == 0 ? cycle : std::min(time.first, cycle);
    time.last = std::max(time.last, cycle);
  }

  /// The population's current frame is over.
  void end_frame(std::size_t p) {
    Expected& e = populations[p];
    if (!e.done()) {
      const Event& want = e.frames.front()[e.next];
      fail(e.frame, want.layer, want, want.value, {}, e.last_cycle, "event", place_of(p));
    }
    e.advance();
  }

  void compare_records(const FrameResult& result, const ExpectedResult& want) {
    std::vector<std::size_t> next(want.drains.size());
    for (const Record& r : result.records) {
      const auto d = static_cast<std::size_t>(r.drain);
      const Drain& drain = image.gateway.drains[d];
      const auto p = static_cast<std::size_t>(drain.population);
      const Event got{drain.layer, r.y, r.x, r.c, r.value};
      if (next[d] == want.drains[d].size())
        fail(result.frame, drain.layer, got, {}, got.value, result.last_cycle, "record", place_of(p));
      const Event& expected = want.drains[d][next[d]++];
      if (expected != got) fail(result.frame, expected, got, result.last_cycle, "record", p);
      if (!traced) ++checked;
    }
    for (std::size_t d = 0; d < next.size(); ++d) {
      if (next[d] == want.drains[d].size()) continue;
      const Event& missing = want.drains[d][next[d]];
      const auto p = static_cast<std::size_t>(image.gateway.drains[d].population);
      fail(result.frame, missing.layer, missing, missing.value, {}, result.last_cycle, "record", place_of(p));
    }
  }

  void compare_outputs(const FrameResult& result, const ExpectedResult& want) const {
    for (std::size_t o = 0; o < want.outputs.size(); ++o) {
      const Tensor &expected = want.outputs[o], &got = sums.outputs()[o];
      if (expected == got) continue;
      const auto [e, g] = std::ranges::mismatch(expected.values, got.values);
      const auto i = static_cast<int>(e - expected.values.begin());
      const Shape& s = expected.shape;
      const Event at{0, i / s.c / s.w, i / s.c % s.w, i % s.c, 0};
      fail(result.frame, network.outputs[o].layer, at, *e, *g, result.last_cycle, "output", {});
    }
  }

  const Network& network;
  const Image& image;
  bool traced;
  GoldenEvents golden;
  Owners owners;
  OutputSums sums;
  std::vector<Expected> populations;
  std::vector<std::vector<std::int32_t>> by_place{static_cast<std::size_t>(image.rows * image.columns)};
  std::deque<ExpectedResult> results;
  int submitted = 0;
  std::int64_t checked = 0;
  std::vector<LayerCounts> counts;
  std::vector<std::vector<LayerTime>> times;
};

Lockstep::Lockstep(const Network& network, const Image& image, bool traced)
    : state_(std::make_unique<State>(network, image, traced)) {}
Lockstep::~Lockstep() = default;

void Lockstep::submit(const Frame& frame) {
  State& s = *state_;
  FrameTrace trace = s.golden.step(frame);
  std::vector<std::vector<Event>> by_population(s.populations.size());
  for (const auto& layer : trace.events) {
    for (const Event& e : layer) {
      const auto owner = s.owners.of(e);
      if (owner != Owners::none) by_population[static_cast<std::size_t>(owner)].push_back(e);
    }
  }
  ExpectedResult result;
  for (const Drain& drain : s.image.gateway.drains)
    result.drains.push_back(by_population[static_cast<std::size_t>(drain.population)]);
  result.outputs = std::move(trace.outputs);
  result.counts = std::move(trace.counts);
  s.results.push_back(std::move(result));
  if (s.traced) {
    for (std::size_t p = 0; p < by_population.size(); ++p)
      s.populations[p].frames.push_back(std::move(by_population[p]));
  }
  s.times.emplace_back(s.network.layers.size());
  ++s.submitted;
}

void Lockstep::skip(const Frame& frame) {
  State& s = *state_;
  const FrameTrace trace = s.golden.step(frame);
  s.sums.start_from(trace.outputs);
  s.count(trace.counts);
  s.times.emplace_back(s.network.layers.size());
  ++s.submitted;
  for (Expected& population : s.populations) ++population.frame;
}

void Lockstep::fired(const Firing& firing) {
  State& s = *state_;
  const std::int32_t source = s.source(firing);
  if (source == Owners::none) {
    const Mismatch at{firing.frame,
                      "none",
                      firing.y,
                      firing.x,
                      firing.c,
                      {},
                      firing.value,
                      firing.cycle,
                      "event",
                      fmt::format("tile ({}, {}), population {}, which the image does not have", firing.tile.y,
                                  firing.tile.x, firing.pop)};
    throw LockstepError(at);
  }
  const auto p = static_cast<std::size_t>(source);
  Expected& expected = s.populations[p];
  const Event got{s.layer_of(p), firing.y, firing.x, firing.c, firing.value};
  const auto extra = [&] { s.fail(firing.frame, got.layer, got, {}, got.value, firing.cycle, "event", s.place_of(p)); };
  if (firing.frame < expected.frame || firing.frame >= s.submitted) extra();
  while (expected.frame < firing.frame) s.end_frame(p);
  if (expected.done()) extra();
  const Event& want = expected.frames.front()[expected.next];
  if (want != got) s.fail(firing.frame, want, got, firing.cycle, "event", p);
  ++expected.next;
  expected.last_cycle = firing.cycle;
  s.note(firing.frame, got.layer, firing.cycle);
  ++s.checked;
}

const std::vector<Tensor>& Lockstep::collected(const FrameResult& result) {
  State& s = *state_;
  const ExpectedResult want = std::move(s.results.front());
  s.results.pop_front();
  s.compare_records(result, want);
  s.sums.add(result);
  s.compare_outputs(result, want);
  s.count(want.counts);
  // A population that an output does not wait for may be late: at most by a frame for each layer between, since its
  // sources need its credit to go on.
  const int over = result.frame - static_cast<int>(s.network.layers.size());
  for (std::size_t p = 0; p < s.populations.size() && s.traced; ++p) {
    while (s.populations[p].frame <= over) s.end_frame(p);
  }
  return s.sums.outputs();
}

void Lockstep::finish() {
  State& s = *state_;
  for (std::size_t p = 0; p < s.populations.size() && s.traced; ++p) {
    while (!s.populations[p].frames.empty()) s.end_frame(p);
  }
}

std::int64_t Lockstep::events_checked() const { return state_->checked; }
const std::vector<LayerCounts>& Lockstep::counts() const { return state_->counts; }
const std::vector<std::vector<LayerTime>>& Lockstep::times() const { return state_->times; }

}  // namespace eddy

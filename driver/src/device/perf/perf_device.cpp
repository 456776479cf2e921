// SPDX-License-Identifier: Apache-2.0
/// The untimed model with time: its parts take their turns in the order of a clock, and what they do costs cycles.
/// docs/perf.md.
#include <cstdlib>
#include <deque>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "device/model/gateway.hpp"
#include "device/model/places.hpp"
#include "device/perf/part.hpp"
#include "eddy/device.hpp"
#include "eddy/error.hpp"

namespace eddy {
namespace {

using namespace perf;
using model::Kind, model::Message, model::Work;

std::uint64_t queue_room(const TileImage& tile) {
  constexpr std::uint64_t EntriesAWord = 2, InRegisters = 8;
  for (const RegisterValue& r : tile.registers) {
    if (r.reg == static_cast<std::uint8_t>(pkg::reg_e::RegQueueWords)) return EntriesAWord * r.value + InRegisters;
  }
  return InRegisters;
}

class PerfDevice final : public Device, private model::Fabric {
 public:
  [[nodiscard]] std::string backend() const override { return "perf"; }

  void load(const Image& image) override {
    places_.emplace(image);
    rows_ = image.rows;
    columns_ = image.columns;
    parts_.clear();
    turns_ = {};
    first_cycles_.clear();
    now_ = order_ = 0;
    most_ahead_ = 2;
    const int words = image.banks * static_cast<int>(pkg::BankWords);
    for (const TileImage& tile : image.tiles) {
      Part& part = parts_.emplace_back();
      part.place = tile.tile;
      part.tile = std::make_unique<model::Tile>(tile, words);
      part.fill = Fill(queue_room(tile));
      most_ahead_ += 2 * part.tile->populations();
    }
    parts_.emplace_back().place = image.gateway.tile;
    parts_.back().fill = Fill(ResultsRoom);
    gateway_.emplace(image.gateway);
    gateway_->set_frames_in_flight(in_flight_);
    elements_of_beat_ = !image.gateway.pixels ? BeatBytes / 2 : BeatBytes;
    sends_delta_ = image.gateway.send_delta;
    submitted_ = collected_ = 0;
    for (std::size_t part = 0; part < parts_.size(); ++part) wake(part, 0);
  }

  void set_frames_in_flight(int frames) override {
    in_flight_ = frames;
    if (gateway_) gateway_->set_frames_in_flight(frames);
  }

  void submit(const Frame& frame) override {
    if (!gateway_) throw UsageError("perf: no image is loaded");
    begin(parts_.size() - 1, now_);
    gateway_->submit(*this, frame);
    ++submitted_;
    wake(parts_.size() - 1, now_);
  }

  FrameResult collect() override {
    if (collected_ == submitted_) throw UsageError("perf: no frame is in flight");
    while (!gateway_->finished()) {
      if (!turn()) throw RunError("perf: no part can go on. Who waits for what:\n" + waiting());
    }
    ++collected_;
    FrameResult result = gateway_->take();
    result.first_cycle = first_cycles_.front();
    first_cycles_.pop_front();
    result.last_cycle = now_ + ResultBehind;
    return result;
  }

  std::vector<TileCounters> counters() override {
    while (turn()) {
    }
    std::vector<TileCounters> result;
    for (const Part& part : parts_) {
      if (part.tile) result.push_back(part.tile->counters());
    }
    return result;
  }

  [[nodiscard]] std::uint64_t cycles() const override { return now_; }

  bool trace(std::function<void(const Firing&)> f) override {
    trace_ = nullptr;
    if (f) {
      trace_ = [this, f = std::move(f)](Firing firing) {
        firing.cycle = ready_;
        f(firing);
      };
    }
    return true;
  }

 private:
  struct Turn {
    Cycle time;
    std::size_t part;
    bool operator<(const Turn& other) const { return time != other.time ? time > other.time : part > other.part; }
  };

  void wake(std::size_t part, Cycle time) { turns_.push({time, part}); }

  /// The next part that may have something to do has its turn. False where none may.
  bool turn() {
    if (turns_.empty()) return false;
    const Turn next = turns_.top();
    turns_.pop();
    now_ = std::max(now_, next.time);
    if (parts_[next.part].tile)
      tile_turn(next.part);
    else
      gateway_turn(next.part);
    return true;
  }

  void tile_turn(std::size_t index) {
    Part& part = parts_[index];
    for (; part.credits.arrived(now_); part.credits.pop()) part.tile->receive(part.credits.message());
    for (; part.stream.arrived(now_); part.stream.pop()) {
      const Cycle time = part.stream.time();
      const bool token = part.stream.message().kind == Kind::token;
      if (token && part.counts_at(time) > now_) {
        wake(index, part.counts_at(time));
        break;
      }
      part.tile->receive(part.stream.message());
      const Cycle cycles = part.tile->integrate_next();
      if (!token) part.integrate(time, cycles);
    }
    if (part.row_free > now_) return;
    begin(index, now_ + RowStart);
    if (!part.tile->sweep_next(*this, trace_)) return;
    if (part.tile->frames() > submitted_ + most_ahead_)
      throw RunError(fmt::format("perf: {} runs ahead of all frames: it waits for nobody", name_of(part.place)));
    part.row_free = drained_;
    const double row = static_cast<double>(drained_ - now_);
    part.stolen = std::min(0.75, static_cast<double>(reads_) / row);
    part.stolen_until = drained_;
    wake(index, part.row_free);
  }

  void gateway_turn(std::size_t index) {
    Part& part = parts_[index];
    begin(index, now_);
    for (; part.credits.arrived(now_); part.credits.pop()) gateway_->receive(*this, part.credits.message());
    for (; part.stream.arrived(now_); part.stream.pop()) gateway_->receive(*this, part.stream.message());
    if (part.row_free > now_ || !gateway_->ready()) return;
    const bool first = gateway_->row() == 0;
    if (first) first_cycles_.push_back(now_);
    begin(index, now_ + (first ? FrameStart : 0));
    // A first frame and spatial ones have no references to read.
    beat_ = frames_begun() == 1 || !sends_delta_ ? 1 : 2;
    row_begins_ = walk_;
    gateway_->step(*this, trace_);
    part.row_free = std::max(walk_, drained_ - ScanBehind) + (gateway_->row() == 0 ? FrameEnd : 0);
    wake(index, part.row_free);
  }

  // ---------------------------------------------------------------- the row that is being sent
  void begin(std::size_t part, Cycle time) {
    from_ = part;
    walk_ = ready_ = drained_ = time;
    flit_ = std::max(time, parts_[part].sent);
    opened_ = axons_ = reads_ = 0;
  }

  void did(Work work, int amount) override {
    const auto n = static_cast<Cycle>(amount);
    switch (work) {
      case Work::open:
        axons_ = n;
        opened_ = std::max(walk_, parts_[from_].emit_free) + n + OpenBehind;
        ready_ = std::max(ready_, opened_);
        break;
      case Work::look:
        walk_ += n + RowLook;
        break;
      case Work::pixel:
        walk_ = std::max(walk_, flit_ > ResultsWait ? flit_ - ResultsWait : 0) + PairOfWords * n;
        ready_ = std::max(walk_ + ResultsBehind, opened_);
        reads_ += n;
        break;
      case Work::scan:
        walk_ = row_begins_ + (n + elements_of_beat_ - 1) / elements_of_beat_ * beat_;
        ready_ = std::max(walk_ + ScanBehind, opened_);
        break;
      case Work::drain:
        drained_ = std::max(ready_, flit_) + 1;
        ready_ = drained_ + axons_ + SaveBehind;
        parts_[from_].emit_free = ready_ + axons_;
        break;
    }
  }

  /// One flit a cycle leaves a part.
  void send(const Message& message) override {
    const std::size_t index = message.dest.io ? parts_.size() - 1 : (*places_)[message.dest.tile];
    Part& to = parts_[index];
    parts_[from_].sent = flit_ = std::max(flit_ + 1, ready_);
    const Cycle way = links(parts_[from_].place, to.place) + Door;
    if (message.kind == Kind::credit) {
      to.credits.add(flit_ + way, order_++, message);
      wake(index, flit_ + way);
      return;
    }
    parts_[from_].sent = flit_ = std::max(flit_, to.fill.enter(flit_ + way) - way);
    const Cycle arrives = to.tile ? flit_ + way : to.fill.empty();
    to.stream.add(arrives, order_++, message);
    if (message.kind == Kind::token) wake(index, arrives);
  }

  [[nodiscard]] Cycle links(TileAt a, TileAt b) const {
    const auto ring = [](int from, int to, int size) {
      const int way = std::abs(from - to);
      return static_cast<Cycle>(std::min(way, size - way));
    };
    return ring(a.y, b.y, rows_) + ring(a.x, b.x, columns_);
  }

  [[nodiscard]] int frames_begun() const { return collected_ + static_cast<int>(first_cycles_.size()); }

  [[nodiscard]] std::string waiting() const {
    std::string text = gateway_->waiting();
    for (const Part& part : parts_) text += part.tile ? part.tile->waiting() : "";
    return text;
  }

  std::optional<model::Places> places_;
  int rows_ = 0, columns_ = 0;
  std::deque<Part> parts_;  // tiles as in the image, then the gateway
  std::optional<model::Gateway> gateway_;
  std::priority_queue<Turn> turns_;
  std::function<void(const Firing&)> trace_;
  Cycle now_ = 0;
  std::uint64_t order_ = 0;  // of messages

  // The row that is being sent: from where, when its words are walked, when what comes of them is ready, when the last
  // flit left, when all have, when its axons were known, how many; pairs of words that were read.
  std::size_t from_ = 0;
  Cycle walk_ = 0, ready_ = 0, flit_ = 0, drained_ = 0, opened_ = 0, axons_ = 0, reads_ = 0;
  Cycle row_begins_ = 0, beat_ = 1;
  Cycle elements_of_beat_ = BeatBytes;
  bool sends_delta_ = true;

  std::deque<Cycle> first_cycles_;  // of frames begun and not collected
  int most_ahead_ = 2;              // as in the model
  int in_flight_ = 1;
  int submitted_ = 0, collected_ = 0;
};

}  // namespace

std::unique_ptr<Device> make_perf_device() { return std::make_unique<PerfDevice>(); }

}  // namespace eddy

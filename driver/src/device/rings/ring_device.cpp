// SPDX-License-Identifier: Apache-2.0
#include "device/rings/ring_device.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "device/rings/frame_format.hpp"
#include "device/rings/registers.hpp"
#include "eddy/error.hpp"
#include "eddy/sim/state_stream.hpp"

namespace eddy::rings {
namespace {

using host_pkg::descriptor_t;
using host_pkg::host_err_e;
using host_pkg::op_e;

// A frame and its references are read side by side. Half of this apart, they never meet in a bank of a memory whose
// banks take turns within it (docs/driver-host.md).
constexpr std::uint64_t BankTurn = 16384;
constexpr int MostInFlight = 255;             // register IN_FLIGHT
constexpr int FillPolls = 100'000;            // a fill takes a cycle a word; a poll takes a round trip at least
constexpr std::uint32_t ShortLimit = 20'000;  // cycles: waits that cannot end any more end by it
constexpr std::uint64_t SettleCycles = 5'000;
constexpr int SettlePolls = 10'000;

constexpr std::uint32_t field(std::uint32_t value, unsigned position) { return value << position; }

}  // namespace

RingDevice::RingDevice(Transport& transport, std::string name, const Limits& limits, BackDoor* back_door)
    : transport_(transport),
      name_(name),
      back_door_(back_door),
      gateway_(transport, std::move(name), limits),
      chip_(gateway_.get(EDDY_REGISTER(CHIP))),
      place_(gateway_.get(EDDY_REGISTER(GATEWAY))) {}

// ---------------------------------------------------------------- load

void RingDevice::load(const Image& image) {
  check_chip(image);
  if (ending) ending(true);
  stop();
  if (ending) ending(false);
  image_ = std::make_unique<Image>(image);
  gateway_.image = image_.get();
  failed_ = true;  // until all is loaded
  frames_posted_ = frames_collected_ = 0;
  gateway_.restart();
  load_tiles();
  load_gateway();
  free_ = HostGateway::Free;
  slots_.clear();
  references_ = allocate(frame_bytes(image_->gateway), BankTurn / 2);
  drain_records_ = std::max(1U, most_records(*image_));
  set_frames_in_flight(in_flight_);
  set_running(true);
  fence();
  failed_ = false;
  loaded_at_ = transport_.cycles();
  gateway_loaded_at_ = gateway_.cycle();
}

void RingDevice::check_chip(const Image& image) {
  const auto byte = [&](unsigned position) { return static_cast<int>(chip_ >> position & 0xFF); };
  const int rows = byte(EDDY_CSR__CHIP__ROWS_bp), columns = byte(EDDY_CSR__CHIP__COLS_bp);
  const int lanes = byte(EDDY_CSR__CHIP__LANES_bp), banks = byte(EDDY_CSR__CHIP__BANKS_bp);
  if (rows != image.rows || columns != image.columns || lanes != image.lanes || banks < image.banks) {
    throw FitError(fmt::format(
        "{}: the image is for chip {} of {}x{} tiles, {} lanes, {} banks, but this one has {}x{}, {}, {}", name_,
        image.chip, image.rows, image.columns, image.lanes, image.banks, rows, columns, lanes, banks));
  }
  const auto tile = pkg::tile_id_t::from_u64(place_ & EDDY_CSR__GATEWAY__TILE_bm);
  if (TileAt{tile.y, tile.x} != image.gateway.tile)
    throw FitError(fmt::format("{}: the image's gateway is at tile ({}, {}), this one at ({}, {})", name_,
                               image.gateway.tile.y, image.gateway.tile.x, tile.y, tile.x));
  if (image.gateway.drains.empty()) throw FitError(name_ + ": the image has no output");
}

/// Ends what is under way, and halts the tiles of the image before.
void RingDevice::stop() {
  if (!image_) return;
  waiting_.clear();
  if (!failed_) {
    try {
      abort_frames();
    } catch (const RunError&) {
      failed_ = true;  // what was given up need not end well
    }
  }
  if (failed_) let_limits_pass();
  posted_.clear();
  gateway_.restart();
  settle();
  set_running(false);
  fence();
}

/// Frames in flight end at once, without results.
void RingDevice::abort_frames() {
  if (posted_.empty()) return;
  gateway_.set_control(EDDY_CSR__CONTROL__ABORT_bm);
  gateway_.wait([&] {
    return gateway_.drains().completed() > posted_.back().drain &&
           gateway_.commands().completed() > posted_.back().command;
  });
  gateway_.set_control(0);
}

/// After an error nothing in flight may ever end by itself; what the gateway waits for ends by its limits.
void RingDevice::let_limits_pass() {
  gateway_.set(EDDY_REGISTER(INT_ENABLE), 0);
  gateway_.set(EDDY_REGISTER(LIMIT_NET), ShortLimit);
  gateway_.set(EDDY_REGISTER(LIMIT_FRAME), ShortLimit);
  for (std::uint64_t waited = 0; waited < 4 * ShortLimit; waited += SettleCycles)
    transport_.wait_interrupt(SettleCycles);
}

void RingDevice::settle() {
  std::vector<HostGateway::Words> ranges;
  for (const TileImage& tile : image_->tiles) {
    for (const auto counter : {pkg::counter_e::CntMacWords, pkg::counter_e::CntPixelsSwept,
                               pkg::counter_e::CntTokensOut, pkg::counter_e::CntCreditsOut}) {
      const unsigned reg = static_cast<unsigned>(pkg::reg_e::RegCounters) + 2 * static_cast<unsigned>(counter);
      ranges.push_back({core_of(tile.tile), register_address(reg), 1});
    }
  }
  auto before = gateway_.read(ranges);
  for (int i = 0; i < SettlePolls; ++i) {
    transport_.wait_interrupt(SettleCycles);
    auto now = gateway_.read(ranges);
    if (now == before) return;
    before = std::move(now);
  }
  throw RunError(name_ + ": the tiles do not come to rest");
}

void RingDevice::load_tiles() {
  if (back_door_ != nullptr) {
    for (const TileImage& tile : image_->tiles) {
      Records writes;
      add_tables(writes, tile);
      back_door_->load(tile, writes);
    }
  } else {
    fill();
    for (const TileImage& tile : image_->tiles) {
      Records records;
      add_ram(records, tile, image_->lanes);
      add_tables(records, tile);
      gateway_.execute_list(op_e::OpLoad, records);
    }
  }
  Records records;
  for (const TileImage& tile : image_->tiles) {
    records.push_back(register_record(tile.tile, pkg::reg_e::RegErrorLo, 0));
    records.push_back(register_record(tile.tile, pkg::reg_e::RegReset, 0));
  }
  gateway_.execute_list(op_e::OpLoad, records);
  fence();
}

/// Zeros in all RAM of the tiles. The host's own writes go before the fill, so it has to be over when they come.
void RingDevice::fill() {
  const auto words = static_cast<std::uint32_t>(image_->banks) * pkg::BankWords;
  Records records;
  std::vector<HostGateway::Words> left;
  for (const TileImage& tile : image_->tiles) {
    records.push_back(register_record(tile.tile, pkg::reg_e::RegFillBase, 0));
    records.push_back(register_record(tile.tile, pkg::reg_e::RegFillWords, words));
    left.push_back({core_of(tile.tile), register_address(pkg::reg_e::RegFillWords), 1});
  }
  gateway_.execute_list(op_e::OpLoad, records);
  for (int i = 0; i < FillPolls; ++i) {
    const auto answers = gateway_.read(left);
    if (std::ranges::all_of(answers, [](const auto& a) { return a.front() == 0; })) return;
  }
  throw RunError(name_ + ": the fill of the tiles' memory does not end");
}

void RingDevice::load_gateway() {
  const GatewayImage& g = image_->gateway;
  Records records;
  add_gateway_tables(records, g);
  gateway_.execute_list(op_e::OpTable, records);
  gateway_.set(EDDY_REGISTER(INPUT_SHAPE),
               field(static_cast<std::uint32_t>(g.input.h), EDDY_CSR__INPUT_SHAPE__ROWS_bp) |
                   field(static_cast<std::uint32_t>(g.input.w), EDDY_CSR__INPUT_SHAPE__COLS_bp));
  gateway_.set(EDDY_REGISTER(INPUT_FORMAT),
               field(static_cast<std::uint32_t>(g.input.c), EDDY_CSR__INPUT_FORMAT__CHANS_bp) |
                   field(g.pixels ? 0 : 1, EDDY_CSR__INPUT_FORMAT__WIDE_bp) |
                   field(g.send_delta ? 0 : 1, EDDY_CSR__INPUT_FORMAT__SPATIAL_bp) |
                   field(static_cast<std::uint32_t>(g.xbits), EDDY_CSR__INPUT_FORMAT__XBITS_bp) |
                   field(static_cast<std::uint32_t>(g.cbits), EDDY_CSR__INPUT_FORMAT__CBITS_bp));
  for (std::uint32_t c = 0; c < host_pkg::PixelChans; ++c) {
    const int theta = c < g.theta.size() ? g.theta[c] : 0;
    gateway_.set(EDDY_REGISTER(INPUT_THETA) + 4 * c, static_cast<std::uint32_t>(theta));
  }
  gateway_.set(EDDY_REGISTER(IN_AXONS), static_cast<std::uint32_t>(g.drains.size()));
  gateway_.set(EDDY_REGISTER(OUT_AXONS), static_cast<std::uint32_t>(g.out_axons));
}

void RingDevice::set_running(bool run) {
  Records records;
  for (const TileImage& tile : image_->tiles)
    records.push_back(register_record(tile.tile, pkg::reg_e::RegControl, run ? 1 : 0));
  gateway_.execute_list(op_e::OpLoad, records);
}

/// One word read back from each tile: all writes before it are done.
void RingDevice::fence() {
  Records records;
  for (const TileImage& tile : image_->tiles) records.push_back(register_record(tile.tile, pkg::reg_e::RegPops, 0));
  gateway_.execute_list(op_e::OpFence, records);
}

/// A buffer that begins `offset` behind a turn of the banks.
std::uint64_t RingDevice::allocate(std::uint64_t bytes, std::uint64_t offset) {
  const std::uint64_t address = (free_ + BankTurn - 1) / BankTurn * BankTurn + offset;
  free_ = address + bytes;
  return address;
}

// ---------------------------------------------------------------- frames

void RingDevice::set_frames_in_flight(int frames) {
  if (frames < 1 || frames > MostInFlight)
    throw UsageError(
        fmt::format("{}: {} frames in flight, between 1 and {} are possible", name_, frames, MostInFlight));
  in_flight_ = frames;
  gateway_.set(EDDY_REGISTER(IN_FLIGHT), static_cast<std::uint32_t>(frames));
  if (image_) add_slots();
}

/// One more than may be in flight: the next frame waits in memory.
void RingDevice::add_slots() {
  while (slots_.size() <= static_cast<std::size_t>(in_flight_)) {
    Slot slot;
    slot.values = allocate(frame_bytes(image_->gateway), 0);
    slot.results = allocate(drain_bytes(drain_records_), 0);
    slots_.push_back(slot);
  }
}

void RingDevice::submit(const Frame& frame) {
  if (!image_) throw UsageError(name_ + ": no image is loaded");
  if (failed_) throw UsageError(name_ + ": an error has ended the run: load the image again");
  waiting_.push_back(frame_to_bytes(image_->gateway, frame));
  post_frames();
}

std::size_t RingDevice::free_slot() const {
  std::size_t slot = 0;
  while (std::ranges::find(posted_, slot, &Posted::slot) != posted_.end()) ++slot;
  return slot;
}

/// A frame's drain buffer is there before it starts.
void RingDevice::post_frames() {
  while (!waiting_.empty() && posted_.size() < slots_.size() && !gateway_.commands().full() &&
         !gateway_.drains().full()) {
    Posted frame;
    frame.slot = free_slot();
    const Slot& slot = slots_[frame.slot];
    transport_.write_memory(slot.values, waiting_.front());
    waiting_.pop_front();
    frame.drain =
        gateway_.drains().post({.count = drain_records_, .address = slot.results, .irq = true, .op = op_e::OpDrain});
    frame.command = gateway_.commands().post({.address_b = references_,
                                              .address = slot.values,
                                              .parity = frames_posted_ % 2 == 1,
                                              .first = frames_posted_ == 0,
                                              .irq = true,  // it may end after its results
                                              .op = op_e::OpFrame});
    posted_.push_back(frame);
    ++frames_posted_;
  }
}

FrameResult RingDevice::collect() {
  if (posted_.empty()) throw UsageError(name_ + ": no frame is in flight");
  if (failed_) throw UsageError(name_ + ": an error has ended the run: load the image again");
  const Posted frame = posted_.front();
  try {
    gateway_.wait(
        [&] { return gateway_.drains().completed() > frame.drain && gateway_.commands().completed() > frame.command; });
    FrameResult result = take(frame);
    posted_.pop_front();
    ++frames_collected_;
    post_frames();
    return result;
  } catch (...) {
    failed_ = true;
    throw;
  }
}

FrameResult RingDevice::take(const Posted& frame) {
  const auto sent = gateway_.commands().end_of(frame.command), drained = gateway_.drains().end_of(frame.drain);
  for (const auto& end : {sent, drained}) {
    if (end.code != host_err_e::HostOk) gateway_.fail(end);
  }
  std::vector<std::uint8_t> bytes(drain_bytes(drained.count));
  transport_.read_memory(slots_[frame.slot].results, bytes);
  FrameResult result;
  result.frame = static_cast<int>(frames_collected_);
  result.records = records_from_bytes(image_->gateway, bytes);
  result.first_cycle = sent.start - gateway_loaded_at_ + loaded_at_;
  result.last_cycle = drained.finish - gateway_loaded_at_ + loaded_at_;
  return result;
}

// ---------------------------------------------------------------- counters

std::vector<TileCounters> RingDevice::counters() {
  if (!image_) throw UsageError(name_ + ": no image is loaded");
  if (!posted_.empty()) throw UsageError(name_ + ": counters are read while no frame is in flight");
  settle();
  std::vector<HostGateway::Words> ranges;
  for (const TileImage& tile : image_->tiles) {
    const auto pops =
        static_cast<std::uint32_t>(std::ranges::count(image_->populations, tile.tile, &PopulationInfo::tile));
    ranges.push_back({core_of(tile.tile), register_address(pkg::reg_e::RegCounters), 2 * pkg::NumCounters});
    ranges.push_back({core_of(tile.tile), register_address(pkg::reg_e::RegPopCounters), pkg::PopCounterWords * pops});
  }
  const auto words = gateway_.read(ranges);
  const auto counter = [](const std::vector<std::uint32_t>& w, std::size_t i) {
    return std::uint64_t{w[2 * i + 1]} << 32 | w[2 * i];
  };
  std::vector<TileCounters> result;
  for (std::size_t t = 0; t < image_->tiles.size(); ++t) {
    TileCounters tile;
    tile.tile = image_->tiles[t].tile;
    for (std::size_t i = 0; i < pkg::NumCounters; ++i) tile.values.push_back(counter(words[2 * t], i));
    const auto& pops = words[2 * t + 1];
    for (std::size_t p = 0; p < pops.size() / pkg::PopCounterWords; ++p) {
      const auto of = [&](pkg::pop_counter_e c) {
        return counter(pops, p * (pkg::PopCounterWords / 2) + static_cast<std::size_t>(c));
      };
      tile.populations.push_back({of(pkg::pop_counter_e::PopEventsIn), of(pkg::pop_counter_e::PopMacWords),
                                  of(pkg::pop_counter_e::PopNeuronsSwept)});
    }
    result.push_back(std::move(tile));
  }
  return result;
}

std::uint64_t RingDevice::cycles() const { return transport_.cycles(); }

// ---------------------------------------------------------------- saved states

void RingDevice::save_host(std::ostream& state) const {
  if (!image_ || failed_) throw UsageError(name_ + ": there is no run whose state could be saved");
  if (!posted_.empty() || !waiting_.empty()) throw UsageError(name_ + ": a state is saved while no frame is in flight");
  gateway_.save(state);
  sim::put(state, free_);
  sim::put(state, references_);
  sim::put(state, in_flight_);
  sim::put(state, std::uint64_t{slots_.size()});
  for (const Slot& slot : slots_) sim::put(state, slot);
  sim::put(state, frames_posted_);
  sim::put(state, loaded_at_);
  sim::put(state, gateway_loaded_at_);
}

void RingDevice::restore_host(const Image& image, std::istream& state) {
  check_chip(image);
  image_ = std::make_unique<Image>(image);
  gateway_.image = image_.get();
  drain_records_ = std::max(1U, most_records(*image_));
  const int wanted = in_flight_;
  gateway_.restore(state);
  sim::get(state, free_);
  sim::get(state, references_);
  sim::get(state, in_flight_);
  std::uint64_t slots = 0;
  sim::get(state, slots);
  slots_.resize(slots);
  for (Slot& slot : slots_) sim::get(state, slot);
  sim::get(state, frames_posted_);
  sim::get(state, loaded_at_);
  sim::get(state, gateway_loaded_at_);
  frames_collected_ = frames_posted_;
  posted_.clear();
  waiting_.clear();
  failed_ = false;
  if (wanted != in_flight_) set_frames_in_flight(wanted);
}

}  // namespace eddy::rings

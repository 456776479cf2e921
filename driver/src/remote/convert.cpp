// SPDX-License-Identifier: Apache-2.0
#include "remote/convert.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

#include <fmt/format.h>

#include "eddy/error.hpp"

namespace eddy::remote {
namespace {

using remote_proto::Failure;

constexpr std::uint32_t MostCoordinate = 0xFFFF;  // of tiles, neurons, drains
constexpr std::uint32_t MostFrame = 0x7FFF'FFFF;
constexpr std::uint32_t MostSide = 4096;                    // of a frame: 12 bits
constexpr std::int64_t MostValues = std::int64_t{1} << 28;  // of a frame

std::uint32_t u(int v) { return static_cast<std::uint32_t>(v); }

int number(std::uint32_t v, std::uint32_t most, const char* what) {
  if (v > most) throw ConnectionError(fmt::format("a message names {} {}, {} is the most", what, v, most));
  return static_cast<int>(v);
}

int coordinate(std::uint32_t v) { return number(v, MostCoordinate, "coordinate"); }

std::int16_t value16(std::int32_t v) {
  using Limits = std::numeric_limits<std::int16_t>;
  if (v < Limits::min() || v > Limits::max())
    throw ConnectionError(fmt::format("a message holds value {}, which has more than 16 bits", v));
  return static_cast<std::int16_t>(v);
}

/// The columns' common length.
template <typename First, typename... Columns>
int length(const char* what, const First& first, const Columns&... columns) {
  if (((columns.size() != first.size()) || ...))
    throw ConnectionError(fmt::format("a message of {} has columns of unequal length", what));
  return first.size();
}

}  // namespace

void put(const Frame& from, remote_proto::Submit& to) {
  to.set_h(u(from.shape.h));
  to.set_w(u(from.shape.w));
  to.set_c(u(from.shape.c));
  to.set_pixels(from.pixels.data(), from.pixels.size());
  to.mutable_activations()->Assign(from.activations.begin(), from.activations.end());
}

Frame get(const remote_proto::Submit& from) {
  Frame to;
  to.shape.h = number(from.h(), MostSide, "frame height");
  to.shape.w = number(from.w(), MostSide, "frame width");
  to.shape.c = number(from.c(), MostCoordinate, "channels");
  if (to.shape.count() > MostValues)
    throw ConnectionError(
        fmt::format("a message names a frame of {} values, {} is the most", to.shape.count(), MostValues));
  to.pixels.assign(from.pixels().begin(), from.pixels().end());
  to.activations.reserve(static_cast<std::size_t>(from.activations_size()));
  for (const std::int32_t v : from.activations()) to.activations.push_back(value16(v));
  return to;
}

void put(const FrameResult& from, remote_proto::Result& to) {
  to.set_frame(u(from.frame));
  to.set_first_cycle(from.first_cycle);
  to.set_last_cycle(from.last_cycle);
  for (const Record& r : from.records) {
    to.add_drain(u(r.drain));
    to.add_y(u(r.y));
    to.add_x(u(r.x));
    to.add_c(u(r.c));
    to.add_value(r.value);
  }
}

FrameResult get(const remote_proto::Result& from) {
  FrameResult to;
  to.frame = number(from.frame(), MostFrame, "frame");
  to.first_cycle = from.first_cycle();
  to.last_cycle = from.last_cycle();
  const int records = length("records", from.drain(), from.y(), from.x(), from.c(), from.value());
  to.records.reserve(static_cast<std::size_t>(records));
  for (int i = 0; i < records; ++i) {
    to.records.push_back({coordinate(from.drain(i)), coordinate(from.y(i)), coordinate(from.x(i)),
                          coordinate(from.c(i)), value16(from.value(i))});
  }
  return to;
}

void put(const std::vector<TileCounters>& from, remote_proto::Counters& to) {
  for (const TileCounters& tile : from) {
    auto& t = *to.add_tiles();
    t.set_y(u(tile.tile.y));
    t.set_x(u(tile.tile.x));
    t.mutable_values()->Assign(tile.values.begin(), tile.values.end());
    for (const PopulationCounters& p : tile.populations) {
      t.add_events_in(p.events_in);
      t.add_mac_words(p.mac_words);
      t.add_neurons_swept(p.neurons_swept);
    }
  }
}

std::vector<TileCounters> get(const remote_proto::Counters& from) {
  std::vector<TileCounters> to;
  for (const auto& t : from.tiles()) {
    TileCounters& tile = to.emplace_back();
    tile.tile = {coordinate(t.y()), coordinate(t.x())};
    tile.values.assign(t.values().begin(), t.values().end());
    const int populations = length("counters", t.events_in(), t.mac_words(), t.neurons_swept());
    for (int p = 0; p < populations; ++p)
      tile.populations.push_back({t.events_in(p), t.mac_words(p), t.neurons_swept(p)});
  }
  return to;
}

void put(const Chip& from, remote_proto::Welcome& to) {
  to.set_chip(from.name);
  to.set_rows(u(from.rows));
  to.set_columns(u(from.columns));
  to.set_banks(u(from.banks));
  to.set_lanes(u(from.lanes));
  to.set_gateway_y(u(from.gateway.y));
  to.set_gateway_x(u(from.gateway.x));
}

Chip get(const remote_proto::Welcome& from) {
  Chip to;
  to.name = from.chip();
  to.rows = coordinate(from.rows());
  to.columns = coordinate(from.columns());
  to.banks = coordinate(from.banks());
  to.lanes = coordinate(from.lanes());
  to.gateway = {coordinate(from.gateway_y()), coordinate(from.gateway_x())};
  return to;
}

void put(const Firing& from, std::uint64_t last_cycle, remote_proto::Firings& to) {
  to.add_frame(u(from.frame));
  to.add_tile_y(u(from.tile.y));
  to.add_tile_x(u(from.tile.x));
  to.add_pop(from.pop);
  to.add_y(u(from.y));
  to.add_x(u(from.x));
  to.add_c(u(from.c));
  to.add_value(from.value);
  to.add_cycle(static_cast<std::int64_t>(from.cycle - last_cycle));
}

void for_each(const remote_proto::Firings& from, const std::function<void(const Firing&)>& f) {
  const int firings = length("firings", from.frame(), from.tile_y(), from.tile_x(), from.pop(), from.y(), from.x(),
                             from.c(), from.value(), from.cycle());
  std::uint64_t cycle = 0;
  for (int i = 0; i < firings; ++i) {
    cycle += static_cast<std::uint64_t>(from.cycle(i));
    f({.frame = number(from.frame(i), MostFrame, "frame"),
       .tile = {coordinate(from.tile_y(i)), coordinate(from.tile_x(i))},
       .pop = from.pop(i) == frame_input ? frame_input : coordinate(u(from.pop(i))),
       .y = coordinate(from.y(i)),
       .x = coordinate(from.x(i)),
       .c = coordinate(from.c(i)),
       .value = value16(from.value(i)),
       .cycle = cycle});
  }
}

void put(const std::exception& from, Failure& to) {
  const auto kind = [&] {
    if (dynamic_cast<const MismatchError*>(&from) != nullptr) return remote_proto::MISMATCH;
    if (dynamic_cast<const UsageError*>(&from) != nullptr) return remote_proto::USAGE;
    if (dynamic_cast<const ModelError*>(&from) != nullptr) return remote_proto::MODEL;
    if (dynamic_cast<const FitError*>(&from) != nullptr) return remote_proto::FIT;
    if (dynamic_cast<const FileError*>(&from) != nullptr) return remote_proto::FILE;
    if (dynamic_cast<const ConnectionError*>(&from) != nullptr) return remote_proto::CONNECTION;
    return remote_proto::RUN;
  };
  to.set_kind(kind());
  const bool known = dynamic_cast<const Error*>(&from) != nullptr;
  to.set_text(known ? from.what() : fmt::format("the device failed: {}", from.what()));
}

void rethrow(const Failure& failure, const std::string& from) {
  const std::string text = fmt::format("{}: {}", from, failure.text());
  switch (failure.kind()) {
    case remote_proto::MISMATCH:
      throw MismatchError(text);
    case remote_proto::USAGE:
      throw UsageError(text);
    case remote_proto::MODEL:
      throw ModelError(text);
    case remote_proto::FIT:
      throw FitError(text);
    case remote_proto::RUN:
      throw RunError(text);
    case remote_proto::FILE:
      throw FileError(text);
    default:
      throw ConnectionError(text);
  }
}

}  // namespace eddy::remote

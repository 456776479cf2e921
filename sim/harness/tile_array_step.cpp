// SPDX-License-Identifier: Apache-2.0
/// A cycle of the array: who is awake, their clock edges, what they put out to their neighbours.
#include <algorithm>
#include <cstring>

#include "harness/checksum.hpp"
#include "harness/tile_array_impl.hpp"

namespace eddy::sim {
namespace {

constexpr std::size_t FewTiles = 3;  // fewer are not worth a second thread

}  // namespace

void TileArray::Impl::find_awake() {
  std::vector<std::uint8_t>& awake = awake_[now_];
  for (const std::size_t tile : used_ends_) {
    if (ends_[tile].in_valid) awake[tile] = 1;
  }
  stepped_.clear();
  if (!skip_quiet_) {
    for (std::uint32_t tile = 0; tile < tiles_.size(); ++tile) stepped_.push_back(tile);
    std::fill(awake.begin(), awake.end(), std::uint8_t{0});
    return;
  }
  for (std::uint32_t group = 0; group < awake.size(); group += 8) {
    std::uint64_t flags = 0;
    std::memcpy(&flags, &awake[group], sizeof flags);
    if (flags == 0) continue;
    for (std::uint32_t tile = group; tile < group + 8; ++tile) {
      if (awake[tile]) stepped_.push_back(tile);
    }
    std::memset(&awake[group], 0, sizeof flags);
  }
}

void TileArray::Impl::whole(std::size_t tile, Member& member) {
  feed(tile, &Tile::cycle);
  pass_on(tile, member);
}

void TileArray::Impl::low_half(std::size_t tile, Member&) { feed(tile, &Tile::low); }

void TileArray::Impl::high_half(std::size_t tile, Member& member) {
  tiles_[tile].high();
  pass_on(tile, member);
}

void TileArray::Impl::feed(std::size_t tile, void (Tile::*call)(const LinkInputs&, const IoEnd&, std::uint32_t)) {
  LinkInputs& links = inputs_[now_][tile];
  if (faults_[tile]) faults_[tile]->credits(links.credit);
  (tiles_[tile].*call)(links, ends_[tile], static_cast<std::uint32_t>(cycle + 1 - last_edge_[tile]));
  last_edge_[tile] = cycle + 1;
  links = {};
}

void TileArray::Impl::pass_on(std::size_t tile, Member& member) {
  Tile& t = tiles_[tile];
  const unsigned next = now_ ^ 1U;
  if (end_used_[tile]) {
    IoEnd& end = ends_[tile];
    if (end.out_valid && end.out_ready) chain_flit(chains_[tile], cycle, kIoPort, 0, end.out_flit);
    t.read_io(end);
  }

  LinkFaults* const faults = faults_[tile].get();
  for (std::size_t port = 0; port < kLinks; ++port) {
    LinkFlit link = t.link(port);
    if (link.valid) chain_flit(chains_[tile], cycle, port, link.vc, link.flit);
    if (faults) faults->pass(port, link);
    const std::uint8_t credit = t.credit(port);
    if (!link.valid && credit == 0) continue;

    const std::size_t neighbour = neighbours_[tile][port];
    LinkInputs& to = inputs_[next][neighbour];
    if (link.valid) {
      to.flit[opposite(port)] = link.flit;
      to.link[opposite(port)] = static_cast<std::uint8_t>(2U | link.vc);
    }
    to.credit[opposite(port)] = credit;
    wake(next, neighbour);
  }
  if (t.active() || (faults && faults->owes())) wake(next, tile);

  if (tracing_) {
    TraceWords words{};
    if (t.trace(words)) member.seen.push_back({tile, words});
  }
}

void TileArray::Impl::share(void (Impl::*half)(std::size_t tile, Member& member)) {
  if (!crew_ || stepped_.size() < FewTiles) {
    for (const std::size_t tile : stepped_) (this->*half)(tile, members_[0]);
    return;
  }
  crew_->run(stepped_.size(),
             [&](std::size_t item, std::size_t member) { (this->*half)(stepped_[item], members_[member]); });
}

void TileArray::Impl::step(const std::function<void(int, int, const pkg::trace_t&)>& on_trace) {
  tracing_ = static_cast<bool>(on_trace);
  find_awake();
  if (waves_ && waves_->records(cycle)) {
    share(&Impl::low_half);
    waves_->dump(cycle, 0);
    share(&Impl::high_half);
    waves_->dump(cycle, 1);
  } else {
    share(&Impl::whole);
  }
  now_ ^= 1U;
  ++cycle;
  evaluated += stepped_.size();

  if (tracing_) show_traces(on_trace);
}

void TileArray::Impl::show_traces(const std::function<void(int, int, const pkg::trace_t&)>& on_trace) {
  shown_.clear();
  for (Member& member : members_) {
    shown_.insert(shown_.end(), member.seen.begin(), member.seen.end());
    member.seen.clear();
  }
  if (crew_) std::sort(shown_.begin(), shown_.end(), [](const Seen& a, const Seen& b) { return a.tile < b.tile; });
  for (const Seen& seen : shown_) {
    const auto tile = static_cast<int>(seen.tile);
    on_trace(tile / columns, tile % columns, pkg::trace_t::unpack(seen.trace));
  }
}

bool TileArray::Impl::quiet() const {
  return std::all_of(awake_[now_].begin(), awake_[now_].end(), [](std::uint8_t flag) { return flag == 0; }) &&
         std::none_of(used_ends_.begin(), used_ends_.end(), [&](std::size_t tile) { return ends_[tile].in_valid; });
}

std::uint64_t TileArray::Impl::checksum() const {
  std::uint64_t sum = 0;
  for (std::size_t tile = 0; tile < chains_.size(); ++tile) sum += tile_part(chains_[tile], tile);
  return sum;
}

}  // namespace eddy::sim

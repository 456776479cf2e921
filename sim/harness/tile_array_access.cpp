// SPDX-License-Identifier: Apache-2.0
/// Into the array and out of it beside the cycles: i/o ends, back door, saved states, faults, who waits.
#include <algorithm>
#include <stdexcept>

#include "harness/common.hpp"
#include "harness/tile_array_impl.hpp"

namespace eddy::sim {

IoEnd& TileArray::Impl::io(std::size_t tile) {
  if (!end_used_[tile]) {
    end_used_[tile] = 1;
    used_ends_.push_back(tile);
    ends_[tile].out_ready = false;
  }
  tiles_[tile].read_io(ends_[tile]);
  return ends_[tile];
}

// The tile alone is clocked, and the messages come in at its i/o end: what they do is what they would do in a run.
void TileArray::Impl::write_host(std::size_t tile, std::span<const HostWrite> writes) {
  if (!quiet()) throw std::logic_error("the back door is open only while all tiles are quiet");
  Tile& t = tiles_[tile];
  const int y = static_cast<int>(tile) / columns, x = static_cast<int>(tile) % columns;
  IoEnd end;
  t.read_io(end);
  for (std::size_t done = 0; done < writes.size() || t.active();) {
    end.in_valid = done < writes.size();
    if (end.in_valid) end.in_flit = write_flit(y, x, writes[done]);
    done += end.in_valid && end.in_ready;
    t.cycle({}, end, 0);
    t.read_io(end);
    for (std::size_t port = 0; port < kLinks; ++port) {
      if (t.link(port).valid) throw std::logic_error("a tile that is written by the back door has sent a message");
    }
  }
}

// A quiet array has nothing in its buffers.
void TileArray::Impl::save(std::ostream& out) {
  if (!quiet()) throw std::logic_error("a state is saved only while all tiles are quiet");
  put(out, cycle);
  put(out, evaluated);
  put(out, last_edge_);
  put(out, chains_);
  put(out, ends_);
  for (Tile& tile : tiles_) tile.save(out);
}

void TileArray::Impl::restore(std::istream& in) {
  get(in, cycle);
  get(in, evaluated);
  get(in, last_edge_);
  get(in, chains_);
  get(in, ends_);
  for (Tile& tile : tiles_) tile.restore(in);
  for (auto& buffer : inputs_) std::ranges::fill(buffer, LinkInputs{});
  for (auto& buffer : awake_) std::ranges::fill(buffer, std::uint8_t{0});
}

void TileArray::Impl::add_fault(const Fault& fault) {
  std::unique_ptr<LinkFaults>& faults = faults_[index(fault.y, fault.x)];
  if (!faults) faults = std::make_unique<LinkFaults>();
  faults->add(fault);
}

std::size_t TileArray::Impl::faults_pending() const {
  std::size_t sum = 0;
  for (const auto& faults : faults_) sum += faults ? faults->pending() : 0;
  return sum;
}

std::string TileArray::Impl::who_waits() const {
  std::string text;
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < columns; ++x) {
      const Tile& tile = tiles_[index(y, x)];
      const std::string name = "tile (" + std::to_string(y) + "," + std::to_string(x) + ")";
      if (tile.active()) text += name + " is at work\n";
      if (tile.waiting()) text += name + " has events or tokens that wait for its MAC\n";
      text += tile.state().who_waits(y, x, tile.wait());
    }
  }
  return text;
}

}  // namespace eddy::sim

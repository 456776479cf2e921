// SPDX-License-Identifier: Apache-2.0
#include "eddy/sim/axi_memory.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "eddy/sim/state_stream.hpp"

namespace eddy::sim {
namespace {

/// The first burst of each transaction number, if it is done: the answers that may be given now.
template <typename Bursts>
std::vector<std::size_t> may_answer(const Bursts& bursts) {
  std::vector<std::size_t> found;
  std::vector<unsigned> seen;
  for (std::size_t i = 0; i < bursts.size(); ++i) {
    if (std::ranges::find(seen, bursts[i].id) != seen.end()) continue;
    seen.push_back(bursts[i].id);
    if (bursts[i].done) found.push_back(i);
  }
  return found;
}

}  // namespace

void AxiMemory::drive(AxiPort& port) const {
  port.read.ready = clock_.can_accept();
  port.write.ready = clock_.can_accept() && writes_.size() < MostBeats;
  port.write_data.ready = !clock_.stalled() && beats_.size() < MostBeats;
  const auto keep_ready = [](auto& channel, auto now) {
    now.ready = channel.ready;
    channel = now;
  };
  keep_ready(port.read_data, read_data_);
  keep_ready(port.confirmation, confirmation_);
}

void AxiMemory::clock(const AxiPort& port) {
  if (port.read_data.valid && port.read_data.ready) {
    read_data_.valid = false;
    read_bytes += AxiBeatBytes;
    Burst& burst = reads_[offered_read_];
    burst.address += AxiBeatBytes;
    if (--burst.beats == 0) reads_.erase(reads_.begin() + static_cast<std::ptrdiff_t>(offered_read_));
  }
  if (port.confirmation.valid && port.confirmation.ready) {
    confirmation_.valid = false;
    writes_.erase(writes_.begin() + static_cast<std::ptrdiff_t>(offered_write_));
  }
  if (port.read.valid && port.read.ready) take_read(port);
  if (port.write.valid && port.write.ready) {
    writes_.push_back({port.write.id, port.write.address, port.write.len + 1, next_tag_++, false});
  }
  if (port.write_data.valid && port.write_data.ready) {
    beats_.push_back(port.write_data);
    written_bytes += AxiBeatBytes;
  }
  store_beats();
  for (const std::uint32_t tag : clock_.tick()) {
    for (auto* bursts : {&reads_, &writes_}) {
      for (Burst& burst : *bursts) burst.done |= burst.tag == tag;
    }
  }
  if (!read_data_.valid && !clock_.stalled()) offer_read();
  if (!confirmation_.valid && !clock_.stalled()) offer_confirmation();
}

void AxiMemory::request(const Burst& burst) { clock_.request({burst.tag, burst.address, burst.beats * AxiBeatBytes}); }

void AxiMemory::take_read(const AxiPort& port) {
  reads_.push_back({port.read.id, port.read.address, port.read.len + 1, next_tag_++, false});
  request(reads_.back());
}

/// Data belongs to addresses in their order. A burst goes to the memory's clock when its data is complete.
void AxiMemory::store_beats() {
  for (Burst& burst : writes_) {
    if (burst.beats == 0) continue;
    while (burst.beats > 0) {
      if (beats_.empty()) return;
      if (burst.beats == 1 && !clock_.can_accept()) return;
      const AxiWriteData beat = beats_.front();
      beats_.pop_front();
      std::array<std::uint8_t, AxiBeatBytes> bytes;
      contents.read(burst.address, bytes);
      for (unsigned b = 0; b < AxiBeatBytes; ++b) {
        if ((beat.strobe >> b & 1) != 0) bytes[b] = static_cast<std::uint8_t>(beat.data[b / 4] >> 8 * (b % 4));
      }
      contents.write(burst.address, bytes);
      if (burst.beats == 1) request(burst);
      burst.address += AxiBeatBytes;
      --burst.beats;
    }
  }
}

void AxiMemory::offer_read() {
  if (reads_.empty()) return;
  const auto ready = may_answer(reads_);
  if (ready.empty()) return;
  offered_read_ = interleave_ ? ready[random_() % ready.size()] : ready.front();
  const Burst& burst = reads_[offered_read_];
  std::array<std::uint8_t, AxiBeatBytes> bytes;
  contents.read(burst.address, bytes);
  read_data_ = {.valid = true, .id = burst.id, .response = read_response, .last = burst.beats == 1};
  std::memcpy(read_data_.data.data(), bytes.data(), bytes.size());
}

void AxiMemory::offer_confirmation() {
  if (writes_.empty()) return;
  const auto ready = may_answer(writes_);
  if (ready.empty()) return;
  offered_write_ = interleave_ ? ready[random_() % ready.size()] : ready.front();
  confirmation_ = {.valid = true, .id = writes_[offered_write_].id, .response = write_response};
}

void AxiMemory::save(std::ostream& out) const {
  contents.save(out);
  clock_.save(out);
  put(out, random_);
  put(out, next_tag_);
  put(out, read_bytes);
  put(out, written_bytes);
}

void AxiMemory::restore(std::istream& in) {
  contents.restore(in);
  clock_.restore(in);
  get(in, random_);
  get(in, next_tag_);
  get(in, read_bytes);
  get(in, written_bytes);
  reads_.clear();
  writes_.clear();
  beats_.clear();
  read_data_ = {};
  confirmation_ = {};
}

}  // namespace eddy::sim

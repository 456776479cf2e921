// SPDX-License-Identifier: Apache-2.0
#include "eddy/sim/axi_checker.hpp"

#include <string>
#include <tuple>

#include "eddy/sim/error.hpp"

namespace eddy::sim {
namespace {

auto payload(const AxiAddress& a) { return std::tuple(a.id, a.address, a.len, a.size, a.burst); }
auto payload(const AxiWriteData& w) { return std::tuple(w.data, w.strobe, w.last); }
auto payload(const AxiReadData& r) { return std::tuple(r.id, r.data, r.response, r.last); }
auto payload(const AxiConfirmation& b) { return std::tuple(b.id, b.response); }

constexpr unsigned MostBeats = 16;
constexpr unsigned FullSize = 4;  // log2 of AxiBeatBytes
constexpr unsigned Incr = 1;
constexpr std::uint64_t Boundary = 4096;

}  // namespace

void AxiChecker::rule(bool holds, const char* channel, const char* text) const {
  if (holds) return;
  throw SimulationError("AXI4, " + std::string(channel) + ", cycle " + std::to_string(cycle_) + ": " + text);
}

template <typename Channel>
void AxiChecker::check_stable(const Channel& now, Channel& before, const char* name) {
  if (before.valid && !before.ready) {
    rule(now.valid, name, "valid fell before it was taken");
    rule(payload(now) == payload(before), name, "changed before it was taken");
  }
  before = now;
}

void AxiChecker::check_address(const AxiAddress& a, const char* name) const {
  if (!a.valid) return;
  rule(a.burst == Incr, name, "burst is not INCR");
  rule(a.size == FullSize, name, "beats are not full");
  rule(a.len < MostBeats, name, "burst longer than 16 beats");
  rule(a.address % AxiBeatBytes == 0, name, "address not aligned");
  rule(a.address % Boundary + std::uint64_t{a.len + 1} * AxiBeatBytes <= Boundary, name, "burst crosses 4 KB");
}

void AxiChecker::check(const AxiPort& port) {
  check_stable(port.read, before_.read, "read address");
  check_stable(port.write, before_.write, "write address");
  check_stable(port.write_data, before_.write_data, "write data");
  check_stable(port.read_data, before_.read_data, "read data");
  check_stable(port.confirmation, before_.confirmation, "confirmation");
  check_address(port.read, "read address");
  check_address(port.write, "write address");
  // What is answered in a cycle was asked before it.
  check_reads(port);
  check_writes(port);
  ++cycle_;
}

void AxiChecker::check_reads(const AxiPort& port) {
  const AxiReadData& r = port.read_data;
  if (r.valid && r.ready) {
    auto& bursts = reads_[r.id];
    rule(!bursts.empty(), "read data", "no read of this transaction number is open");
    rule(r.last == (bursts.front() == 1), "read data", "last beat not where the length says");
    if (--bursts.front() == 0) bursts.pop_front();
  }
  if (port.read.valid && port.read.ready) reads_[port.read.id].push_back(port.read.len + 1);
}

void AxiChecker::check_writes(const AxiPort& port) {
  const AxiConfirmation& b = port.confirmation;
  if (b.valid && b.ready) {
    auto& open = complete_[b.id];
    rule(open > 0, "confirmation", "no write of this transaction number is complete");
    --open;
  }
  if (port.write.valid && port.write.ready) writes_.push_back({port.write.id, port.write.len + 1});
  if (port.write_data.valid && port.write_data.ready) early_.push_back(port.write_data.last);
  while (!writes_.empty() && !early_.empty()) {
    Write& write = writes_.front();
    rule(early_.front() == (write.beats == 1), "write data", "last beat not where the length says");
    early_.pop_front();
    if (--write.beats > 0) continue;
    ++complete_[write.id];
    writes_.pop_front();
  }
}

}  // namespace eddy::sim

// SPDX-License-Identifier: Apache-2.0
/// Memory behind an AXI4 master: random delays and stalls, data of different transactions interleaved, and every rule
/// of the protocol that the master must keep checked on every transfer.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <map>
#include <random>
#include <span>
#include <vector>

namespace eddy::test {

/// Works on the axi_* ports of eddy_gateway.
template <typename Dut>
class AxiMemory {
 public:
  static constexpr std::size_t beat_bytes = 16;

  AxiMemory(Dut& dut, std::mt19937& rng, std::size_t bytes) : bytes_(bytes), dut_(dut), rng_(rng) {}

  // ---- what the test does to the memory
  unsigned stall = 4;     ///< of 8: how often the memory does nothing; 0: as fast as it can
  unsigned latency = 20;  ///< least cycles from address to data
  bool answer_reads = true;
  bool confirm_writes = true;
  unsigned read_response = 0, write_response = 0;

  [[nodiscard]] std::span<std::uint8_t> bytes() { return bytes_; }
  template <typename T>
  void put(std::size_t address, const T& value) {
    std::memcpy(&bytes_.at(address + sizeof(T) - 1) + 1 - sizeof(T), &value, sizeof(T));
  }
  template <typename T>
  [[nodiscard]] T get(std::size_t address) const {
    T value;
    std::memcpy(&value, &bytes_.at(address + sizeof(T) - 1) + 1 - sizeof(T), sizeof(T));
    return value;
  }

  // ---- what went on
  std::uint64_t read_beats = 0, write_beats = 0, read_bursts = 0, write_bursts = 0;
  std::size_t most_reads = 0;           ///< bursts that were outstanding at once
  std::vector<const char*> violations;  ///< of AXI4, by the master
  [[nodiscard]] bool quiet() const {
    return reads_.empty() && writes_.empty() && write_data_.empty() && confirm_.empty();
  }

  /// Before the clock edge: looks at this cycle's handshakes.
  void sample() {
    ++now_;
    sample_read();
    sample_write();
  }

  /// After the clock edge: inputs of the next cycle.
  void drive() {
    dut_.axi_arready_i = go();
    dut_.axi_awready_i = go();
    dut_.axi_wready_i = go();
    if (read_taken_) dut_.axi_rvalid_i = 0;
    if (confirmation_taken_) dut_.axi_bvalid_i = 0;
    if (!dut_.axi_rvalid_i && answer_reads && go()) offer_read();
    if (!dut_.axi_bvalid_i && confirm_writes && go()) offer_confirmation();
  }

 private:
  struct Burst {
    unsigned id;
    std::uint64_t address;
    unsigned beats;
    std::uint64_t due;
  };
  struct Address {
    bool valid = false, taken = true;
    std::uint64_t id = 0, address = 0, len = 0;
    friend bool operator==(const Address&, const Address&) = default;
  };
  struct Data {
    std::array<std::uint32_t, 4> words;
    unsigned strobe;
    bool last;
    friend bool operator==(const Data&, const Data&) = default;
  };

  [[nodiscard]] bool go() { return rng_() % 8 >= stall; }
  void rule(bool holds, const char* text) {
    if (!holds) violations.push_back(text);
  }

  void check_address(const Address& now, Address& before, unsigned size, unsigned kind) {
    if (before.valid && !before.taken) {
      rule(now.valid && now.id == before.id && now.address == before.address && now.len == before.len,
           "address changed before it was taken");
    }
    before = now;
    if (!now.valid) return;
    rule(size == 4, "size is not the full beat");
    rule(kind == 1, "burst is not INCR");
    rule(now.len < 16, "burst longer than 16");
    rule(now.address % beat_bytes == 0, "address not aligned");
    rule(now.address % 4096 + (now.len + 1) * beat_bytes <= 4096, "burst crosses 4 KB");
    rule(now.address + (now.len + 1) * beat_bytes <= bytes_.size(), "outside the memory");
  }

  void sample_read() {
    const Address now{dut_.axi_arvalid_o != 0, dut_.axi_arready_i != 0, dut_.axi_arid_o, dut_.axi_araddr_o,
                      dut_.axi_arlen_o};
    check_address(now, read_before_, dut_.axi_arsize_o, dut_.axi_arburst_o);
    if (now.valid && now.taken) {
      reads_.push_back({unsigned(now.id), now.address, unsigned(now.len) + 1, now_ + latency});
      most_reads = std::max(most_reads, reads_.size());
      ++read_bursts;
    }
    read_taken_ = dut_.axi_rvalid_i && dut_.axi_rready_o;
    if (read_taken_) {
      ++read_beats;
      auto& burst = reads_[offered_];
      burst.address += beat_bytes;
      if (--burst.beats == 0) reads_.erase(reads_.begin() + std::ptrdiff_t(offered_));
    }
  }

  /// The oldest burst of any transaction number may give its next beat.
  void offer_read() {
    std::map<unsigned, std::size_t> first;
    for (std::size_t i = 0; i < reads_.size(); ++i) first.try_emplace(reads_[i].id, i);
    std::vector<std::size_t> ready;
    for (const auto& [id, i] : first) {
      if (reads_[i].due <= now_) ready.push_back(i);
    }
    if (ready.empty()) return;
    offered_ = stall == 0 ? ready.front() : ready[rng_() % ready.size()];
    const auto& burst = reads_[offered_];
    dut_.axi_rvalid_i = 1;
    dut_.axi_rid_i = static_cast<std::uint8_t>(burst.id);
    dut_.axi_rlast_i = burst.beats == 1;
    dut_.axi_rresp_i = static_cast<std::uint8_t>(read_response);
    for (unsigned w = 0; w < 4; ++w) {
      const auto at = burst.address + 4 * w;
      dut_.axi_rdata_i[w] = at + 4 <= bytes_.size() ? get<std::uint32_t>(at) : 0;
    }
  }

  void sample_write() {
    const Address now{dut_.axi_awvalid_o != 0, dut_.axi_awready_i != 0, dut_.axi_awid_o, dut_.axi_awaddr_o,
                      dut_.axi_awlen_o};
    check_address(now, write_before_, dut_.axi_awsize_o, dut_.axi_awburst_o);
    if (now.valid && now.taken) {
      writes_.push_back({unsigned(now.id), now.address, unsigned(now.len) + 1, 0});
      ++write_bursts;
    }
    const bool valid = dut_.axi_wvalid_o, taken = dut_.axi_wready_i;
    const Data data{{dut_.axi_wdata_o[0], dut_.axi_wdata_o[1], dut_.axi_wdata_o[2], dut_.axi_wdata_o[3]},
                    dut_.axi_wstrb_o,
                    dut_.axi_wlast_o != 0};
    if (data_waits_) rule(valid && data == data_before_, "write data changed before it was taken");
    data_waits_ = valid && !taken;
    data_before_ = data;
    if (valid && taken) {
      write_data_.push_back(data);
      ++write_beats;
    }
    while (!writes_.empty() && !write_data_.empty()) write_beat();
    confirmation_taken_ = dut_.axi_bvalid_i && dut_.axi_bready_o;
  }

  void write_beat() {
    auto& burst = writes_.front();
    const Data& data = write_data_.front();
    rule(data.last == (burst.beats == 1), "last beat not where the length says");
    for (unsigned b = 0; b < beat_bytes; ++b) {
      if (data.strobe >> b & 1 && burst.address + b < bytes_.size()) {
        bytes_[burst.address + b] = static_cast<std::uint8_t>(data.words[b / 4] >> 8 * (b % 4));
      }
    }
    burst.address += beat_bytes;
    write_data_.pop_front();
    if (--burst.beats == 0) {
      confirm_.push_back({burst.id, 0, 0, now_ + latency});
      writes_.pop_front();
    }
  }

  void offer_confirmation() {
    if (confirm_.empty() || confirm_.front().due > now_) return;
    dut_.axi_bvalid_i = 1;
    dut_.axi_bid_i = static_cast<std::uint8_t>(confirm_.front().id);
    dut_.axi_bresp_i = static_cast<std::uint8_t>(write_response);
    confirm_.pop_front();
  }

  std::vector<std::uint8_t> bytes_;
  Dut& dut_;
  std::mt19937& rng_;
  std::uint64_t now_ = 0;
  std::deque<Burst> reads_, writes_, confirm_;
  std::deque<Data> write_data_;
  std::size_t offered_ = 0;
  Address read_before_, write_before_;
  Data data_before_{};
  bool data_waits_ = false, read_taken_ = false, confirmation_taken_ = false;
};

}  // namespace eddy::test

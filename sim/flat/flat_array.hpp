// SPDX-License-Identifier: Apache-2.0
/// A Verilated eddy_torus of any size as a Fabric.
#pragma once

#include <verilated.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "eddy/sim/fabric.hpp"
#include "harness/checksum.hpp"
#include "harness/common.hpp"
#include "harness/link.hpp"
#include "harness/tile_state.hpp"

namespace eddy::sim {

template <class Model, std::size_t Rows, std::size_t Columns>
class FlatArray final : public Fabric {
 public:
  explicit FlatArray(std::uint64_t seed) {
    context_.randReset(2);
    context_.randSeed(context_seed(seed));
    model_ = std::make_unique<Model>(&context_, "flat");
    for (std::size_t tile = 0; tile < Tiles; ++tile) {
      states_.emplace_back(context_, "flat.eddy_torus.gen_row[" + std::to_string(tile / Columns) + "].gen_col[" +
                                         std::to_string(tile % Columns) + "].u_tile");
    }
    reset();
  }

  // Verilator takes a model's scopes out of the thread's context: another model's, ended before, must not be it.
  ~FlatArray() override { Verilated::threadContextp(&context_); }

  [[nodiscard]] int rows() const override { return static_cast<int>(Rows); }
  [[nodiscard]] int columns() const override { return static_cast<int>(Columns); }
  [[nodiscard]] std::uint64_t cycle() const override { return cycle_; }

  void reset() override {
    for (auto& end : ends_) end.in_valid = false;
    drive();
    model_->clk_i = 0;
    model_->rst_ni = 1;
    model_->eval();  // the reset is asynchronous: let the model see it fall
    model_->rst_ni = 0;
    for (int i = 0; i < ResetCycles; ++i) clock();
    model_->rst_ni = 1;
    read_ends();
    chains_ = {};
    cycle_ = 0;
  }

  void step() override {
    for (std::size_t tile = 0; tile < Tiles; ++tile) {
      const IoEnd& end = ends_[tile];
      if (used_[tile] && end.out_valid && end.out_ready) chain_flit(chains_[tile], cycle_, kIoPort, 0, end.out_flit);
    }
    drive();
    clock();
    read_ends();
    for (std::size_t tile = 0; tile < Tiles; ++tile) {
      for (std::size_t port = 0; port < kLinks; ++port) {
        const auto& link = model_->link_o[tile / Columns][tile % Columns][port];
        if ((link[2] & 2U) == 0) continue;
        chain_flit(chains_[tile], cycle_, port, link[2] & 1U, link[0] | std::uint64_t{link[1]} << 32);
      }
    }
    ++cycle_;
    if (on_trace) show_traces();
  }

  [[nodiscard]] bool quiet() const override {
    for (const IoEnd& end : ends_) {
      if (end.in_valid) return false;
    }
    return !model_->active_o;
  }

  [[nodiscard]] std::uint64_t checksum() const override {
    std::uint64_t sum = 0;
    for (std::size_t tile = 0; tile < Tiles; ++tile) sum += tile_part(chains_[tile], tile);
    return sum;
  }

  IoEnd& io(int y, int x) override {
    const std::size_t tile = index(y, x);
    if (!used_[tile]) ends_[tile].out_ready = false;
    used_[tile] = true;
    return ends_[tile];
  }

  void write_ram(int y, int x, std::uint32_t word, std::span<const std::uint32_t> lanes) override {
    states_[index(y, x)].write_ram(word, lanes);
  }
  void read_ram(int y, int x, std::uint32_t word, std::span<std::uint32_t> lanes) const override {
    states_[index(y, x)].read_ram(word, lanes);
  }
  // All tiles are clocked, and the others stay as they are: they are quiet.
  void write_host(int y, int x, std::span<const HostWrite> writes) override {
    if (!quiet()) throw std::logic_error("the back door is open only while all tiles are quiet");
    IoEnd& end = ends_[index(y, x)];
    for (std::size_t done = 0; done < writes.size() || model_->active_o;) {
      end.in_valid = done < writes.size();
      if (end.in_valid) end.in_flit = write_flit(y, x, writes[done]);
      done += end.in_valid && end.in_ready;
      drive();
      clock();
      read_ends();
    }
    end.in_valid = false;
  }

  void add_fault(const Fault&) override { throw std::logic_error("the flat array has no faults"); }
  [[nodiscard]] std::size_t faults_pending() const override { return 0; }
  [[nodiscard]] std::string who_waits() const override {
    std::string text;
    for (std::size_t tile = 0; tile < Tiles; ++tile) {
      const std::size_t y = tile / Columns, x = tile % Columns;
      text += states_[tile].who_waits(static_cast<int>(y), static_cast<int>(x), model_->wait_o[y][x]);
    }
    return text;
  }

 private:
  static constexpr std::size_t Tiles = Rows * Columns;
  static constexpr int ResetCycles = 4;

  [[nodiscard]] static std::size_t index(int y, int x) {
    const auto row = static_cast<std::size_t>(y), column = static_cast<std::size_t>(x);
    if (row >= Rows || column >= Columns) {
      throw std::out_of_range("no tile (" + std::to_string(y) + "," + std::to_string(x) + ")");
    }
    return row * Columns + column;
  }
  void drive() {
    for (std::size_t tile = 0; tile < Tiles; ++tile) {
      const std::size_t y = tile / Columns, x = tile % Columns;
      model_->io_valid_i[y][x] = ends_[tile].in_valid;
      model_->io_flit_i[y][x] = ends_[tile].in_flit;
      model_->io_ready_i[y][x] = ends_[tile].out_ready;
    }
  }
  void clock() {
    model_->clk_i = 0;
    model_->eval();
    model_->clk_i = 1;
    model_->eval();
  }
  void read_ends() {
    for (std::size_t tile = 0; tile < Tiles; ++tile) {
      const std::size_t y = tile / Columns, x = tile % Columns;
      ends_[tile].in_ready = model_->io_ready_o[y][x];
      ends_[tile].out_valid = model_->io_valid_o[y][x];
      ends_[tile].out_flit = model_->io_flit_o[y][x];
    }
  }
  void show_traces() {
    for (std::size_t tile = 0; tile < Tiles; ++tile) {
      const std::size_t y = tile / Columns, x = tile % Columns;
      std::array<std::uint32_t, pkg::trace_t::word_count> words{};
      for (std::size_t i = 0; i < words.size(); ++i) words[i] = model_->trace_o[y][x][i];
      const pkg::trace_t trace = pkg::trace_t::unpack(words);
      if (trace.valid || trace.frame_end) on_trace(static_cast<int>(y), static_cast<int>(x), trace);
    }
  }

  VerilatedContext context_;  // before the model
  std::unique_ptr<Model> model_;
  std::vector<TileState> states_;
  std::array<IoEnd, Tiles> ends_ = unused_ends();
  std::array<bool, Tiles> used_{};
  std::array<std::uint64_t, Tiles> chains_{};
  std::uint64_t cycle_ = 0;

  static std::array<IoEnd, Tiles> unused_ends() {
    std::array<IoEnd, Tiles> ends;
    ends.fill(unused_end());
    return ends;
  }
};

}  // namespace eddy::sim

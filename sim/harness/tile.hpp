// SPDX-License-Identifier: Apache-2.0
/// One Verilated tile: its ports as the array drives and reads them.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "Veddy_tile.h"
#include "Veddy_tile___024root.h"
#include "eddy/sim/fabric.hpp"
#include "harness/link.hpp"
#include "harness/model_stream.hpp"
#include "harness/tile_state.hpp"

namespace eddy::sim {

/// trace_t as it lies in a port of a Verilated model.
using TraceWords = std::array<std::uint32_t, pkg::trace_t::word_count>;

class Tile {
 public:
  Tile(VerilatedContext& context, int y, int x)
      : name_("tile_" + std::to_string(y) + "_" + std::to_string(x)),
        model_(std::make_unique<Veddy_tile>(&context, name_.c_str())),
        state_(context, name_ + ".eddy_tile"),
        y_(y),
        x_(x) {}

  /// Straps given, all inputs quiet, a few cycles of reset.
  void reset(int rows, int columns) {
    Veddy_tile& m = *model_;
    m.clk_i = 0;
    m.rst_ni = 1;
    low({}, {}, 0);  // the reset is asynchronous: let the model see it fall
    m.rst_ni = 0;
    m.tile_i = static_cast<std::uint8_t>(y_ << 4 | x_);
    m.size_i = static_cast<std::uint8_t>((rows - 1) << 4 | (columns - 1));
    for (int i = 0; i < ResetCycles; ++i) {
      low({}, {}, 0);
      high();
    }
    m.rst_ni = 1;
  }

  /// A whole cycle: inputs, then the clock edge. As low() and high(), but the model is evaluated once: it is told that
  /// it has seen the clock low.
  void cycle(const LinkInputs& links, const IoEnd& io, std::uint32_t elapsed) {
    set(links, io, elapsed);
    model_->rootp->__Vtrigprevexpr___TOP__clk_i__0 = 0;
    high();
  }

  /// First half of a cycle: inputs, clock low.
  void low(const LinkInputs& links, const IoEnd& io, std::uint32_t elapsed) {
    set(links, io, elapsed);
    model_->clk_i = 0;
    model_->eval();
  }
  /// Second half: the clock edge.
  void high() {
    model_->clk_i = 1;
    model_->eval();
  }

  // outputs, as the last edge has left them
  [[nodiscard]] LinkFlit link(std::size_t port) const {
    const auto& link = model_->link_o[port];
    return {link[0] | std::uint64_t{link[1]} << 32, static_cast<std::uint8_t>(link[2] & 1U), (link[2] & 2U) != 0};
  }
  [[nodiscard]] std::uint8_t credit(std::size_t port) const { return model_->link_credit_o[port]; }
  void read_io(IoEnd& io) const {
    io.in_ready = model_->io_ready_o;
    io.out_valid = model_->io_valid_o;
    io.out_flit = model_->io_flit_o;
  }
  [[nodiscard]] bool active() const { return model_->active_o; }
  [[nodiscard]] std::uint32_t wait() const { return model_->wait_o; }
  [[nodiscard]] bool waiting() const { return model_->waiting_o; }
  /// The trace port; true when it shows something.
  [[nodiscard]] bool trace(TraceWords& words) const {
    constexpr unsigned Top = (pkg::trace_t::bits - 2) % 32;  // valid and frame_end
    static_assert(Top <= 30);
    if ((model_->trace_o[words.size() - 1] >> Top) == 0) return false;
    for (std::size_t i = 0; i < words.size(); ++i) words[i] = model_->trace_o[i];
    return true;
  }

  [[nodiscard]] const TileState& state() const { return state_; }

  void save(std::ostream& out) { save_model(*model_, out); }
  void restore(std::istream& in) { restore_model(*model_, in); }

 private:
  static constexpr int ResetCycles = 4;

  void set(const LinkInputs& links, const IoEnd& io, std::uint32_t elapsed) {
    Veddy_tile& m = *model_;
    for (std::size_t port = 0; port < kLinks; ++port) {
      auto& link = m.link_i[port];
      link[0] = static_cast<std::uint32_t>(links.flit[port]);
      link[1] = static_cast<std::uint32_t>(links.flit[port] >> 32);
      link[2] = links.link[port];
      m.link_credit_i[port] = links.credit[port];
    }
    m.io_valid_i = io.in_valid;
    m.io_flit_i = io.in_flit;
    m.io_ready_i = io.out_ready;
    m.elapsed_i = elapsed;
  }

  std::string name_;
  std::unique_ptr<Veddy_tile> model_;
  TileState state_;
  int y_;
  int x_;
};

}  // namespace eddy::sim

// SPDX-License-Identifier: Apache-2.0
#include "eddy/sim/gateway.hpp"

#include <algorithm>
#include <array>

#include <verilated.h>

#include "Veddy_gateway.h"
#include "harness/model_stream.hpp"

namespace eddy::sim {

struct Gateway::Model {
  VerilatedContext context;
  std::unique_ptr<Veddy_gateway> top;
};

Gateway::Gateway(const GatewayPlace& place, std::uint64_t seed) : model_(std::make_unique<Model>()) {
  model_->context.randReset(2);
  model_->context.randSeed(static_cast<int>(seed % 0x7FFFFFFF) + 1);
  model_->top = std::make_unique<Veddy_gateway>(&model_->context, "gateway");
  Veddy_gateway& top = *model_->top;
  top.clk_i = 0;
  top.rst_ni = 1;
  top.tile_id_i = static_cast<std::uint8_t>(place.y << 4 | place.x);
  top.torus_rows_i = static_cast<std::uint8_t>(place.rows);
  top.torus_cols_i = static_cast<std::uint8_t>(place.columns);
  top.rx_valid_i = top.tx_ready_i = 0;
  top.axil_awvalid_i = top.axil_wvalid_i = top.axil_arvalid_i = 0;
  top.axil_bready_i = top.axil_rready_i = 1;
  top.axil_wstrb_i = 0xF;
  top.axi_arready_i = top.axi_awready_i = top.axi_wready_i = top.axi_rvalid_i = top.axi_bvalid_i = 0;
  top.eval();
  top.rst_ni = 0;
  for (int i = 0; i < 2; ++i) {
    top.clk_i = 0;
    top.eval();
    top.clk_i = 1;
    top.eval();
  }
  top.clk_i = 0;
  top.rst_ni = 1;
  top.eval();
}

Gateway::~Gateway() {
  Verilated::threadContextp(&model_->context);
  model_->top->final();
}

void Gateway::drive(GatewayFlits& flits, AxiPort& axi, RegisterPort& registers) {
  Veddy_gateway& top = *model_->top;
  awake_ = !skip_quiet || top.active_o != 0 || flits.rx_valid || registers.write_address_valid ||
           registers.write_valid || registers.read_valid || axi.read_data.valid || axi.confirmation.valid;
  if (awake_) {
    top.rx_valid_i = flits.rx_valid;
    top.rx_flit_i = flits.rx_flit;
    top.tx_ready_i = flits.tx_ready;
    top.axil_awvalid_i = registers.write_address_valid;
    top.axil_wvalid_i = registers.write_valid;
    top.axil_arvalid_i = registers.read_valid;
    top.axil_awaddr_i = top.axil_araddr_i = static_cast<std::uint16_t>(registers.address);
    top.axil_wdata_i = registers.write_value;
    top.axi_arready_i = axi.read.ready;
    top.axi_awready_i = axi.write.ready;
    top.axi_wready_i = axi.write_data.ready;
    top.axi_rvalid_i = axi.read_data.valid;
    top.axi_rid_i = static_cast<std::uint8_t>(axi.read_data.id);
    std::ranges::copy(axi.read_data.data, &top.axi_rdata_i[0]);
    top.axi_rresp_i = static_cast<std::uint8_t>(axi.read_data.response);
    top.axi_rlast_i = axi.read_data.last;
    top.axi_bvalid_i = axi.confirmation.valid;
    top.axi_bid_i = static_cast<std::uint8_t>(axi.confirmation.id);
    top.axi_bresp_i = static_cast<std::uint8_t>(axi.confirmation.response);
    top.clk_i = 0;
    top.eval();
  }
  flits.rx_ready = top.rx_ready_o;
  flits.tx_valid = top.tx_valid_o;
  flits.tx_flit = top.tx_flit_o;
  registers.write_address_ready = top.axil_awready_o;
  registers.write_ready = top.axil_wready_o;
  registers.write_done = top.axil_bvalid_o;
  registers.read_ready = top.axil_arready_o;
  registers.read_done = top.axil_rvalid_o;
  registers.read_value = top.axil_rdata_o;
  axi.read.valid = top.axi_arvalid_o;
  axi.read.id = top.axi_arid_o;
  axi.read.address = top.axi_araddr_o;
  axi.read.len = top.axi_arlen_o;
  axi.read.size = top.axi_arsize_o;
  axi.read.burst = top.axi_arburst_o;
  axi.write.valid = top.axi_awvalid_o;
  axi.write.id = top.axi_awid_o;
  axi.write.address = top.axi_awaddr_o;
  axi.write.len = top.axi_awlen_o;
  axi.write.size = top.axi_awsize_o;
  axi.write.burst = top.axi_awburst_o;
  axi.write_data.valid = top.axi_wvalid_o;
  std::copy_n(&top.axi_wdata_o[0], axi.write_data.data.size(), axi.write_data.data.begin());
  axi.write_data.strobe = top.axi_wstrb_o;
  axi.write_data.last = top.axi_wlast_o;
  axi.read_data.ready = top.axi_rready_o;
  axi.confirmation.ready = top.axi_bready_o;
}

void Gateway::clock() {
  if (!awake_) return;
  model_->top->clk_i = 1;
  model_->top->eval();
}

bool Gateway::irq() const { return model_->top->irq_o != 0; }

std::optional<pkg::trace_t> Gateway::trace() const {
  if (!awake_) return {};
  std::array<std::uint32_t, pkg::trace_t::word_count> words{};
  std::copy_n(&model_->top->trace_o[0], words.size(), words.begin());
  const auto trace = pkg::trace_t::unpack(words);
  if (!trace.valid && !trace.frame_end) return {};
  return trace;
}

void Gateway::save(std::ostream& out) {
  put(out, awake_);
  save_model(*model_->top, out);
}

void Gateway::restore(std::istream& in) {
  get(in, awake_);
  restore_model(*model_->top, in);
}

bool Gateway::active() const { return model_->top->active_o != 0; }

}  // namespace eddy::sim

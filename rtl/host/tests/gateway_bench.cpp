// SPDX-License-Identifier: Apache-2.0
#include "gateway_bench.hpp"

#include <gtest/gtest.h>

namespace eddy::test {

using namespace host_pkg;

GatewayBench::GatewayBench() {
  dut.rst_ni = 1;
  dut.clk_i = 0;
  dut.tile_id_i = static_cast<std::uint8_t>(here.tile.to_u64());
  dut.torus_rows_i = 4;
  dut.torus_cols_i = 5;
  dut.rx_valid_i = dut.tx_ready_i = 0;
  dut.axil_awvalid_i = dut.axil_wvalid_i = dut.axil_arvalid_i = 0;
  dut.axil_bready_i = dut.axil_rready_i = 1;
  dut.axi_arready_i = dut.axi_awready_i = dut.axi_wready_i = dut.axi_rvalid_i = dut.axi_bvalid_i = 0;
  dut.eval();
  dut.rst_ni = 0;
  dut.eval();
  dut.rst_ni = 1;
  dut.eval();
  for (auto& byte : memory.bytes()) byte = static_cast<std::uint8_t>(rng());
  write(EDDY_REG(COMMAND.BASE_LO), command_ring);
  write(EDDY_REG(COMMAND.SIZE), ring_log2);
  write(EDDY_REG(DRAIN.BASE_LO), drain_ring);
  write(EDDY_REG(DRAIN.SIZE), ring_log2);
  write(EDDY_REG(CONTROL), EDDY_CSR__CONTROL__RUN_bm);
}

GatewayBench::~GatewayBench() {
  if (!memory.violations.empty())
    ADD_FAILURE() << memory.violations.size() << " violations of AXI4, first: " << memory.violations[0];
}

// Handshakes are looked at before the clock edge; inputs change after it.
void GatewayBench::tick() {
  dut.clk_i = 0;
  dut.eval();
  memory.sample();
  const bool given = dut.rx_valid_i && dut.rx_ready_o;
  const bool came = dut.tx_valid_o && dut.tx_ready_i;
  const auto flit = pkg::flit_t::from_u64(dut.tx_flit_o);
  if (!skip_quiet || dut.active_o || input_waits()) {
    dut.clk_i = 1;
    dut.eval();
  }
  ++cycles;

  memory.drive();
  if (given) dut.rx_valid_i = 0;
  if (!dut.rx_valid_i && !to_gateway.empty() && rng() % 8 >= network_stall) {
    dut.rx_valid_i = 1;
    dut.rx_flit_i = to_gateway.front().to_u64();
    to_gateway.pop_front();
  }
  dut.tx_ready_i = network_open && rng() % 8 >= network_stall;
  if (came) {
    from_gateway.push_back(flit);
    if (on_flit) on_flit(flit);
  }
}

bool GatewayBench::input_waits() const {
  return dut.rx_valid_i || dut.axil_awvalid_i || dut.axil_wvalid_i || dut.axil_arvalid_i || dut.axi_rvalid_i ||
         dut.axi_bvalid_i;
}

bool GatewayBench::run_until(const std::function<bool()>& done, unsigned limit) {
  for (unsigned i = 0; i < limit; ++i) {
    if (done()) return true;
    tick();
  }
  return done();
}

std::uint32_t GatewayBench::read(std::uint32_t address) {
  dut.axil_arvalid_i = 1;
  dut.axil_araddr_i = static_cast<std::uint16_t>(address);
  for (int i = 0; i < 100; ++i) {
    dut.clk_i = 0;
    dut.eval();
    const bool taken = dut.axil_arvalid_i && dut.axil_arready_o;
    const bool answered = dut.axil_rvalid_o;
    const std::uint32_t data = dut.axil_rdata_o;
    tick();
    if (taken) dut.axil_arvalid_i = 0;
    if (answered) return data;
  }
  ADD_FAILURE() << "no answer from register " << address;
  return 0;
}

void GatewayBench::write(std::uint32_t address, std::uint32_t value) {
  dut.axil_awvalid_i = dut.axil_wvalid_i = 1;
  dut.axil_awaddr_i = static_cast<std::uint16_t>(address);
  dut.axil_wdata_i = value;
  dut.axil_wstrb_i = 0xF;
  for (int i = 0; i < 100; ++i) {
    dut.clk_i = 0;
    dut.eval();
    const bool address_taken = dut.axil_awvalid_i && dut.axil_awready_o;
    const bool data_taken = dut.axil_wvalid_i && dut.axil_wready_o;
    const bool answered = dut.axil_bvalid_o;
    tick();
    if (address_taken) dut.axil_awvalid_i = 0;
    if (data_taken) dut.axil_wvalid_i = 0;
    if (answered) return;
  }
  ADD_FAILURE() << "no confirmation from register " << address;
}

std::vector<pkg::flit_t> GatewayBench::sent(pkg::kind_e kind) const {
  std::vector<pkg::flit_t> found;
  for (const auto& flit : from_gateway) {
    if (flit.kind == kind) found.push_back(flit);
  }
  return found;
}

void GatewayBench::store(std::uint64_t address, const descriptor_t& descriptor) {
  memory.put(address, descriptor.pack());
}

void GatewayBench::post_command(descriptor_t descriptor) {
  store(command_ring + DescriptorBytes * (posted_commands % (1U << ring_log2)), descriptor);
  write(EDDY_REG(COMMAND.HEAD), ++posted_commands);
}

void GatewayBench::post_drain(std::uint64_t address, std::uint32_t records, bool irq) {
  const descriptor_t drain{.count = records, .address = address, .irq = irq, .op = op_e::OpDrain};
  store(drain_ring + DescriptorBytes * (posted_drains % (1U << ring_log2)), drain);
  write(EDDY_REG(DRAIN.HEAD), ++posted_drains);
}

completion_t GatewayBench::end_of(std::uint64_t ring, unsigned i) {
  const auto words =
      memory.get<std::array<std::uint32_t, descriptor_t::word_count>>(ring + DescriptorBytes * (i % (1U << ring_log2)));
  return descriptor_t::unpack(words).done;
}

completion_t GatewayBench::execute(const descriptor_t& descriptor, unsigned limit) {
  post_command(descriptor);
  EXPECT_TRUE(wait_commands(posted_commands, limit)) << "command does not end";
  return command_end(posted_commands - 1);
}

bool GatewayBench::wait_commands(unsigned count, unsigned limit) {
  const auto until = cycles + limit;
  while (commands_done() != count && cycles < until) run(20);
  return commands_done() == count;
}

bool GatewayBench::wait_drains(unsigned count, unsigned limit) {
  const auto until = cycles + limit;
  while (drains_done() != count && cycles < until) run(20);
  return drains_done() == count;
}

void GatewayBench::write_table(pkg::table_e table, unsigned index, std::span<const std::uint32_t> words) {
  unsigned stride = 1;
  while (stride < words.size()) stride *= 2;
  for (std::size_t w = 0; w < words.size(); ++w) {
    write(EDDY_REG(TABLE_ADDR),
          static_cast<std::uint32_t>(1U << 17 | static_cast<unsigned>(table) << 13 | (index * stride + w)));
    write(EDDY_REG(TABLE_DATA), words[w]);
  }
}

void GatewayBench::write_pixel(unsigned channel, unsigned pixel, std::int16_t value) {
  write(EDDY_REG(TABLE_ADDR), channel << 8 | pixel);
  write(EDDY_REG(TABLE_DATA), static_cast<std::uint16_t>(value));
}

}  // namespace eddy::test

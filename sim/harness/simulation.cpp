// SPDX-License-Identifier: Apache-2.0
#include "eddy/sim/simulation.hpp"

#include <stdexcept>
#include <string>
#include <utility>

#include "eddy/sim/error.hpp"
#include "eddy/sim/state_stream.hpp"

namespace eddy::sim {
namespace {

constexpr int RegisterLimit = 1000;  // cycles; the register block answers within a few

}  // namespace

Simulation::Simulation(std::unique_ptr<Fabric> tiles, const SimulationOptions& options)
    : tiles_(std::move(tiles)),
      gateway_({options.gateway_y, options.gateway_x, tiles_->rows(), tiles_->columns()}, options.seed),
      memory_(options.memory, options.seed + 1),
      io_(tiles_->io(options.gateway_y, options.gateway_x)),
      random_(options.seed + 3),
      stall_(options.io_stall),
      may_stall_(options.io_stall > 0) {
  gateway_.skip_quiet = options.skip_quiet;
}

void Simulation::step() {
  memory_.drive(axi_);
  flits_.rx_valid = into_gateway_(io_.out_valid, stall());
  flits_.rx_flit = io_.out_flit;
  const bool open = into_tile_.shown || !stall();
  flits_.tx_ready = io_.in_ready && open;
  gateway_.drive(flits_, axi_, registers_);
  checker_.check(axi_);

  io_.in_valid = into_tile_(flits_.tx_valid, !open);
  io_.in_flit = flits_.tx_flit;
  io_.out_ready = flits_.rx_ready && flits_.rx_valid;

  const bool received = flits_.rx_valid && flits_.rx_ready, sent = io_.in_valid && io_.in_ready;
  into_gateway_.taken(flits_.rx_ready);
  into_tile_.taken(io_.in_ready);
  const bool moved = (axi_.read_data.valid && axi_.read_data.ready) || (axi_.write_data.valid && axi_.write_data.ready);
  if (received || sent || moved) last_transfer_ = cycle_;

  gateway_.clock();
  if (on_input) {
    if (const auto trace = gateway_.trace()) on_input(*trace);
  }
  memory_.clock(axi_);
  tiles_->step();
  ++cycle_;
}

bool Simulation::at_rest() const {
  return tiles_->quiet() && memory_.idle() && !flits_.tx_valid && !io_.out_valid && !axi_.read.valid &&
         !axi_.write.valid && !axi_.write_data.valid;
}

std::uint32_t Simulation::read_register(std::uint32_t offset) {
  registers_.address = offset;
  registers_.read_valid = true;
  for (int i = 0; i < RegisterLimit; ++i) {
    step();
    if (registers_.read_ready) registers_.read_valid = false;
    if (registers_.read_done) {
      last_transfer_ = cycle_;
      return registers_.read_value;
    }
  }
  throw SimulationError("the gateway does not answer a read of register " + std::to_string(offset));
}

void Simulation::write_register(std::uint32_t offset, std::uint32_t value) {
  registers_.address = offset;
  registers_.write_value = value;
  registers_.write_address_valid = registers_.write_valid = true;
  for (int i = 0; i < RegisterLimit; ++i) {
    step();
    if (registers_.write_address_ready) registers_.write_address_valid = false;
    if (registers_.write_ready) registers_.write_valid = false;
    if (registers_.write_done) {
      last_transfer_ = cycle_;
      return;
    }
  }
  throw SimulationError("the gateway does not confirm a write of register " + std::to_string(offset));
}

void Simulation::save(std::ostream& out) {
  if (!at_rest()) throw std::logic_error("a state is saved only while nothing is under way");
  tiles_->save(out);
  gateway_.save(out);
  memory_.save(out);
  put(out, random_);
  put(out, axi_);
  put(out, flits_);
  put(out, into_gateway_);
  put(out, into_tile_);
  put(out, registers_);
  put(out, cycle_);
  put(out, last_transfer_);
}

void Simulation::restore(std::istream& in) {
  tiles_->restore(in);
  gateway_.restore(in);
  memory_.restore(in);
  get(in, random_);
  get(in, axi_);
  get(in, flits_);
  get(in, into_gateway_);
  get(in, into_tile_);
  get(in, registers_);
  get(in, cycle_);
  get(in, last_transfer_);
  checker_ = AxiChecker(cycle_);
}

}  // namespace eddy::sim

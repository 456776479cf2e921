// SPDX-License-Identifier: Apache-2.0
#include "eddy/sim_device.hpp"

#include <fstream>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "device/rings/ring_device.hpp"
#include "device/sim/sim_transport.hpp"
#include "eddy/error.hpp"
#include "eddy/sim/error.hpp"
#include "eddy/sim/event_trace.hpp"
#include "eddy/sim/simulation.hpp"
#include "eddy/sim/state_stream.hpp"
#include "eddy/sim/tile_array.hpp"

namespace eddy {
namespace {

std::unique_ptr<sim::Fabric> make_tiles(const Chip& chip, const SimOptions& options) {
  auto tiles = std::make_unique<sim::TileArray>(sim::ArrayOptions{.rows = chip.rows,
                                                                  .columns = chip.columns,
                                                                  .seed = options.seed,
                                                                  .threads = options.threads,
                                                                  .skip_quiet = options.skip_quiet,
                                                                  .waves = options.waves});
  for (const sim::Fault& fault : options.faults) tiles->add_fault(fault);
  return tiles;
}

sim::SimulationOptions simulation_options(const Chip& chip, const SimOptions& options) {
  return {.gateway_y = chip.gateway.y,
          .gateway_x = chip.gateway.x,
          .seed = options.seed,
          .memory = options.memory,
          .io_stall = options.io_stall,
          .skip_quiet = options.skip_quiet};
}

/// The simulator's own ways into the tiles.
class SimBackDoor final : public rings::BackDoor {
 public:
  SimBackDoor(sim::Fabric& tiles, int ram_words) : tiles_(tiles), ram_words_(ram_words) {}

  void load(const TileImage& tile, const rings::Records& writes) override {
    const auto [y, x] = tile.tile;
    tiles_.write_ram(y, x, 0, std::vector<std::uint32_t>(static_cast<std::size_t>(ram_words_) * pkg::Lanes));
    for (const RamRun& run : tile.ram) tiles_.write_ram(y, x, run.word, run.data);
    std::vector<sim::HostWrite> words;
    for (const host_pkg::load_t& w : writes) words.emplace_back(w.addr, w.data);
    tiles_.write_host(y, x, words);
  }

 private:
  sim::Fabric& tiles_;
  int ram_words_;
};

class SimDevice final : public Device {
 public:
  SimDevice(const Chip& chip, const SimOptions& options, std::unique_ptr<sim::Fabric> tiles)
      : simulation_(std::move(tiles), simulation_options(chip, options)),
        transport_(simulation_, options.watchdog),
        back_door_(simulation_.tiles(), chip.ram_words()),
        device_(transport_, "sim", {}, options.dma_load ? nullptr : &back_door_),
        planted_(options.faults.size()) {
    if (!options.event_file.empty()) {
      event_file_.open(options.event_file);
      if (!event_file_) throw FileError(fmt::format("{}: cannot be written", options.event_file));
      events_.emplace(event_file_);
    }
    simulation_.tiles().on_trace = [this](int y, int x, const pkg::trace_t& trace) {
      seen_.push_back({{y, x}, trace.pop, trace});
    };
    simulation_.on_input = [this, tile = chip.gateway](const pkg::trace_t& trace) {
      seen_.push_back({tile, frame_input, trace});
    };
    transport_.after_cycles = [this] { show(); };
    device_.ending = [this](bool ending) {
      heard_ = !ending;  // what an image left in flight is nobody's
      frames_.clear();
    };
  }

  [[nodiscard]] std::string backend() const override { return device_.backend(); }
  void load(const Image& image) override { device_.load(image); }
  void set_frames_in_flight(int frames) override { device_.set_frames_in_flight(frames); }
  void submit(const Frame& frame) override { device_.submit(frame); }
  FrameResult collect() override { return device_.collect(); }
  std::vector<TileCounters> counters() override { return device_.counters(); }
  [[nodiscard]] std::uint64_t cycles() const override { return device_.cycles(); }
  [[nodiscard]] std::vector<std::string> notes() const override {
    const std::size_t pending = simulation_.tiles().faults_pending();
    if (pending == 0) return {};
    return {fmt::format("{} of {} planted faults did not happen: too few such messages left the tile over its links",
                        pending, planted_)};
  }
  bool trace(std::function<void(const Firing&)> f) override {
    trace_ = std::move(f);
    return true;
  }

  void save(std::ostream& state) override {
    device_.settle();
    transport_.settle();
    simulation_.save(state);
    device_.save_host(state);
    sim::put(state, std::uint64_t{frames_.size()});
    for (const auto& [population, frames] : frames_)
      sim::put(state, Ended{population.first, population.second, frames});
  }

  void restore(const Image& image, std::istream& state) override {
    try {
      simulation_.restore(state);
      device_.restore_host(image, state);
      std::uint64_t count = 0;
      sim::get(state, count);
      frames_.clear();
      for (std::uint64_t i = 0; i < count; ++i) {
        Ended ended;
        sim::get(state, ended);
        frames_[{ended.tile, ended.pop}] = ended.frames;
      }
    } catch (const sim::SimulationError& error) {
      throw FileError(error.what());
    }
  }

 private:
  struct Seen {
    TileAt tile;
    int pop;
    pkg::trace_t trace;
  };

  struct Ended {
    TileAt tile;
    int pop, frames;
  };

  /// Hands on what tiles and frame input showed: outside of their step, since whoever looks may throw.
  void show() {
    if (seen_.empty()) return;
    const auto seen = std::exchange(seen_, {});
    for (const Seen& s : seen) {
      int& frame = frames_[{s.tile, s.pop}];
      if (events_) events_->add(simulation_.cycle(), s.tile.y, s.tile.x, s.pop, s.trace);
      if (heard_ && trace_ && s.trace.valid) show_group(s, frame);
      if (s.trace.frame_end) ++frame;
    }
  }

  void show_group(const Seen& s, int frame) {
    const pkg::group_t& group = s.trace.group;
    for (unsigned lane = 0; lane < pkg::Lanes; ++lane) {
      if ((group.fire >> lane & 1) == 0) continue;
      trace_({.frame = frame,
              .tile = s.tile,
              .pop = s.pop,
              .y = s.trace.y,
              .x = group.x,
              .c = group.c + static_cast<int>(lane),
              .value = group.value[lane],
              .cycle = device_.cycles()});
    }
  }

  sim::Simulation simulation_;
  SimTransport transport_;
  SimBackDoor back_door_;
  rings::RingDevice device_;
  std::size_t planted_;
  std::ofstream event_file_;
  std::optional<sim::EventTrace> events_;
  std::function<void(const Firing&)> trace_;
  bool heard_ = true;
  std::vector<Seen> seen_;
  std::map<std::pair<TileAt, int>, int> frames_;  // ended since load, by population
};

}  // namespace

std::unique_ptr<Device> make_sim_device(const Chip& chip, const SimOptions& options) {
  return make_sim_device(chip, options, make_tiles(chip, options));
}

std::unique_ptr<Device> make_sim_device(const Chip& chip, const SimOptions& options,
                                        std::unique_ptr<sim::Fabric> tiles) {
  return std::make_unique<SimDevice>(chip, options, std::move(tiles));
}

}  // namespace eddy

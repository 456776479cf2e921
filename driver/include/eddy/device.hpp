// SPDX-License-Identifier: Apache-2.0
/// A device executes images: the RTL in a simulator, the untimed model, or a chip behind a socket. The same calls for
/// all. Registers, memory and the interrupt lie below it, in the transport.
///
/// Frames are processed in the order of submission; several may be in flight. A device is used from one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "eddy/image.hpp"
#include "eddy/network.hpp"

namespace eddy {

/// Firing::pop of the frame input, which sends from the gateway's tile.
inline constexpr int frame_input = -1;

/// A neuron of a population, or an element of the input, at the moment when it fires: once, whatever the number of
/// axons that carry it.
struct Firing {
  int frame = 0;  // counted from load
  TileAt tile;
  int pop = 0;              // index in the tile: Image::populations says which slice of which layer
  int y = 0, x = 0, c = 0;  // in the layer
  std::int16_t value = 0;
  std::uint64_t cycle = 0;  // 0 where the device knows no time
};

/// One event of a population that leads to the gateway.
struct Record {
  int drain = 0;            // index into GatewayImage::drains
  int y = 0, x = 0, c = 0;  // in the layer
  std::int16_t value = 0;
  friend bool operator==(const Record&, const Record&) = default;
};

/// What came of one frame. Records of one drain are in the order of firing; between drains there is no order.
struct FrameResult {
  int frame = 0;
  std::vector<Record> records;
  std::uint64_t first_cycle = 0;  // first pixel read
  std::uint64_t last_cycle = 0;   // last result written
};

/// Counters of one population since load.
struct PopulationCounters {
  std::uint64_t events_in = 0;  // copies count
  std::uint64_t mac_words = 0;  // of Lanes products
  std::uint64_t neurons_swept = 0;
};

/// Counters of one tile since load. Those of time are 0 where the device knows none.
struct TileCounters {
  TileAt tile;
  std::vector<std::uint64_t> values;            // by pkg::counter_e
  std::vector<PopulationCounters> populations;  // by index in the tile
};

class Device {
 public:
  virtual ~Device() = default;

  /// What stands in reports: "model", "sim", ...
  [[nodiscard]] virtual std::string backend() const = 0;

  /// Loads an image and starts it. What was in flight is given up. Throws FitError where the image is for another chip.
  virtual void load(const Image& image) = 0;

  /// Frames that may be in flight, at least 1.
  virtual void set_frames_in_flight(int frames) = 0;

  /// Hands over a frame; it need not have started when this returns. Throws where the frame's shape is not the image's.
  virtual void submit(const Frame& frame) = 0;

  /// Waits for the oldest frame that was submitted and not collected.
  /// Throws RunError (watchdog, deadlock, an error that a tile reported, with its place) and ConnectionError.
  virtual FrameResult collect() = 0;

  /// Counters of all tiles of the image. Nothing may be in flight.
  virtual std::vector<TileCounters> counters() = 0;

  /// Cycles since the device was started, by which its waves and traces count too; 0 where it knows no time.
  [[nodiscard]] virtual std::uint64_t cycles() const = 0;

  /// What a user should know of the frames so far beside their results.
  [[nodiscard]] virtual std::vector<std::string> notes() const { return {}; }

  /// Calls `f` for every neuron that fires, as it happens, during load (what needs no input fires at once), submit and
  /// collect; the order within a population and frame is row, column, channel. An exception from `f` passes through.
  /// False where the device cannot see its populations.
  virtual bool trace(std::function<void(const Firing&)> f) = 0;

  /// All that later frames and their cycles depend on. Nothing may be in flight. UsageError where the device saves no
  /// states.
  virtual void save(std::ostream& state);
  /// Instead of load(): the image with the state that save() wrote, of a device that was made with the same options.
  virtual void restore(const Image& image, std::istream& state);
};

/// The untimed model: executes the image's tables and memory contents by the formulas of docs/contract.md.
/// `seed` chooses the order in which tiles and messages take their turns: results do not depend on it.
std::unique_ptr<Device> make_model_device(std::uint64_t seed = 0);

/// The same with time: what the parts do costs the cycles that it costs on the chip, near enough to compare mappings.
/// docs/perf.md has its errors.
std::unique_ptr<Device> make_perf_device();

}  // namespace eddy

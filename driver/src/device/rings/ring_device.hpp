// SPDX-License-Identifier: Apache-2.0
/// A device behind a transport: images become load records, frames and drain buffers become descriptors, completions
/// become results or errors. docs/driver-host.md.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "device/rings/host_gateway.hpp"
#include "device/rings/load_records.hpp"
#include "eddy/device.hpp"
#include "eddy/transport.hpp"

namespace eddy::rings {

/// A quicker way into the tiles, where there is one: past the network, in no time.
class BackDoor {
 public:
  virtual ~BackDoor() = default;
  /// Zeros and runs into the RAM of a tile, then `writes`.
  virtual void load(const TileImage& tile, const Records& writes) = 0;
};

class RingDevice final : public Device {
 public:
  /// `back_door` may be null; both must outlive the device.
  RingDevice(Transport& transport, std::string name, const Limits& limits = {}, BackDoor* back_door = nullptr);

  [[nodiscard]] std::string backend() const override { return name_; }
  void load(const Image& image) override;
  void set_frames_in_flight(int frames) override;
  void submit(const Frame& frame) override;
  FrameResult collect() override;
  std::vector<TileCounters> counters() override;
  [[nodiscard]] std::uint64_t cycles() const override;
  /// A transport shows no populations.
  bool trace(std::function<void(const Firing&)>) override { return false; }

  /// What the host knows of a run between frames. Chip and host memory are whoever's they are, and restored before.
  void save_host(std::ostream& state) const;
  void restore_host(const Image& image, std::istream& state);
  /// Waits until the tiles have done what they had to do: their counters of work stand still.
  void settle();

  /// Told true while load() brings the image before to rest, then false.
  std::function<void(bool)> ending;

 private:
  struct Slot {  // buffers of a frame in flight
    std::uint64_t values = 0, results = 0;
  };
  struct Posted {
    std::uint64_t command = 0, drain = 0;  // numbers in their rings
    std::size_t slot = 0;
  };

  void check_chip(const Image& image);
  void stop();
  void abort_frames();
  void let_limits_pass();
  void load_tiles();
  void fill();
  void load_gateway();
  void set_running(bool run);
  void fence();
  std::uint64_t allocate(std::uint64_t bytes, std::uint64_t offset);
  void add_slots();
  [[nodiscard]] std::size_t free_slot() const;
  void post_frames();
  FrameResult take(const Posted& frame);

  Transport& transport_;
  std::string name_;
  BackDoor* back_door_;
  HostGateway gateway_;
  std::uint32_t chip_, place_;  // registers that say what chip it is: asking takes time, in which frames go on
  std::unique_ptr<Image> image_;
  std::uint64_t free_ = HostGateway::Free;  // host memory that is not in use
  std::uint64_t references_ = 0;
  std::uint32_t drain_records_ = 0;
  std::vector<Slot> slots_;
  std::deque<std::vector<std::uint8_t>> waiting_;  // frames without a slot
  int in_flight_ = 1;
  std::deque<Posted> posted_;
  std::uint64_t frames_posted_ = 0, frames_collected_ = 0;  // since load
  bool failed_ = false;                                     // an error has ended the run: only a load helps
  std::uint64_t loaded_at_ = 0;                             // cycle of the transport
  std::uint64_t gateway_loaded_at_ = 0;  // of the gateway's clock, which stands still while it has nothing to do
};

}  // namespace eddy::rings

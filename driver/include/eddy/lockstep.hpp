// SPDX-License-Identifier: Apache-2.0
/// Compares a device with the golden event model while it runs: every event of input and populations, in order, and
/// every value that reaches the host. docs/driver.md.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "eddy/device.hpp"
#include "eddy/error.hpp"
#include "eddy/golden.hpp"
#include "eddy/image.hpp"
#include "eddy/network.hpp"

namespace eddy {

/// The first difference. Without `expected` the golden model has no event of this neuron there, without `got` the
/// device has none.
struct Mismatch {
  int frame = 0;  // counted from load
  std::string layer;
  int y = 0, x = 0, c = 0;  // in the layer
  std::optional<int> expected, got;
  std::uint64_t cycle = 0;  // of the device's event, or of its last one before the gap; 0 where it knows no time
  std::string what;         // "event", "record", "output"
  std::string place;        // "tile (1, 2), population 0"; empty for outputs
};

/// One line for people. `first_frame`: number in the clip of the frame that is 0 here.
std::string to_text(const Mismatch& mismatch, int first_frame = 0);

/// When a layer was at work in a frame: cycles at which its first and its last neuron fired; 0 where none did, or the
/// device knows no time.
struct LayerTime {
  std::uint64_t first = 0, last = 0;
};

class LockstepError : public MismatchError {
 public:
  explicit LockstepError(Mismatch found) : MismatchError(to_text(found)), mismatch(std::move(found)) {}
  Mismatch mismatch;
};

/// The golden model goes ahead with submit(); what it expects is kept until the device has shown it, a few frames long.
/// Every call throws LockstepError at the first difference.
class Lockstep {
 public:
  /// Keeps references to both. `traced`: the device shows its populations (Device::trace); else records are all there
  /// is.
  Lockstep(const Network& network, const Image& image, bool traced);
  ~Lockstep();
  Lockstep(const Lockstep&) = delete;
  Lockstep& operator=(const Lockstep&) = delete;

  /// The next frame, as it is handed to the device.
  void submit(const Frame& frame);
  /// A frame that the device had before it was given a saved state: the golden model alone takes it.
  void skip(const Frame& frame);
  /// A neuron fires.
  void fired(const Firing& firing);
  /// A frame is done: its records, and the outputs that they make. Returns the outputs, in the order of
  /// Network::outputs.
  const std::vector<Tensor>& collected(const FrameResult& result);
  /// Nothing is in flight any more, and whatever was late has been seen (Device::counters): nothing may be missing.
  void finish();

  /// Events that were compared and found equal: of all layers, the input's too, or records where nothing is traced.
  [[nodiscard]] std::int64_t events_checked() const;
  /// What the golden model did, by layer: sums over the frames that were skipped or collected.
  [[nodiscard]] const std::vector<LayerCounts>& counts() const;
  /// [frame][layer] of all frames that were submitted or skipped.
  [[nodiscard]] const std::vector<std::vector<LayerTime>>& times() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace eddy

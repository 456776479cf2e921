// SPDX-License-Identifier: Apache-2.0
/// The gateway of the model: frames to events, events to records.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "device/model/arrivals.hpp"
#include "device/model/message.hpp"
#include "device/model/outputs.hpp"
#include "eddy/device.hpp"

namespace eddy::model {

class Gateway {
 public:
  explicit Gateway(const GatewayImage& image);

  void set_frames_in_flight(int frames) { in_flight_ = frames; }
  void submit(Fabric& fabric, const Frame& frame);
  void receive(Fabric& fabric, const Message& message);
  /// A row of input may be sent.
  [[nodiscard]] bool ready() const;
  /// Row of the input that comes next.
  [[nodiscard]] int row() const { return row_; }
  /// Sends one row of the input. A row in which nothing changed has no tokens of its own, those of a later one close
  /// it.
  void step(Fabric& fabric, const std::function<void(const Firing&)>& trace);

  /// The oldest frame, once all its results are there.
  [[nodiscard]] bool finished() const;
  FrameResult take();
  [[nodiscard]] std::string waiting() const;

 private:
  /// A first frame and spatial ones go whole: all that is not zero.
  [[nodiscard]] bool whole() const { return sent_ == 0 || !image_.send_delta; }
  /// The first element of [i, end) of the frame that may have changed.
  [[nodiscard]] std::size_t next_change(std::size_t i, std::size_t end) const;
  /// What element i of the frame has changed by, 0 where that is not sent; it is known to the receivers then.
  int change(int c, std::size_t i);
  /// Gives the output populations credit for a frame when it is submitted and the one before has all its results.
  void give_credits(Fabric& fabric);

  GatewayImage image_;
  Outputs outputs_;
  Arrivals arrivals_;
  Table<pkg::in_source_t> sources_;
  std::deque<Frame> frames_;               // not yet sent whole
  std::vector<std::uint8_t> pixels_;       // that the receivers know; of one kind, ...
  std::vector<std::int16_t> activations_;  // ... or the other
  int in_flight_ = 1;
  int row_ = 0;                      // next of the frame that is being sent
  int merged_ = 0;                   // rows before it without tokens
  int sent_ = 0;                     // frames sent whole
  int taken_ = 0;                    // results handed over
  int credited_ = 0;                 // frames that the output populations have credit for
  std::vector<int> done_;            // by drain: frames that it has ended
  std::deque<FrameResult> results_;  // from frame taken_ on
};

}  // namespace eddy::model

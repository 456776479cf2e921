// SPDX-License-Identifier: Apache-2.0
/// What the parts of the model tell those around them: messages, and how much they do for them.
#pragma once

#include <cstdint>

#include "eddy_pkg.hpp"

namespace eddy::model {

enum class Kind : std::uint8_t { event, token, credit };

struct Message {
  Kind kind = Kind::event;
  pkg::dest_t dest;
  int axon = 0;  // at the receiver
  std::uint32_t pos = 0;
  std::int16_t value = 0;
  pkg::token_t token;  // tokens and credits
};

/// A step of a row's work, and what its amount counts.
enum class Work : std::uint8_t {
  open,   // a row begins to be sent: axons that may take it
  look,   // a row of a population is looked up: words of marks
  pixel,  // a pixel of it is swept: pairs of accumulator words
  drain,  // all that the row sends is sent, but tokens and credits: nothing
  scan    // a row of the input is compared: elements, from the row's first
};

/// What a part of the model lies in: takes messages to where they go, in order. What was done for a message is told
/// before it is sent, for who counts time.
class Fabric {
 public:
  virtual void send(const Message& message) = 0;
  virtual void did(Work, int /*amount*/) {}

 protected:
  ~Fabric() = default;
};

}  // namespace eddy::model

// SPDX-License-Identifier: Apache-2.0
/// Messages between the tiles of the model. They travel at once and in order.
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

/// Takes messages to where they go.
class Fabric {
 public:
  virtual void send(const Message& message) = 0;

 protected:
  ~Fabric() = default;
};

}  // namespace eddy::model

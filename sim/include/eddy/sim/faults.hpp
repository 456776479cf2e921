// SPDX-License-Identifier: Apache-2.0
/// Faults that tests plant in the network: the checks of chip and driver must find them.
#pragma once

#include <cstdint>

namespace eddy::sim {

enum class FaultKind : std::uint8_t {
  drop_event,
  double_event,
  drop_token,
  drop_credit,  ///< a message of that kind, between populations; a link's own credits are always returned
};

/// The n-th message of its kind, counted from 0, among those that leave a tile over links (its own, and those that pass
/// through). Messages to the tile's own ends use no link. The link's credits stay right, so the message alone is lost.
struct Fault {
  FaultKind kind = FaultKind::drop_event;
  int y = 0;
  int x = 0;
  std::uint64_t n = 0;
};

}  // namespace eddy::sim

// SPDX-License-Identifier: Apache-2.0
/// Byte offsets of the gateway's registers: EDDY_REGISTER(COMMAND.HEAD), and those within a ring.
#pragma once

#include <cstddef>
#include <cstdint>

#include "eddy_csr.h"

#define EDDY_REGISTER(NAME) static_cast<std::uint32_t>(offsetof(eddy_csr_t, NAME))

namespace eddy::rings {

constexpr std::uint32_t RingBaseLo = EDDY_REGISTER(COMMAND.BASE_LO) - EDDY_REGISTER(COMMAND);
constexpr std::uint32_t RingBaseHi = EDDY_REGISTER(COMMAND.BASE_HI) - EDDY_REGISTER(COMMAND);
constexpr std::uint32_t RingSize = EDDY_REGISTER(COMMAND.SIZE) - EDDY_REGISTER(COMMAND);
constexpr std::uint32_t RingHead = EDDY_REGISTER(COMMAND.HEAD) - EDDY_REGISTER(COMMAND);
constexpr std::uint32_t RingTail = EDDY_REGISTER(COMMAND.TAIL) - EDDY_REGISTER(COMMAND);

}  // namespace eddy::rings

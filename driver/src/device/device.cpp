// SPDX-License-Identifier: Apache-2.0
#include "eddy/device.hpp"

#include <fmt/format.h>

#include "eddy/error.hpp"

namespace eddy {

void Device::save(std::ostream&) {
  throw UsageError(fmt::format("backend {}: saves no states, only sim: does", backend()));
}

void Device::restore(const Image&, std::istream&) {
  throw UsageError(fmt::format("backend {}: takes no saved states, only sim: does", backend()));
}

}  // namespace eddy

// SPDX-License-Identifier: Apache-2.0
/// Any bytes are thresholds, or an Error.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "eddy/error.hpp"
#include "eddy/quantise.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int file = ::memfd_create("thresholds", 0);
  if (::ftruncate(file, 0) != 0 || ::pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) return -1;
  try {
    to_json(eddy::read_thresholds(fmt::format("/proc/self/fd/{}", file)));
  } catch (const eddy::Error&) {
  }
  return 0;
}

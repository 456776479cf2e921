// SPDX-License-Identifier: Apache-2.0
/// Where a device is, as text: tcp://HOST:PORT, tcp://[IPV6]:PORT, unix://PATH.
#pragma once

#include <cstdint>
#include <string>

namespace eddy::remote {

struct Address {
  std::string path;  // unix; else empty
  std::string host;  // tcp
  std::uint16_t port = 0;

  [[nodiscard]] bool local() const { return !path.empty(); }
  [[nodiscard]] std::string text() const;
};

/// Throws UsageError.
Address parse_address(const std::string& uri);

}  // namespace eddy::remote

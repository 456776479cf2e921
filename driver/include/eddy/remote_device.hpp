// SPDX-License-Identifier: Apache-2.0
/// A device behind a socket, as `eddy serve` offers it. docs/serve.md.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "eddy/chip.hpp"
#include "eddy/device.hpp"

namespace eddy {

struct RemoteOptions {
  std::optional<Chip> chip{};              // the server has to have the same; not looked at where there is none
  std::chrono::milliseconds open{10'000};  // limit of connecting and of the server's first word
  std::chrono::milliseconds silence{
      30'000};  // limit of any wait without a byte; a server at work says that it is there every 2 s
  std::chrono::milliseconds alive{10'000};  // so often a program that is busy elsewhere says that it is there
};

/// Connects to `tcp://HOST:PORT` or `unix://PATH`. Throws UsageError (address), FitError (another chip) and
/// ConnectionError (no server, busy, another version). The device's calls throw what the device there threw, and
/// ConnectionError when the connection is lost or silent: then this device is of no use any more.
///
/// After an exception out of a trace callback the call goes on at the server; the next call waits for its end.
std::unique_ptr<Device> make_remote_device(const std::string& uri, const RemoteOptions& options = {});

}  // namespace eddy

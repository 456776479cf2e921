// SPDX-License-Identifier: Apache-2.0
/// Puts a device behind a socket. docs/serve.md.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "eddy/chip.hpp"
#include "eddy/device.hpp"

namespace eddy {

struct ServeOptions {
  std::string listen = "tcp://127.0.0.1:7450";  // tcp://HOST:PORT, port 0: one that is free; unix://PATH
  bool allow_remote = false;                    // HOST may be other than this machine's own (loopback)
  bool once = false;                            // end after the first client
  std::chrono::milliseconds silence{60'000};    // a client without a byte for so long between calls is dropped
  std::chrono::milliseconds alive{2'000};       // so often a server whose device works says that it is there
  std::function<void(const std::string& address)> on_listening{};  // with the port that was taken
  std::function<void(const std::string& line)> log{};              // clients that come, go, and fail
};

struct ServeSummary {
  int clients = 0;  // served to their end
  int failed = 0;   // dropped: silent, speaking nonsense, gone in the middle
  int refused = 0;  // told "busy"
};

/// Serves one client after another until SIGINT or SIGTERM, each in a process of its own with a device that `make`
/// makes there: whatever a client sends, this process lives on. To be called where no other thread runs.
/// Throws UsageError (address) and ConnectionError (the address is taken).
ServeSummary serve(const Chip& chip, const std::function<std::unique_ptr<Device>()>& make,
                   const ServeOptions& options = {});

}  // namespace eddy

// SPDX-License-Identifier: Apache-2.0
/// Ctrl-C (and SIGTERM, SIGHUP), for as long as an object of this class lives: the first asks the program to stop, the
/// second ends it.
#pragma once

#include <csignal>

namespace eddy::cli {

class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  [[nodiscard]] bool asked() const;

 private:
  struct sigaction before_int_ {
  }, before_term_{}, before_hangup_{};
};

}  // namespace eddy::cli

// SPDX-License-Identifier: Apache-2.0
#include "cli/interrupt.hpp"

namespace eddy::cli {
namespace {

volatile std::sig_atomic_t asked_to_stop = 0;  // a handler can reach nothing else

}  // namespace

Interrupt::Interrupt() {
  asked_to_stop = 0;
  struct sigaction action {};
  action.sa_handler = [](int) { asked_to_stop = 1; };
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  sigaction(SIGINT, &action, &before_int_);
  sigaction(SIGTERM, &action, &before_term_);
  sigaction(SIGHUP, &action, &before_hangup_);
}

Interrupt::~Interrupt() {
  sigaction(SIGINT, &before_int_, nullptr);
  sigaction(SIGTERM, &before_term_, nullptr);
  sigaction(SIGHUP, &before_hangup_, nullptr);
}

bool Interrupt::asked() const { return asked_to_stop != 0; }

}  // namespace eddy::cli

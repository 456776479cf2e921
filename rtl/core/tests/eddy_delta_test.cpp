// SPDX-License-Identifier: Apache-2.0
// eddy_delta with two lanes of 5 bits, exhaustively: every value, reference and threshold in both modes.
#include <gtest/gtest.h>

#include <cstdlib>

#include "Veddy_delta.h"
#include "rtl_test.hpp"

namespace eddy::test {
namespace {

constexpr unsigned kWidth = 5;
constexpr int kMost = 15;

int sign_extend(unsigned bits) { return static_cast<int>(bits & 31) - (bits & 16 ? 32 : 0); }

struct Lane {
  bool fire;
  int sent, reference;
};

/// The rule, as docs/contract.md has it.
Lane golden(int value, int reference, int theta, bool send_delta) {
  const int sent = send_delta ? value - reference : value;
  const bool fire = sent != 0 && std::abs(sent) >= theta;
  return {fire, sent, fire ? value : reference};
}

TEST(Delta, FiresSendsAndKeepsReferencesInEveryCase) {
  Veddy_delta dut;
  const auto both = [](int low, int high) {
    return static_cast<std::uint16_t>((static_cast<unsigned>(low) & 31) | (static_cast<unsigned>(high) & 31) << kWidth);
  };
  for (int value = -kMost; value <= kMost; ++value) {
    for (int reference = -kMost; reference <= kMost; ++reference) {
      // The other lane differs, so that no lane's operands are mistaken for another's.
      const int value_1 = -value / 2;
      const int reference_1 = reference / 3;
      for (int theta = 0; theta < 32; ++theta) {
        for (const bool send_delta : {false, true}) {
          if (send_delta && std::abs(value - reference) > kMost) continue;
          const int theta_1 = 31 - theta;
          dut.send_delta_i = send_delta;
          dut.value_i = both(value, value_1);
          dut.reference_i = both(reference, reference_1);
          dut.theta_i = both(theta, theta_1);
          dut.eval();
          const Lane lanes[2] = {golden(value, reference, theta, send_delta),
                                 golden(value_1, reference_1, theta_1, send_delta)};
          for (unsigned l = 0; l < 2; ++l) {
            ASSERT_EQ(dut.fire_o >> l & 1, lanes[l].fire) << value << ' ' << reference << ' ' << theta << ' ' << l;
            if (!lanes[l].fire) continue;
            ASSERT_EQ(sign_extend(dut.sent_o >> l * kWidth), lanes[l].sent);
          }
          for (unsigned l = 0; l < 2 && send_delta; ++l) {
            ASSERT_EQ(sign_extend(dut.reference_o >> l * kWidth), lanes[l].reference);
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace eddy::test

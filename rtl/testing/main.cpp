// SPDX-License-Identifier: Apache-2.0
// main() of the tests of RTL modules: prints the seed and randomises what has no reset.
#include <gtest/gtest.h>
#include <verilated.h>

#include <cstdlib>
#include <iostream>
#include <string>

#include "rtl_test.hpp"

namespace eddy::test {

std::uint32_t seed() {
  const char* text = std::getenv("EDDY_SEED");
  return text ? static_cast<std::uint32_t>(std::stoul(text)) : 1;
}

}  // namespace eddy::test

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (!testing::GTEST_FLAG(list_tests)) std::cout << "EDDY_SEED=" << eddy::test::seed() << '\n';
  VerilatedContext* context = Verilated::threadContextp();
  context->commandArgs(argc, argv);
  context->randReset(2);
  context->randSeed(static_cast<int>(eddy::test::seed() & 0x7fffffffU));
  return RUN_ALL_TESTS();
}

// SPDX-License-Identifier: Apache-2.0
// The C++ mirror of the package against Verilator's own idea of where each member lies.
#include <gtest/gtest.h>

#include <stdexcept>

#include "Vpkg_probe.h"
#include "eddy_pkg.hpp"
#include "rtl_test.hpp"

namespace eddy::pkg {
namespace {

/// Random bits, none above the width of T.
template <class T>
std::array<std::uint32_t, T::word_count> random_bits(std::mt19937& rng) {
  std::array<std::uint32_t, T::word_count> words;
  for (std::uint32_t& word : words) word = static_cast<std::uint32_t>(rng());
  if (T::bits % 32) words.back() &= (1U << T::bits % 32) - 1;
  return words;
}

template <class T>
void expect_round_trip(std::mt19937& rng) {
  for (int i = 0; i < 100; ++i) {
    const auto words = random_bits<T>(rng);
    ASSERT_EQ(T::unpack(words).pack(), words);
  }
}

TEST(PackageMirror, KeepsAllBitsOfEveryMessageAndTable) {
  auto rng = test::make_rng();
  expect_round_trip<flit_t>(rng);
  expect_round_trip<event_t>(rng);
  expect_round_trip<token_t>(rng);
  expect_round_trip<write_t>(rng);
  expect_round_trip<read_t>(rng);
  expect_round_trip<error_t>(rng);
  expect_round_trip<in_axon_t>(rng);
  expect_round_trip<in_source_t>(rng);
  expect_round_trip<port_t>(rng);
  expect_round_trip<pop_t>(rng);
  expect_round_trip<out_axon_t>(rng);
  expect_round_trip<axon_state_t>(rng);
  expect_round_trip<param_word_t>(rng);
  expect_round_trip<table_write_t>(rng);
  expect_round_trip<mem_req_t>(rng);
  expect_round_trip<trace_t>(rng);
}

TEST(PackageMirror, ReadsMembersWhereTheHardwareHasThem) {
  auto rng = test::make_rng();
  Vpkg_probe dut;
  for (int i = 0; i < 100; ++i) {
    const auto port_bits = random_bits<port_t>(rng);
    const auto params_bits = random_bits<param_word_t>(rng);
    const auto group_bits = random_bits<group_t>(rng);
    for (std::size_t w = 0; w < port_bits.size(); ++w) dut.port_i[w] = port_bits[w];
    for (std::size_t w = 0; w < params_bits.size(); ++w) dut.params_i[w] = params_bits[w];
    for (std::size_t w = 0; w < group_bits.size(); ++w) dut.group_i[w] = group_bits[w];
    dut.eval();

    const port_t port = port_t::unpack(port_bits);
    EXPECT_EQ(port.y.offset, static_cast<std::int16_t>(dut.port_y_offset_o));
    EXPECT_EQ(static_cast<unsigned>(port.format), dut.port_format_o);
    EXPECT_EQ(port.w_x, dut.port_w_x_o);
    EXPECT_EQ(port.pool_x.pad, static_cast<std::int8_t>(dut.port_pool_x_pad_o));
    EXPECT_EQ(port.out_cols, dut.port_out_cols_o);

    const param_word_t params = param_word_t::unpack(params_bits);
    EXPECT_EQ(params.item[1].bias, static_cast<std::int32_t>(dut.param1_bias_o));
    EXPECT_EQ(params.item[1].theta, dut.param1_theta_o);

    EXPECT_EQ(group_t::unpack(group_bits).value[2], static_cast<std::int16_t>(dut.group_value2_o));
  }
}

TEST(PackageMirror, WritesMembersWhereTheHardwareHasThem) {
  auto rng = test::make_rng();
  Vpkg_probe dut;
  for (int i = 0; i < 100; ++i) {
    const event_t event = event_t::from_u64(rng() | std::uint64_t{rng()} << 32);
    const tile_id_t tile = tile_id_t::from_u64(rng());
    dut.axon_i = event.axon;
    dut.pos_i = event.pos;
    dut.value_i = static_cast<std::uint16_t>(event.value);
    dut.tile_i = static_cast<std::uint8_t>(tile.to_u64());
    dut.eval();
    const flit_t flit{.kind = kind_e::KindCredit, .dest = {.tile = tile, .io = true}, .body = event.to_u64()};
    EXPECT_EQ(flit.to_u64(), dut.flit_o);
  }
}

TEST(PackageMirror, RefusesValuesThatDoNotFit) {
  const port_t too_wide{.w_c = 1U << 18};
  EXPECT_THROW(static_cast<void>(too_wide.pack()), std::out_of_range);
  const error_t fits{.code = err_e::ErrCount, .info = (1U << 27) - 1};
  EXPECT_NO_THROW(static_cast<void>(fits.pack()));
  EXPECT_THROW(static_cast<void>(port_t::unpack(std::array<std::uint32_t, 3>{})), std::out_of_range);
}

}  // namespace
}  // namespace eddy::pkg

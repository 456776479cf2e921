// SPDX-License-Identifier: Apache-2.0
// Frame input of eddy_gateway against plain loops: what fires, what is sent, references, tokens, credits.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "gateway_bench.hpp"

namespace eddy::test {
namespace {

using namespace host_pkg;
using pkg::kind_e;

/// One element that is sent.
struct Sent {
  int y, x, c;
  std::int16_t value;
};

/// The input as the registers describe it, and the definition of what a frame sends.
struct Input {
  int rows = 0, cols = 0, chans = 0;
  bool wide = false, spatial = false;
  unsigned xbits = 6, cbits = 6;
  std::array<int, 4> theta{};
  std::array<std::array<std::int16_t, 256>, 4> table{};
  std::vector<int> reference{};

  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(rows) * cols * chans; }
  [[nodiscard]] int theta_of(int c) const { return chans <= 4 ? theta[c] : theta[0]; }

  std::vector<Sent> frame(const std::vector<int>& values, bool first, bool abort) {
    std::vector<Sent> sent;
    if (abort) return sent;
    for (int y = 0; y < rows; ++y) {
      for (int x = 0; x < cols; ++x) {
        for (int c = 0; c < chans; ++c) {
          const auto i = static_cast<std::size_t>((y * cols + x) * chans + c);
          const int v = values[i];
          int& r = reference[i];
          int value = 0;
          if (!wide && (first || spatial)) {
            value = table[c][v];
            if (!spatial) r = v;
          } else if (!wide) {
            if (v != r && std::abs(v - r) >= theta_of(c)) {
              value = table[c][v] - table[c][r];
              r = v;
            }
          } else {
            const int d = first || spatial ? v : v - r;
            if (first && !spatial) r = 0;
            if (d != 0 && std::abs(d) >= theta_of(c)) {
              value = d;
              if (!spatial) r = v;
            }
          }
          if (value != 0) sent.push_back({y, x, c, static_cast<std::int16_t>(value)});
        }
      }
    }
    return sent;
  }
};

int floor_div(int a, int b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }

struct Frames : testing::Test, GatewayBench {
  // Anywhere within 4 KB: bursts must end at its border.
  const std::uint64_t values_at = 0x10000 + 16 * random(256), refs_at = 0x80000 + 16 * random(256);

  [[nodiscard]] unsigned element_bytes() const { return input.wide ? 2 : 1; }
  [[nodiscard]] std::uint64_t pitch() const {
    return (static_cast<std::uint64_t>(input.cols) * input.chans * element_bytes() + 15) / 16 * 16;
  }
  [[nodiscard]] std::uint64_t place(std::uint64_t base, int y, int i) const {
    return base + y * pitch() + i * element_bytes();
  }

  Input random_input(bool wide, bool spatial, int chans) {
    Input made{
        .rows = int(1 + random(24)), .cols = int(1 + random(40)), .chans = chans, .wide = wide, .spatial = spatial};
    for (auto& t : made.theta) t = int(random(wide ? 300 : 20));
    if (random(4) == 0) made.theta.fill(0);
    for (auto& channel : made.table) {
      for (auto& entry : channel) entry = static_cast<std::int16_t>(random(3) ? int(random(8000)) - 4000 : 0);
    }
    made.reference.assign(made.size(), 0);
    return made;
  }

  void configure(int axon_count) {
    write(EDDY_REG(INPUT_SHAPE), static_cast<std::uint32_t>(input.cols << EDDY_CSR__INPUT_SHAPE__COLS_bp | input.rows));
    write(EDDY_REG(INPUT_FORMAT),
          static_cast<std::uint32_t>(input.chans) | input.wide << EDDY_CSR__INPUT_FORMAT__WIDE_bp |
              input.spatial << EDDY_CSR__INPUT_FORMAT__SPATIAL_bp | input.xbits << EDDY_CSR__INPUT_FORMAT__XBITS_bp |
              input.cbits << EDDY_CSR__INPUT_FORMAT__CBITS_bp);
    for (unsigned c = 0; c < 4; ++c) write(EDDY_REG(INPUT_THETA) + 4 * c, static_cast<std::uint32_t>(input.theta[c]));
    axons.clear();
    for (int a = 0; a < axon_count; ++a) axons.push_back(random_axon(a));
    write(EDDY_REG(OUT_AXONS), static_cast<std::uint32_t>(axon_count));
    load_tables();
  }

  pkg::out_axon_t random_axon(int a) {
    auto range = [&](int size) {
      const int low = int(random(std::uint64_t(size))), high = low + int(random(std::uint64_t(size - low)));
      return std::pair{low, high};
    };
    pkg::out_axon_t axon{};
    axon.dest = {.tile = {.y = static_cast<std::uint8_t>(a / 4), .x = static_cast<std::uint8_t>(a % 4)}, .io = false};
    axon.axon = static_cast<pkg::axon_id_t>(100 + 3 * a);
    const auto [y0, y1] = a == 0 ? std::pair{0, input.rows - 1} : range(input.rows);
    const auto [x0, x1] = a == 0 ? std::pair{0, input.cols - 1} : range(input.cols);
    const auto [c0, c1] = a == 0 ? std::pair{0, input.chans - 1} : range(input.chans);
    axon.y0 = static_cast<pkg::coord_t>(y0), axon.y1 = static_cast<pkg::coord_t>(y1);
    axon.x0 = static_cast<pkg::coord_t>(x0), axon.x1 = static_cast<pkg::coord_t>(x1);
    axon.c0 = static_cast<pkg::chan_t>(c0), axon.c1 = static_cast<pkg::chan_t>(c1);
    axon.y_mask = static_cast<std::uint8_t>(a ? random(2) : 0);
    axon.x_mask = static_cast<std::uint8_t>(a ? random(2) : 0);
    axon.a = 1;
    axon.d = static_cast<std::uint8_t>(1 + random(2));
    axon.b_token = static_cast<std::int16_t>(int(random(3)) - 1 - y0);
    axon.rows = static_cast<pkg::coord_t>((y1 - y0) / axon.d + 1);
    return axon;
  }

  /// All tables as one list of load records, by a command.
  void load_tables() {
    std::vector<std::uint64_t> list;
    auto word = [&](unsigned address, std::uint32_t data) {
      list.push_back(load_t{.addr = address, .data = data}.to_u64());
    };
    auto entry = [&](pkg::table_e table, unsigned index, std::span<const std::uint32_t> words) {
      unsigned stride = 1;
      while (stride < words.size()) stride *= 2;
      for (unsigned w = 0; w < words.size(); ++w)
        word(1U << 17 | unsigned(table) << 13 | (index * stride + w), words[w]);
    };
    for (unsigned a = 0; a < axons.size(); ++a) {
      entry(pkg::table_e::TabOutAxon, a, axons[a].pack());
      entry(pkg::table_e::TabSent, a, pkg::axon_state_t{}.pack());
      entry(pkg::table_e::TabCredit, a, pkg::axon_state_t{}.pack());
    }
    for (unsigned c = 0; c < 4; ++c) {
      for (unsigned p = 0; p < 256; ++p) word(c << 8 | p, static_cast<std::uint16_t>(input.table[c][p]));
    }
    for (std::size_t i = 0; i < list.size(); ++i) memory.put(scratch + 8 * i, list[i]);
    ASSERT_EQ(execute({.count = static_cast<std::uint32_t>(list.size()), .address = scratch, .op = op_e::OpTable}).code,
              host_err_e::HostOk);
  }

  std::vector<int> random_values(const std::vector<int>& before, unsigned change_of_100) {
    std::vector<int> values = before;
    for (auto& value : values) {
      if (random(100) >= change_of_100) continue;
      if (input.wide)
        value = std::clamp(random(2) ? value + int(random(600)) - 300 : int(random(20000)) - 10000, -16000, 16000);
      else
        value = std::clamp(random(2) ? value + int(random(40)) - 20 : int(random(256)), 0, 255);
    }
    return values;
  }

  void put_values(std::uint64_t base, const std::vector<int>& values) {
    for (int y = 0; y < input.rows; ++y) {
      for (int i = 0; i < input.cols * input.chans; ++i) {
        const int value = values[static_cast<std::size_t>(y * input.cols * input.chans + i)];
        if (input.wide)
          memory.put(place(base, y, i), static_cast<std::int16_t>(value));
        else
          memory.put(place(base, y, i), static_cast<std::uint8_t>(value));
      }
    }
  }

  descriptor_t frame(bool first) {
    return {.address_b = refs_at,
            .address = values_at,
            .parity = (frame_index % 2) != 0,
            .first = first,
            .op = op_e::OpFrame};
  }

  /// One frame through the gateway, compared with the definition.
  void one_frame(const std::vector<int>& values, bool first) {
    put_values(values_at, values);
    from_gateway.clear();
    const auto expected = input.frame(values, first, abort);
    const auto end = execute(frame(first), 400000);
    ASSERT_EQ(end.code, abort ? host_err_e::HostErrAbort : host_err_e::HostOk);
    ASSERT_EQ(end.count, expected.size());
    ASSERT_TRUE(run_until([&] { return !dut.active_o; }, 2000));
    check_flits(expected);
    if (!input.spatial && !abort) check_references();
    give_credits();
    ++frame_index;
  }

  void check_flits(const std::vector<Sent>& expected) {
    std::size_t seen = 0;
    for (const auto& axon : axons) {
      std::vector<Sent> wanted;
      for (const auto& e : expected) {
        if (e.y >= axon.y0 && e.y <= axon.y1 && e.x >= axon.x0 && e.x <= axon.x1 && e.c >= axon.c0 && e.c <= axon.c1 &&
            ((e.y - axon.y0) & axon.y_mask) == 0 && ((e.x - axon.x0) & axon.x_mask) == 0) {
          wanted.push_back(e);
        }
      }
      seen += check_axon(axon, wanted);
    }
    EXPECT_EQ(seen, from_gateway.size()) << "flits to nobody";
  }

  /// Events in order; tokens that count them, rise, close no row too early and leave none behind open. Returns flits
  /// seen.
  std::size_t check_axon(const pkg::out_axon_t& axon, const std::vector<Sent>& wanted) {
    std::size_t next = 0, seen = 0;
    unsigned count = 0;
    int token_row = 0, event_row = -1;
    bool last = false;
    auto rule = [&](int y) { return std::clamp(floor_div(axon.a * y + axon.b_token, axon.d), 0, int(axon.rows)); };
    for (const auto& flit : from_gateway) {
      if (flit.dest != axon.dest) continue;
      ++seen;
      EXPECT_FALSE(last) << "something follows the last token";
      if (flit.kind == kind_e::KindEvent) {
        const auto event = pkg::event_t::from_u64(flit.body);
        if (next == wanted.size()) {
          ADD_FAILURE() << "more events than expected";
          return seen;
        }
        const auto& want = wanted[next++];
        EXPECT_EQ(event.axon, axon.axon);
        EXPECT_EQ(event.pos, std::uint32_t(want.y) << (input.xbits + input.cbits) |
                                 std::uint32_t(want.x) << input.cbits | std::uint32_t(want.c));
        EXPECT_EQ(event.value, want.value);
        ++count;
        if (event_row >= 0 && event_row < want.y) {
          EXPECT_GE(token_row, rule(event_row)) << "a row with events was left open";
        }
        if (want.y > 0 && token_row > 0) {
          EXPECT_LE(token_row, rule(want.y - 1)) << "closed too early";
        }
        event_row = want.y;
      } else {
        EXPECT_EQ(flit.kind, kind_e::KindToken);
        const auto token = pkg::token_t::from_u64(flit.body);
        EXPECT_EQ(token.axon, axon.axon);
        EXPECT_EQ(token.parity, frame_index % 2 != 0);
        EXPECT_EQ(token.count, count);
        EXPECT_TRUE(token.row > token_row || token.last);
        count = 0;
        token_row = token.row;
        last = token.last;
        if (last) {
          EXPECT_EQ(token.row, axon.rows);
        }
      }
    }
    EXPECT_TRUE(last) << "no last token";
    EXPECT_EQ(next, wanted.size());
    return seen;
  }

  void check_references() {
    for (int y = 0; y < input.rows; ++y) {
      for (int i = 0; i < input.cols * input.chans; ++i) {
        const int want = input.reference[static_cast<std::size_t>(y * input.cols * input.chans + i)];
        const int got = input.wide ? memory.get<std::int16_t>(place(refs_at, y, i))
                                   : memory.get<std::uint8_t>(place(refs_at, y, i));
        ASSERT_EQ(got, want) << "reference at row " << y << ", element " << i;
      }
    }
  }

  void give_credits() {
    for (unsigned a = 0; a < axons.size(); ++a) {
      send(kind_e::KindCredit, pkg::token_t{.axon = static_cast<pkg::axon_id_t>(a),
                                            .row = axons[a].rows,
                                            .parity = frame_index % 2 != 0,
                                            .last = true});
    }
  }

  void run_frames(int count) {
    std::vector<int> values(input.size(), 0);
    values = random_values(values, 100);
    one_frame(values, true);
    for (int f = 1; f < count && !HasFailure(); ++f) {
      values = random_values(values, f % 3 == 0 ? 0 : f % 3 == 1 ? 5 : 60);
      one_frame(values, false);
    }
    run_until([&] { return to_gateway.empty() && !dut.active_o; }, 2000);
    EXPECT_EQ(read(EDDY_REG(ERROR)) & 0xFF, 0U);
  }

  Input input{};
  std::vector<pkg::out_axon_t> axons;
  int frame_index = 0;
  bool abort = false;
};

TEST_F(Frames, PixelsMatchPlainLoops) {
  for (int chans : {1, 2, 3, 4, 1, 3}) {
    frame_index = 0;
    memory.stall = random(6);
    network_stall = random(6);
    input = random_input(false, false, chans);
    SCOPED_TRACE(testing::Message() << input.rows << "x" << input.cols << "x" << chans);
    configure(1 + int(random(8)));
    run_frames(5);
    if (HasFailure()) return;
  }
}

TEST_F(Frames, SpatialPixelsMatchPlainLoops) {
  for (int chans : {1, 3}) {
    frame_index = 0;
    input = random_input(false, true, chans);
    configure(1 + int(random(5)));
    run_frames(3);
  }
}

TEST_F(Frames, ActivationsMatchPlainLoops) {
  for (int chans : {1, 3, 4, 5, 8, 17, 40}) {
    frame_index = 0;
    memory.stall = random(6);
    input = random_input(true, random(3) == 0, chans);
    SCOPED_TRACE(testing::Message() << input.rows << "x" << input.cols << "x" << chans
                                    << (input.spatial ? " spatial" : ""));
    configure(1 + int(random(8)));
    run_frames(4);
    if (HasFailure()) return;
  }
}

TEST_F(Frames, OneTokenClosesManyQuietRows) {
  input = random_input(false, false, 1);
  input.rows = 40, input.cols = 20;
  input.reference.assign(input.size(), 0);
  configure(1);
  std::vector<int> values(input.size(), 100);
  one_frame(values, true);
  one_frame(values, false);
  EXPECT_LE(from_gateway.size(), 4U);  // 40 rows, MaxMerge a token: 16, 32, 40, and where the rule begins
  EXPECT_GE(from_gateway.size(), 2U);
}

TEST_F(Frames, SixteenPixelsACycleLessReferences) {
  input = random_input(false, false, 1);
  input.rows = 64, input.cols = 256;
  input.reference.assign(input.size(), 0);
  memory.stall = network_stall = 0;
  configure(2);
  std::vector<int> values(input.size(), 7);
  one_frame(values, true);
  put_values(values_at, values);
  memory.write_beats = 0;
  const auto end = execute(frame(false));
  // Two beats of memory for 16 pixels: the input and its references share one bus.
  EXPECT_LE(end.finish - end.start, 2 * input.size() / 16 + 120);
  EXPECT_EQ(memory.write_beats, 2U) << "an unchanged frame writes nothing but its completion";
  EXPECT_GE(memory.most_reads, 3U);
}

TEST_F(Frames, SpatialScanTakesAPixelBeatACycle) {
  input = random_input(true, true, 1);
  input.rows = 16, input.cols = 512;
  input.reference.assign(input.size(), 0);
  memory.stall = network_stall = 0;
  configure(1);
  std::vector<int> values(input.size(), 0);
  put_values(values_at, values);
  const auto end = execute(frame(true));
  EXPECT_LE(end.finish - end.start, input.size() / 8 + 120);
}

TEST_F(Frames, NoRowBeforeTheCredit) {
  input = random_input(false, false, 1);
  configure(3);
  one_frame(random_values(std::vector<int>(input.size(), 9), 50), true);
  to_gateway.clear();  // the credits of that frame
  from_gateway.clear();
  post_command(frame(false));
  run(2000);
  EXPECT_TRUE(from_gateway.empty());
  --frame_index;
  give_credits();
  to_gateway.pop_back();
  run(2000);
  EXPECT_TRUE(from_gateway.empty()) << "one consumer had not finished";
  const auto done = commands_done();
  give_credits();
  to_gateway.erase(to_gateway.begin(), to_gateway.end() - 1);
  EXPECT_TRUE(wait_commands(done + 1, 20000));
}

TEST_F(Frames, LimitOfTheCredit) {
  input = random_input(false, false, 1);
  configure(3);
  one_frame(std::vector<int>(input.size(), 9), true);
  run_until([&] { return to_gateway.size() <= 1; });
  to_gateway.clear();
  write(EDDY_REG(LIMIT_FRAME), 1000);
  from_gateway.clear();
  EXPECT_EQ(execute(frame(false), 5000).code, host_err_e::HostErrWaitCredit);
  EXPECT_TRUE(from_gateway.empty());
}

TEST_F(Frames, CreditsOutOfTurnAreErrors) {
  input = random_input(false, false, 1);
  configure(2);
  // Parity of the frame before: nothing was sent in it.
  send(kind_e::KindCredit, pkg::token_t{.axon = 1, .row = 1, .parity = true, .last = true});
  run(100);
  EXPECT_EQ(read(EDDY_REG(ERROR)) & 0xFF, unsigned(pkg::err_e::ErrCredit));
  write(EDDY_REG(CONTROL), EDDY_CSR__CONTROL__RUN_bm | EDDY_CSR__CONTROL__CLEAR_ERROR_bm);
  send(kind_e::KindCredit, pkg::token_t{.axon = 2, .row = 1, .parity = false, .last = true});
  run(100);
  EXPECT_EQ(read(EDDY_REG(ERROR)) & 0xFF, unsigned(pkg::err_e::ErrAxon));
}

TEST_F(Frames, SoftAbortSendsClosingTokensAndLosesNothing) {
  input = random_input(false, false, 1);
  input.theta.fill(0);
  configure(4);
  auto values = random_values(std::vector<int>(input.size(), 50), 100);
  one_frame(values, true);
  write(EDDY_REG(CONTROL), EDDY_CSR__CONTROL__RUN_bm | EDDY_CSR__CONTROL__ABORT_bm);
  abort = true;
  values = random_values(values, 80);
  one_frame(values, false);
  EXPECT_TRUE(sent(kind_e::KindEvent).empty());
  write(EDDY_REG(CONTROL), EDDY_CSR__CONTROL__RUN_bm);
  abort = false;
  one_frame(values, false);  // what was not sent goes out now
  EXPECT_FALSE(sent(kind_e::KindEvent).empty());
}

TEST_F(Frames, HaltStopsAtARowAndLosesNothing) {
  input = random_input(false, false, 2);
  input.rows = 20, input.cols = 30;
  input.reference.assign(input.size(), 0);
  configure(2);
  const auto values = random_values(std::vector<int>(input.size(), 0), 100);
  put_values(values_at, values);
  const auto expected = input.frame(values, true, false);
  from_gateway.clear();
  post_command(frame(true));
  run_until([&] { return from_gateway.size() > 50; });
  write(EDDY_REG(CONTROL), EDDY_CSR__CONTROL__RUN_bm | EDDY_CSR__CONTROL__HALT_bm);
  run(2000);
  const auto stopped_at = from_gateway.size();
  run(2000);
  EXPECT_EQ(from_gateway.size(), stopped_at);
  EXPECT_LT(stopped_at, expected.size());
  write(EDDY_REG(CONTROL), EDDY_CSR__CONTROL__RUN_bm);
  ASSERT_TRUE(wait_commands(posted_commands));
  run(2000);
  check_flits(expected);
}

TEST_F(Frames, BadShapesAreRefused) {
  for (int i = 0; i < 4; ++i) {
    input = random_input(false, false, 1);
    if (i == 0) input.rows = 0;
    if (i == 1) input.cols = 0;
    if (i == 2) input.chans = 5;
    if (i == 3) input.wide = true, input.cols = 4095, input.chans = 60000;
    write(EDDY_REG(INPUT_SHAPE), static_cast<std::uint32_t>(input.cols << 16 | input.rows));
    write(EDDY_REG(INPUT_FORMAT), static_cast<std::uint32_t>(input.chans | input.wide << 16));
    EXPECT_EQ(execute(frame(true), 3000).code, host_err_e::HostErrShape) << i;
    write(EDDY_REG(CONTROL), EDDY_CSR__CONTROL__RUN_bm | EDDY_CSR__CONTROL__CLEAR_ERROR_bm);
  }
}

}  // namespace
}  // namespace eddy::test

// SPDX-License-Identifier: Apache-2.0
// Results of eddy_gateway: records, credits behind posted room, both rings independent, frames in flight.
#include <gtest/gtest.h>

#include <algorithm>

#include "gateway_bench.hpp"

namespace eddy::test {
namespace {

using namespace host_pkg;
using pkg::kind_e;

/// Output populations that send events and tokens to the gateway, one in-axon each, as soon as they have credit.
struct Results : testing::Test, GatewayBench {
  static constexpr std::uint64_t buffers = 0x20000, buffer_bytes = 0x6000;
  static constexpr std::uint64_t pixels_at = 0x90000, refs_at = 0xA0000;
  static constexpr int rows = 6;

  void configure(unsigned count) {
    axons = count;
    write(EDDY_REG(IN_AXONS), axons);
    for (unsigned a = 0; a < axons; ++a) {
      const pkg::in_source_t source{.dest = {.tile = {.y = 3, .x = static_cast<std::uint8_t>(a % 5)}, .io = false},
                                    .axon = static_cast<pkg::axon_id_t>(40 + a),
                                    .idle = rows};
      write_table(pkg::table_e::TabInSource, a, source.pack());
      write_table(pkg::table_e::TabArrival, a, pkg::axon_state_t{}.pack());
    }
    credits.assign(axons, 0);
    on_flit = [this](const pkg::flit_t& flit) {
      if (flit.kind == kind_e::KindEvent || flit.kind == kind_e::KindToken) return;
      ASSERT_EQ(flit.kind, kind_e::KindCredit);
      const auto credit = pkg::token_t::from_u64(flit.body);
      const unsigned a = credit.axon - 40U;
      ASSERT_LT(a, axons);
      EXPECT_EQ(flit.dest.tile.x, a % 5);
      EXPECT_EQ(credit.row, rows);
      EXPECT_TRUE(credit.last);
      EXPECT_EQ(credit.parity, (credited[a]++) % 2 == 0) << "not the parity of the frame before";
      ++credits[a];
    };
    credited.assign(axons, 0);
  }

  /// One pixel, one out-axon to a consumer that gives its credit back at once: frames to be in flight.
  void configure_input() {
    write(EDDY_REG(INPUT_SHAPE), 1U << 16 | 1U);
    write(EDDY_REG(INPUT_FORMAT), 1);
    write(EDDY_REG(OUT_AXONS), 1);
    pkg::out_axon_t axon{};
    axon.a = axon.d = 1;
    axon.b_token = 1;
    axon.rows = 1;
    write_table(pkg::table_e::TabOutAxon, 0, axon.pack());
    write_table(pkg::table_e::TabSent, 0, pkg::axon_state_t{}.pack());
    write_table(pkg::table_e::TabCredit, 0, pkg::axon_state_t{}.pack());
  }
  void post_frame(int index) {
    post_command({.address_b = refs_at,
                  .address = pixels_at,
                  .parity = index % 2 != 0,
                  .first = index == 0,
                  .op = op_e::OpFrame});
  }
  void consume_frame(int index) {
    send(kind_e::KindCredit, pkg::token_t{.axon = 0, .row = 1, .parity = index % 2 != 0, .last = true});
  }

  /// A whole frame of events, axons mixed at random. Takes one credit of each axon.
  std::vector<record_t> send_frame(int index, unsigned events_of_axon) {
    std::vector<record_t> sent;
    std::vector<std::deque<pkg::flit_t>> queues(axons);
    for (unsigned a = 0; a < axons; ++a) {
      EXPECT_GT(credits[a]--, 0) << "sent without credit";
      std::uint32_t count = 0;
      for (int row = 1; row <= rows; ++row) {
        for (unsigned e = random(2 * events_of_axon / rows + 1); e > 0; --e, ++count) {
          const pkg::event_t event{.axon = static_cast<pkg::axon_id_t>(a),
                                   .pos = random(1U << 27),
                                   .value = static_cast<std::int16_t>(random())};
          queues[a].push_back({.kind = kind_e::KindEvent, .dest = here, .body = event.to_u64()});
        }
        if (row != rows && random(2)) continue;
        const pkg::token_t token{.axon = static_cast<pkg::axon_id_t>(a),
                                 .row = static_cast<pkg::coord_t>(row),
                                 .parity = index % 2 != 0,
                                 .last = row == rows,
                                 .count = static_cast<pkg::count_t>(count)};
        queues[a].push_back({.kind = kind_e::KindToken, .dest = here, .body = token.to_u64()});
        count = 0;
      }
    }
    while (std::any_of(queues.begin(), queues.end(), [](const auto& q) { return !q.empty(); })) {
      auto& queue = queues[random(axons)];
      if (queue.empty()) continue;
      to_gateway.push_back(queue.front());
      if (queue.front().kind == kind_e::KindEvent) {
        const auto event = pkg::event_t::from_u64(queue.front().body);
        sent.push_back({.axon = event.axon, .pos = event.pos, .value = event.value});
      }
      queue.pop_front();
    }
    return sent;
  }

  void check_buffer(std::uint64_t address, const std::vector<record_t>& sent) {
    for (std::size_t i = 0; i < sent.size(); ++i) {
      ASSERT_EQ(record_t::from_u64(memory.get<std::uint64_t>(address + 8 * i)), sent[i]) << "record " << i;
    }
    const record_t end{.last = true, .pos = static_cast<pkg::pos_t>(sent.size())};
    EXPECT_EQ(record_t::from_u64(memory.get<std::uint64_t>(address + 8 * sent.size())), end);
  }
  [[nodiscard]] std::uint64_t buffer(int i) const {
    return buffers + buffer_bytes * static_cast<unsigned>(i % 8) + 16 * static_cast<unsigned>(i * 37 % 256);
  }
  /// A buffer is open, and every axon has credit for its frame.
  void wait_open() {
    for (int i = 0; i < 100 && !(read(EDDY_REG(STATUS)) & EDDY_CSR__STATUS__OPEN_bm); ++i) run(20);
    EXPECT_TRUE(read(EDDY_REG(STATUS)) & EDDY_CSR__STATUS__OPEN_bm) << "no buffer is opened";
    EXPECT_TRUE(run_until([&] { return all_credited(); }, 5000)) << "no credit is given";
  }
  [[nodiscard]] bool all_credited() const {
    return std::all_of(credits.begin(), credits.end(), [](int c) { return c == 1; });
  }
  host_err_e error() { return static_cast<host_err_e>(read(EDDY_REG(ERROR)) & EDDY_CSR__ERROR__CODE_bm); }
  void clear_error() { write(EDDY_REG(CONTROL), EDDY_CSR__CONTROL__RUN_bm | EDDY_CSR__CONTROL__CLEAR_ERROR_bm); }

  unsigned axons = 0;
  std::vector<int> credits, credited;
};

TEST_F(Results, FramesBecomeRecordsInTheirBuffers) {
  configure(7);
  for (int f = 0; f < 10; ++f) {
    memory.stall = random(7);
    network_stall = random(7);
    const unsigned size = random(3) == 0 ? 0 : random(200);
    post_drain(buffer(f), 2000, f % 2);
    wait_open();
    const auto behind_at = buffer(f) + 8 * 1500;
    const auto behind = memory.get<std::uint64_t>(behind_at);
    const auto sent = send_frame(f, size);
    ASSERT_TRUE(wait_drains(f + 1));
    const auto end = drain_end(f);
    EXPECT_EQ(end.code, host_err_e::HostOk);
    EXPECT_EQ(end.count, sent.size());
    EXPECT_LE(end.start, end.finish);
    check_buffer(buffer(f), sent);
    if (sent.size() < 1400) {
      EXPECT_EQ(memory.get<std::uint64_t>(behind_at), behind);
    }
  }
  EXPECT_EQ(error(), host_err_e::HostOk);
}

TEST_F(Results, NoCreditBeforeRoomIsPosted) {
  configure(5);
  for (int f = 0; f < 3; ++f) {
    run(2000);
    EXPECT_TRUE(sent(kind_e::KindCredit).empty()) << "credit without a buffer";
    post_drain(buffer(f), 2000);
    ASSERT_TRUE(run_until([&] { return sent(kind_e::KindCredit).size() == 5; }, 3000));
    run(500);
    EXPECT_EQ(sent(kind_e::KindCredit).size(), 5U) << "more than one credit";
    send_frame(f, 30);
    ASSERT_TRUE(wait_drains(f + 1));
    from_gateway.clear();
  }
}

TEST_F(Results, NextBufferOpensOnlyWhenTheFrameIsComplete) {
  configure(2);
  post_drain(buffer(0), 2000);
  post_drain(buffer(1), 2000);
  wait_open();
  run(500);
  EXPECT_EQ(sent(kind_e::KindCredit).size(), 2U);
  const auto first = send_frame(0, 40);
  ASSERT_TRUE(run_until([&] { return sent(kind_e::KindCredit).size() == 4; }, 5000));
  const auto second = send_frame(1, 40);
  ASSERT_TRUE(wait_drains(2));
  check_buffer(buffer(0), first);
  check_buffer(buffer(1), second);
}

TEST_F(Results, DrainsGoOnWhileACommandWaits) {
  configure(3);
  configure_input();
  post_drain(buffer(0), 2000);
  wait_open();
  post_frame(0);
  ASSERT_TRUE(wait_commands(1));
  post_frame(1);  // waits for the credit of frame 0
  for (int f = 0; f < 4; ++f) {
    const auto sent = send_frame(f, 60);
    post_drain(buffer(f + 1), 2000);
    ASSERT_TRUE(wait_drains(f + 1)) << "drain " << f << " waits for a command";
    check_buffer(buffer(f), sent);
    ASSERT_TRUE(run_until([&] { return all_credited(); }, 3000));
  }
  EXPECT_EQ(commands_done(), 1U);
}

TEST_F(Results, CommandsGoOnWhileNoDrainIsPosted) {
  configure(3);
  for (unsigned i = 0; i < 5; ++i) {
    memory.put(scratch, load_t{.addr = 3, .data = i}.to_u64());
    on_flit = nullptr;
    EXPECT_EQ(execute({.count = 1, .address = scratch, .op = op_e::OpLoad}).code, host_err_e::HostOk);
  }
}

TEST_F(Results, EventsAreTakenWhileTheGatewayCannotSend) {
  configure(3);
  post_drain(buffer(0), 2000);
  post_drain(buffer(1), 2000);
  wait_open();
  // The network takes nothing: a load hangs, credits hang.
  network_open = false;
  for (unsigned i = 0; i < 40; ++i) memory.put(scratch + 8 * i, load_t{.addr = i}.to_u64());
  on_flit = nullptr;
  post_command({.count = 40, .address = scratch, .op = op_e::OpLoad});
  const auto sent = send_frame(0, 300);
  ASSERT_TRUE(run_until([&] { return to_gateway.empty(); }, 20000)) << "an event had to wait for a sender";
  ASSERT_TRUE(wait_drains(1));
  check_buffer(buffer(0), sent);
}

TEST_F(Results, EventsWithoutABufferAreAnErrorAndTaken) {
  configure(1);
  credits.assign(1, 1);  // that the gateway has not given
  send_frame(0, 30);
  ASSERT_TRUE(run_until([&] { return to_gateway.empty(); }, 2000));
  run(50);
  EXPECT_EQ(error(), host_err_e::HostErrRoom);
}

TEST_F(Results, MoreEventsThanRoomIsAnErrorAndTheRestIsDropped) {
  configure(2);
  post_drain(buffer(0), 9);
  wait_open();
  const auto behind = memory.get<std::uint64_t>(buffer(0) + 8 * 10);
  auto sent = send_frame(0, 60);
  ASSERT_GT(sent.size(), 9U);
  ASSERT_TRUE(wait_drains(1));
  EXPECT_EQ(drain_end(0).code, host_err_e::HostErrCapacity);
  EXPECT_EQ(drain_end(0).count, 9U);
  sent.resize(9);
  check_buffer(buffer(0), sent);
  EXPECT_EQ(memory.get<std::uint64_t>(buffer(0) + 8 * 10), behind) << "wrote behind the buffer";
}

TEST_F(Results, LostEventsAndWrongTokensAreErrors) {
  configure(1);
  post_drain(buffer(0), 100);
  wait_open();
  send(kind_e::KindToken, pkg::token_t{.axon = 0, .row = 1, .count = 1});
  run(50);
  EXPECT_EQ(read(EDDY_REG(ERROR)) & 0xFF, unsigned(pkg::err_e::ErrCount));
  clear_error();
  send(kind_e::KindToken, pkg::token_t{.axon = 0, .row = 1});
  run(50);
  EXPECT_EQ(read(EDDY_REG(ERROR)) & 0xFF, unsigned(pkg::err_e::ErrToken));
  clear_error();
  send(kind_e::KindEvent, pkg::event_t{.axon = 1, .pos = 1, .value = 1});
  run(50);
  EXPECT_EQ(read(EDDY_REG(ERROR)) & 0xFF, unsigned(pkg::err_e::ErrAxon));
}

TEST_F(Results, HostileDrainsEndInAnErrorEach) {
  configure(1);
  const std::vector<std::pair<descriptor_t, host_err_e>> cases{
      {{.count = 5, .address = scratch, .op = op_e::OpLoad}, host_err_e::HostErrOpcode},
      {{.count = 5, .address = scratch + 4, .op = op_e::OpDrain}, host_err_e::HostErrDescriptor},
      {{.count = 5, .address = 1ULL << 50, .op = op_e::OpDrain}, host_err_e::HostErrDescriptor},
  };
  for (const auto& [descriptor, code] : cases) {
    memory.put(drain_ring + DescriptorBytes * (posted_drains % 8), descriptor.pack());
    write(EDDY_REG(DRAIN.HEAD), ++posted_drains);
    ASSERT_TRUE(wait_drains(posted_drains, 3000));
    EXPECT_EQ(drain_end(posted_drains - 1).code, code);
    EXPECT_EQ(error(), code);
    clear_error();
  }
  // And the next good one works.
  post_drain(buffer(0), 1000);
  wait_open();
  const auto sent = send_frame(0, 20);
  ASSERT_TRUE(wait_drains(posted_drains));
  check_buffer(buffer(0), sent);
}

struct InFlight : Results, testing::WithParamInterface<unsigned> {};

TEST_P(InFlight, FramesAreLimited) {
  configure(1);
  configure_input();
  write(EDDY_REG(IN_FLIGHT), GetParam());
  const unsigned limit = std::max(1U, GetParam());
  for (int i = 0; i < 6; ++i) {
    post_drain(buffer(i), 1000);
    post_frame(i);
  }
  int consumed = 0;
  for (unsigned finished = 0; finished < 3; ++finished) {
    for (int t = 0; t < 3000; ++t) {
      tick();
      // The consumer of the input is done at once: only the limit holds the next frame.
      if (int(sent(kind_e::KindToken).size()) > consumed) consume_frame(consumed++);
    }
    EXPECT_EQ(read(EDDY_REG(STATUS)) >> EDDY_CSR__STATUS__IN_FLIGHT_bp & 0xFF, limit);
    EXPECT_EQ(commands_done(), finished + limit);
    send_frame(int(finished), 10);
    ASSERT_TRUE(wait_drains(finished + 1));
    ASSERT_TRUE(run_until([&] { return all_credited(); }, 3000));
  }
}
INSTANTIATE_TEST_SUITE_P(Limits, InFlight, testing::Values(0, 1, 3));

TEST_F(Results, LimitOfAFrameThatMayNotStart) {
  configure(1);
  configure_input();
  write(EDDY_REG(LIMIT_FRAME), 700);
  post_frame(0);  // no drain buffer is open
  ASSERT_TRUE(wait_commands(1, 3000));
  EXPECT_EQ(command_end(0).code, host_err_e::HostErrWaitFrame);
  EXPECT_TRUE(from_gateway.empty());
}

TEST_F(Results, LimitOfAFrameWithoutResults) {
  configure(2);
  configure_input();
  write(EDDY_REG(LIMIT_FRAME), 900);
  post_drain(buffer(0), 1000);
  wait_open();
  post_frame(0);
  send_frame(0, 10);
  to_gateway.pop_back();  // a lost last token
  ASSERT_TRUE(wait_drains(1, 5000));
  EXPECT_EQ(drain_end(0).code, host_err_e::HostErrWaitResult);
  EXPECT_EQ(error(), host_err_e::HostErrWaitResult);
}

TEST_F(Results, SoftAbortDiscardsResults) {
  configure(2);
  post_drain(buffer(0), 1000);
  wait_open();
  write(EDDY_REG(CONTROL), EDDY_CSR__CONTROL__RUN_bm | EDDY_CSR__CONTROL__ABORT_bm);
  ASSERT_FALSE(send_frame(0, 30).empty());
  ASSERT_TRUE(wait_drains(1));
  EXPECT_EQ(drain_end(0).code, host_err_e::HostErrAbort);
  EXPECT_EQ(drain_end(0).count, 0U);
  check_buffer(buffer(0), {});
  EXPECT_EQ(error(), host_err_e::HostOk) << "an abort is no error";
}

TEST_F(Results, RestartForgetsAFrame) {
  configure(2);
  post_drain(buffer(0), 1000);
  wait_open();
  send_frame(0, 30);
  to_gateway.pop_back();
  ASSERT_TRUE(run_until([&] { return to_gateway.empty(); }, 2000));
  run(100);
  write(EDDY_REG(CONTROL), EDDY_CSR__CONTROL__HALT_bm | EDDY_CSR__CONTROL__RESTART_bm);
  EXPECT_EQ(drains_done(), 1U) << "what was posted is forgotten";
  write(EDDY_REG(CONTROL), EDDY_CSR__CONTROL__RUN_bm);
  configure(2);
  post_drain(buffer(3), 1000);
  wait_open();
  const auto sent = send_frame(0, 30);
  ASSERT_TRUE(wait_drains(2));
  check_buffer(buffer(3), sent);
}

TEST_F(Results, CompletionsCarryFirstPixelAndLastResult) {
  configure(1);
  configure_input();
  memory.stall = network_stall = 0;
  post_drain(buffer(0), 1000);
  wait_open();
  post_frame(0);
  ASSERT_TRUE(wait_commands(1));
  run(5000);
  send_frame(0, 10);
  ASSERT_TRUE(wait_drains(1));
  const auto frame = command_end(0);
  const auto drain = drain_end(0);
  EXPECT_GT(drain.finish - frame.start, 5000U) << "time stood still while a frame was in flight";
  EXPECT_LT(drain.finish - frame.start, 6000U);
}

}  // namespace
}  // namespace eddy::test

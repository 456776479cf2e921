// SPDX-License-Identifier: Apache-2.0
// eddy_gateway: registers, commands, rings, limits on every wait, errors, hostile descriptors.
#include <gtest/gtest.h>

#include <map>

#include "gateway_bench.hpp"

namespace eddy::test {
namespace {

using namespace host_pkg;
using pkg::kind_e;

pkg::dest_t core(unsigned y, unsigned x) {
  return {.tile = {.y = static_cast<std::uint8_t>(y), .x = static_cast<std::uint8_t>(x)}, .io = false};
}

struct Commands : testing::Test, GatewayBench {
  /// Tiles that hold what was written and answer reads.
  void play_tiles() {
    on_flit = [this](const pkg::flit_t& flit) {
      if (flit.kind == kind_e::KindWrite) {
        const auto body = pkg::write_t::from_u64(flit.body);
        tiles[{flit.dest.to_u64(), body.addr}] = body.data;
      } else if (flit.kind == kind_e::KindRead) {
        const auto body = pkg::read_t::from_u64(flit.body);
        EXPECT_EQ(body.reply, here);
        EXPECT_EQ(++reads_out, 1U) << "more than one read outstanding";
        const auto data = tiles[{flit.dest.to_u64(), body.addr}];
        if (flit.dest.tile.y == silent_row) return;
        send(kind_e::KindAnswer, pkg::write_t{.addr = body.addr, .data = data});
        reads_out = 0;
      }
    };
  }
  /// `n` random load records at `address`.
  std::vector<load_t> make_list(std::uint64_t address, unsigned n) {
    std::vector<load_t> list;
    for (unsigned i = 0; i < n; ++i) {
      list.push_back({.dest = core(random(3), random(4)), .addr = random(1U << 18), .data = random()});
      memory.put(address + 8 * i, list.back().to_u64());
    }
    return list;
  }
  host_err_e error() { return static_cast<host_err_e>(read(EDDY_REG(ERROR)) & EDDY_CSR__ERROR__CODE_bm); }
  unsigned error_tile() { return read(EDDY_REG(ERROR)) >> EDDY_CSR__ERROR__TILE_bp & 0xFF; }
  void control(std::uint32_t more) { write(EDDY_REG(CONTROL), EDDY_CSR__CONTROL__RUN_bm | more); }
  bool wait_error(unsigned limit = 20000) {
    return run_until([&] { return dut.irq_o != 0; }, limit);
  }

  std::map<std::pair<std::uint64_t, std::uint32_t>, std::uint32_t> tiles;
  unsigned reads_out = 0;
  unsigned silent_row = 99;  // its tiles never answer
};

TEST_F(Commands, RegistersSayWhatThisIs) {
  EXPECT_EQ(read(EDDY_REG(ID)), 0x45444459U);
  EXPECT_EQ(read(EDDY_REG(CHIP)) & 0xFFFF, 0x0504U);
  EXPECT_EQ(read(EDDY_REG(CHIP)) >> 16 & 0xFF, pkg::Lanes);
  EXPECT_EQ(read(EDDY_REG(GATEWAY)) & 0xFF, here.tile.to_u64());
}

TEST_F(Commands, LoadBecomesWritesInOrder) {
  for (unsigned n : {1U, 2U, 31U, 500U}) {
    from_gateway.clear();
    const auto address = scratch + 16 * random(256);
    const auto list = make_list(address, n);
    const auto end = execute({.count = n, .address = address, .op = op_e::OpLoad});
    EXPECT_EQ(end.code, host_err_e::HostOk);
    EXPECT_EQ(end.done, 1);
    EXPECT_EQ(end.count, n);
    EXPECT_LT(end.start, end.finish);
    run(200);
    ASSERT_EQ(from_gateway.size(), n);
    for (unsigned i = 0; i < n; ++i) {
      const auto& flit = from_gateway[i];
      const auto body = pkg::write_t::from_u64(flit.body);
      ASSERT_EQ(flit.kind, kind_e::KindWrite);
      ASSERT_EQ(flit.dest, list[i].dest);
      ASSERT_EQ(body.addr, list[i].addr);
      ASSERT_EQ(body.data, list[i].data);
    }
  }
}

TEST_F(Commands, LoadSendsARecordACycleWhenNothingStalls) {
  network_stall = memory.stall = 0;
  make_list(scratch, 1000);
  const auto end = execute({.count = 1000, .address = scratch, .op = op_e::OpLoad});
  EXPECT_LT(end.finish - end.start, 1000U + 60U);
}

TEST_F(Commands, ReadCopiesWordsToMemory) {
  play_tiles();
  const auto dest = core(2, 1);
  for (unsigned n : {1U, 3U, 4U, 70U}) {
    for (unsigned i = 0; i < n; ++i) tiles[{dest.to_u64(), 100 + i}] = random();
    const auto behind = memory.get<std::uint32_t>(scratch + 4 * n);
    const auto end = execute({.dest = dest, .word = 100, .count = n, .address = scratch, .op = op_e::OpRead});
    EXPECT_EQ(end.code, host_err_e::HostOk);
    EXPECT_EQ(end.count, n);
    for (unsigned i = 0; i < n; ++i) {
      ASSERT_EQ(memory.get<std::uint32_t>(scratch + 4 * i), (tiles[{dest.to_u64(), 100 + i}])) << i << " of " << n;
    }
    EXPECT_EQ(memory.get<std::uint32_t>(scratch + 4 * n), behind) << "wrote behind the end";
  }
}

TEST_F(Commands, FenceReadsBackEachTileBehindItsWrites) {
  play_tiles();
  const auto list = make_list(scratch, 9);
  execute({.count = 9, .address = scratch, .op = op_e::OpLoad});
  const auto end = execute({.count = 9, .address = scratch, .op = op_e::OpFence});
  EXPECT_EQ(end.code, host_err_e::HostOk);
  EXPECT_EQ(end.count, 9U);
  ASSERT_EQ(from_gateway.size(), 18U);
  for (unsigned i = 0; i < 9; ++i) {
    EXPECT_EQ(from_gateway[9 + i].kind, kind_e::KindRead);
    EXPECT_EQ(from_gateway[9 + i].dest, list[i].dest);
  }
}

TEST_F(Commands, RingWrapsAndInterruptsWhenAsked) {
  write(EDDY_REG(INT_ENABLE), EDDY_CSR__INT_ENABLE__COMMAND_bm);
  for (unsigned i = 0; i < 20; ++i) {
    make_list(scratch, 5);
    const bool irq = i % 3 == 0;
    execute({.count = 5, .address = scratch, .tag = i, .irq = irq, .op = op_e::OpLoad});
    EXPECT_EQ(dut.irq_o != 0, irq);
    write(EDDY_REG(INT_STATUS), 7);
    EXPECT_FALSE(dut.irq_o);
  }
}

TEST_F(Commands, SeveralPostedAtOnceEndInOrder) {
  play_tiles();
  for (unsigned i = 0; i < 6; ++i) {
    make_list(scratch + 0x100 * i, 7 + i);
    post_command({.count = 7 + i, .address = scratch + 0x100 * i, .op = i % 2 ? op_e::OpFence : op_e::OpLoad});
  }
  ASSERT_TRUE(wait_commands(6));
  for (unsigned i = 0; i < 6; ++i) EXPECT_EQ(command_end(i).count, 7 + i);
}

TEST_F(Commands, NothingMovesWhileIdle) {
  skip_quiet = false;
  make_list(scratch, 5);
  execute({.count = 5, .address = scratch, .op = op_e::OpLoad});
  ASSERT_TRUE(run_until([&] { return !dut.active_o; }, 500));
  const auto before = read(EDDY_REG(CYCLE_LO));
  ASSERT_TRUE(run_until([&] { return !dut.active_o; }, 500));
  run(1000);
  EXPECT_LT(read(EDDY_REG(CYCLE_LO)) - before, 20U) << "the clock of an idle gateway runs";
}

TEST_F(Commands, RunAndHaltHoldCommands) {
  write(EDDY_REG(CONTROL), 0);
  make_list(scratch, 5);
  post_command({.count = 5, .address = scratch, .op = op_e::OpLoad});
  run(500);
  EXPECT_EQ(commands_done(), 0U);
  control(EDDY_CSR__CONTROL__HALT_bm);
  run(500);
  EXPECT_EQ(commands_done(), 0U);
  control(0);
  EXPECT_TRUE(wait_commands(1, 2000));
}

// ---- errors

TEST_F(Commands, HostileDescriptorsEndInAnErrorEach) {
  play_tiles();
  const descriptor_t good{.count = 3, .address = scratch, .op = op_e::OpLoad};
  struct Case {
    descriptor_t descriptor;
    host_err_e code;
  };
  auto with = [&](auto change) {
    auto descriptor = good;
    change(descriptor);
    return descriptor;
  };
  const std::vector<Case> cases{
      {with([](auto& d) { d.op = op_e::OpNone; }), host_err_e::HostErrOpcode},
      {with([](auto& d) { d.op = op_e::OpDrain; }), host_err_e::HostErrOpcode},
      {with([](auto& d) { d.op = static_cast<op_e>(255); }), host_err_e::HostErrOpcode},
      {with([](auto& d) { d.address += 8; }), host_err_e::HostErrDescriptor},
      {with([](auto& d) { d.address |= 1ULL << 60; }), host_err_e::HostErrDescriptor},
      {with([](auto& d) { d.count = 0; }), host_err_e::HostErrDescriptor},
      {with([](auto& d) { d.op = op_e::OpRead, d.count = 0; }), host_err_e::HostErrDescriptor},
      {with([](auto& d) { d.op = op_e::OpFrame, d.address_b = 1; }), host_err_e::HostErrDescriptor},
      {with([](auto& d) { d.op = op_e::OpFrame, d.address_b = 0; }), host_err_e::HostErrShape},  // no shape was set
  };
  for (const auto& [descriptor, code] : cases) {
    EXPECT_EQ(execute(descriptor, 5000).code, code);
    EXPECT_EQ(error(), code);
    make_list(scratch, 3);
    post_command(good);
    run(300);
    EXPECT_EQ(commands_done(), posted_commands - 1) << "a command ran before the error was cleared";
    control(EDDY_CSR__CONTROL__CLEAR_ERROR_bm);
    ASSERT_TRUE(wait_commands(posted_commands, 5000));
    EXPECT_EQ(command_end(posted_commands - 1).code, host_err_e::HostOk);
  }
}

TEST_F(Commands, RandomDescriptorsNeverHang) {
  play_tiles();
  write(EDDY_REG(LIMIT_NET), 500);
  write(EDDY_REG(LIMIT_FRAME), 500);
  for (unsigned i = 0; i < 60; ++i) {
    std::array<std::uint32_t, descriptor_t::word_count> words;
    for (auto& word : words) word = random();
    auto descriptor = descriptor_t::unpack(words);
    if (random(2)) descriptor.op = static_cast<op_e>(random(8));
    // Within the memory, and short: a long list is not a hang.
    if (random(2)) descriptor.address = scratch, descriptor.count %= 40;
    if (descriptor.op >= op_e::OpLoad && descriptor.op <= op_e::OpTable && descriptor.count > 1000)
      descriptor.address = 4;
    execute(descriptor, 30000);
    control(EDDY_CSR__CONTROL__CLEAR_ERROR_bm);
  }
}

TEST_F(Commands, AnErrorFlitLandsInRegisterAndCompletion) {
  write(EDDY_REG(INT_ENABLE), EDDY_CSR__INT_ENABLE__ERROR_bm);
  const pkg::error_t sent{.code = pkg::err_e::ErrCount, .tile = {.y = 3, .x = 1}, .axon = 77, .info = 12345};
  send(kind_e::KindError, sent);
  send(kind_e::KindError, pkg::error_t{.code = pkg::err_e::ErrToken, .tile = {.y = 0, .x = 0}, .axon = 1});
  ASSERT_TRUE(wait_error());
  run(100);
  EXPECT_EQ(error(), host_err_e::HostErrTile);
  EXPECT_EQ(error_tile(), 0x31U);
  EXPECT_EQ(std::uint64_t{read(EDDY_REG(ERROR_HI))} << 32 | read(EDDY_REG(ERROR_LO)), sent.to_u64())
      << "not the first error";
  EXPECT_TRUE(read(EDDY_REG(STATUS)) & EDDY_CSR__STATUS__STOPPED_bm);

  control(EDDY_CSR__CONTROL__CLEAR_ERROR_bm);
  EXPECT_EQ(error(), host_err_e::HostOk);
  // While a command runs: in its completion.
  make_list(scratch, 300);
  post_command({.count = 300, .address = scratch, .op = op_e::OpLoad});
  run(150);
  send(kind_e::KindError, sent);
  ASSERT_TRUE(wait_commands(1));
  EXPECT_EQ(command_end(0).code, host_err_e::HostErrTile);
  EXPECT_EQ(command_end(0).error, sent);
}

TEST_F(Commands, KindsThatNoGatewayTakesAreDroppedAsErrors) {
  send(kind_e::KindWrite, pkg::write_t{.addr = 5, .data = 6});
  send(kind_e::KindRead, pkg::read_t{.addr = 5});
  ASSERT_TRUE(run_until([&] { return to_gateway.empty(); }, 500));
  run(20);
  EXPECT_EQ(static_cast<unsigned>(error()), static_cast<unsigned>(pkg::err_e::ErrKind));
}

TEST_F(Commands, AnAnswerThatNobodyWaitsForIsAnError) {
  send(kind_e::KindAnswer, pkg::write_t{.addr = 5, .data = 6});
  run(100);
  EXPECT_EQ(error(), host_err_e::HostErrAnswer);
}

TEST_F(Commands, AnAnswerToAnotherAddressIsNotTaken) {
  on_flit = [this](const pkg::flit_t& flit) {
    const auto address = pkg::read_t::from_u64(flit.body).addr;
    send(kind_e::KindAnswer, pkg::write_t{.addr = address + 1, .data = 6});
    send(kind_e::KindAnswer, pkg::write_t{.addr = address, .data = 7});
  };
  const auto end = execute({.dest = core(0, 0), .word = 100, .count = 1, .address = scratch, .op = op_e::OpRead});
  EXPECT_EQ(end.code, host_err_e::HostErrAnswer);
  EXPECT_EQ(memory.get<std::uint32_t>(scratch), 7U);
}

// ---- limits

TEST_F(Commands, LimitOfTheNetwork) {
  write(EDDY_REG(INT_ENABLE), EDDY_CSR__INT_ENABLE__ERROR_bm);
  write(EDDY_REG(LIMIT_NET), 300);
  network_open = false;
  const auto list = make_list(scratch, 5);
  post_command({.count = 5, .address = scratch, .op = op_e::OpLoad});
  run(250);
  EXPECT_FALSE(dut.irq_o) << "too early";
  ASSERT_TRUE(wait_error(1000));
  EXPECT_EQ(error(), host_err_e::HostErrWaitNet);
  EXPECT_EQ(error_tile(), list[0].dest.tile.to_u64());
  network_open = true;
  ASSERT_TRUE(wait_commands(1));
  EXPECT_EQ(command_end(0).code, host_err_e::HostErrWaitNet);
}

TEST_F(Commands, LimitOfAnAnswerEndsReadAndFence) {
  play_tiles();
  silent_row = 2;
  write(EDDY_REG(LIMIT_NET), 300);
  auto end = execute({.dest = core(2, 1), .word = 100, .count = 7, .address = scratch, .op = op_e::OpRead}, 5000);
  EXPECT_EQ(end.code, host_err_e::HostErrWaitAnswer);
  EXPECT_EQ(end.count, 0U);
  EXPECT_EQ(error_tile(), 0x21U);
  reads_out = 0;
  control(EDDY_CSR__CONTROL__CLEAR_ERROR_bm);

  for (unsigned i = 0; i < 100; ++i) {
    memory.put(scratch + 8 * i, load_t{.dest = core(i == 3 ? 2 : 0, 0), .addr = i}.to_u64());
  }
  end = execute({.count = 100, .address = scratch, .op = op_e::OpFence}, 20000);
  EXPECT_EQ(end.code, host_err_e::HostErrWaitAnswer);
  EXPECT_EQ(end.count, 4U);
  reads_out = 0;
  control(EDDY_CSR__CONTROL__CLEAR_ERROR_bm);
  silent_row = 99;
  EXPECT_EQ(execute({.count = 100, .address = scratch, .op = op_e::OpFence}).code, host_err_e::HostOk);
}

TEST_F(Commands, LimitOfMemoryReads) {
  write(EDDY_REG(INT_ENABLE), EDDY_CSR__INT_ENABLE__ERROR_bm);
  write(EDDY_REG(LIMIT_MEM), 400);
  make_list(scratch, 5);
  memory.answer_reads = false;
  post_command({.count = 5, .address = scratch, .op = op_e::OpLoad});
  ASSERT_TRUE(wait_error());
  EXPECT_EQ(error(), host_err_e::HostErrWaitRead);
  // The transfer is still open: it must be able to end.
  memory.answer_reads = true;
  control(EDDY_CSR__CONTROL__CLEAR_ERROR_bm);
  EXPECT_TRUE(wait_commands(1));
}

TEST_F(Commands, LimitOfMemoryWrites) {
  write(EDDY_REG(INT_ENABLE), EDDY_CSR__INT_ENABLE__ERROR_bm);
  write(EDDY_REG(LIMIT_MEM), 400);
  make_list(scratch, 5);
  memory.confirm_writes = false;
  post_command({.count = 5, .address = scratch, .op = op_e::OpLoad});
  ASSERT_TRUE(wait_error());
  EXPECT_EQ(error(), host_err_e::HostErrWaitWrite);
  EXPECT_EQ(commands_done(), 0U) << "the tail moved before memory confirmed";
  memory.confirm_writes = true;
  EXPECT_TRUE(wait_commands(1));
}

TEST_F(Commands, ErrorsOfMemoryAreReported) {
  make_list(scratch, 5);
  memory.read_response = 2;
  post_command({.count = 5, .address = scratch, .op = op_e::OpLoad});
  run(500);
  EXPECT_EQ(error(), host_err_e::HostErrAxiRead);
  memory.read_response = 0;
  control(EDDY_CSR__CONTROL__CLEAR_ERROR_bm);
  ASSERT_TRUE(wait_commands(1));

  memory.write_response = 3;
  EXPECT_EQ(execute({.count = 5, .address = scratch, .op = op_e::OpLoad}).code, host_err_e::HostOk);
  EXPECT_EQ(error(), host_err_e::HostErrAxiWrite);
}

TEST_F(Commands, CountersCountFlitsAndBytes) {
  play_tiles();
  make_list(scratch, 6);
  execute({.count = 6, .address = scratch, .op = op_e::OpLoad});
  execute({.count = 6, .address = scratch, .op = op_e::OpFence});
  EXPECT_EQ(read(EDDY_REG(TX_FLITS) + 4 * static_cast<unsigned>(kind_e::KindWrite)), 6U);
  EXPECT_EQ(read(EDDY_REG(TX_FLITS) + 4 * static_cast<unsigned>(kind_e::KindRead)), 6U);
  EXPECT_EQ(read(EDDY_REG(RX_FLITS) + 4 * static_cast<unsigned>(kind_e::KindAnswer)), 6U);
  EXPECT_EQ(read(EDDY_REG(READ_BYTES)), 16 * memory.read_beats);
  EXPECT_EQ(read(EDDY_REG(WRITTEN_BYTES)), 16 * memory.write_beats);
}

}  // namespace
}  // namespace eddy::test

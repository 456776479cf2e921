// SPDX-License-Identifier: Apache-2.0
// A tile with nothing but its i/o end: the host loads a small network by messages, sends frames, and compares every
// event, token, credit, accumulator and counter with plain loops.
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "rtl_test.hpp"
#include "small_net.hpp"
#include "tile_bench.hpp"

namespace eddy::test {
namespace {

using pkg::kind_e;

/// What came out of the i/o end in one frame.
struct Answered {
  std::vector<Fired> events;
  std::vector<pkg::token_t> tokens;
  bool last = false;      // the output's frame is complete
  bool credited = false;  // the tile wants the next frame
};

class TileTest : public testing::Test {
 protected:
  Rng rng = make_rng();

  static Fired fired(const pkg::event_t& event) {
    const unsigned x = event.pos >> SmallNet::kCBits & ((1U << SmallNet::kXBits) - 1);
    return {static_cast<int>(event.pos >> (SmallNet::kXBits + SmallNet::kCBits)), static_cast<int>(x),
            static_cast<int>(event.pos & ((1U << SmallNet::kCBits) - 1)), event.value};
  }

  static void give_credit(TileBench& bench, const SmallNet& net, bool parity) {
    const pkg::token_t credit{.axon = static_cast<std::uint16_t>(net.layers().size() - 1),
                              .row = static_cast<std::uint16_t>(net.input().rows),
                              .parity = parity,
                              .last = true,
                              .count = 0,
                              .unused = 0};
    bench.send({.kind = kind_e::KindCredit, .dest = TileBench::kCore, .body = credit.to_u64()});
  }

  /// Steps until the frame is done at both ends, and sorts what came.
  static Answered collect(TileBench& bench, bool parity) {
    Answered answered;
    unsigned count = 0;
    for (int i = 0; i < 200000 && !(answered.last && answered.credited); ++i) {
      bench.step();
      while (!bench.received.empty()) {
        const pkg::flit_t flit = bench.received.front();
        bench.received.pop_front();
        EXPECT_EQ(flit.dest, TileBench::kHost);
        const pkg::token_t token = pkg::token_t::from_u64(flit.body);
        EXPECT_EQ(token.axon, flit.kind == kind_e::KindCredit ? SmallNet::kSourceAxon : SmallNet::kHostAxon);
        if (flit.kind == kind_e::KindEvent) {
          EXPECT_FALSE(answered.last);
          answered.events.push_back(fired(pkg::event_t::from_u64(flit.body)));
          ++count;
        } else if (flit.kind == kind_e::KindToken) {
          EXPECT_EQ(token.count, count);
          EXPECT_EQ(token.parity, parity);
          EXPECT_TRUE(answered.tokens.empty() || token.last || token.row > answered.tokens.back().row);
          count = 0;
          answered.tokens.push_back(token);
          answered.last = token.last;
        } else if (flit.kind == kind_e::KindCredit) {
          EXPECT_EQ(token.parity, parity);
          EXPECT_TRUE(token.last);
          answered.credited = true;
        } else {
          ADD_FAILURE() << "unexpected " << flit.to_u64();
        }
      }
    }
    EXPECT_TRUE(answered.last) << "no last token";
    EXPECT_TRUE(answered.credited) << "no credit";
    return answered;
  }

  /// The trace, by population.
  static std::map<int, std::vector<Fired>> traced(const TileBench& bench) {
    std::map<int, std::vector<Fired>> events;
    for (const pkg::trace_t& trace : bench.traced) {
      if (!trace.valid) continue;
      for (int lane = 0; lane < static_cast<int>(pkg::Lanes); ++lane) {
        if (!(trace.group.fire >> lane & 1)) continue;
        events[trace.pop].push_back(
            {trace.y, trace.group.x, trace.group.c + lane, trace.group.value[static_cast<std::size_t>(lane)]});
      }
    }
    return events;
  }

  static void expect_accumulators(TileBench& bench, const Layer& layer) {
    for (int y = 0; y < layer.acc.rows; ++y) {
      for (int x = 0; x < layer.acc.cols; ++x) {
        for (int k = 0; k < layer.acc.channels; ++k) {
          const int word = layer.acc_base + (y * layer.acc.cols + x) * layer.words() + k / 4;
          const bool flip = layer.words() % 2 == 1 && layer.acc.cols % 2 == 0 && y % 2 == 1;
          const auto address = static_cast<std::uint32_t>((flip ? word ^ 1 : word) * 4 + k % 4);
          ASSERT_EQ(static_cast<std::int32_t>(bench.read(address)), layer.acc.at(y, x, k)) << y << ' ' << x << ' ' << k;
        }
      }
    }
  }

  void run_frames(TileBench& bench, SmallNet& net, int frames) {
    long events = 0;
    std::vector<long> neurons(net.layers().size()), sent(net.layers().size());
    for (int t = 0; t < frames; ++t) {
      SCOPED_TRACE("frame " + std::to_string(t));
      const bool parity = t % 2 == 1;
      bench.traced.clear();
      const int percent = t == 1 ? 0 : pick(rng, 2, 60);
      for (const pkg::flit_t& flit : net.frame(net.random_input(percent, rng), rng)) {
        bench.send(flit);
        events += flit.kind == kind_e::KindEvent;
      }
      const auto want = net.compute();
      const Answered got = collect(bench, parity);
      ASSERT_EQ(got.events, want.back());
      ASSERT_TRUE(got.last);
      for (const pkg::token_t& token : got.tokens) ASSERT_EQ(token.last, &token == &got.tokens.back());
      ASSERT_EQ(got.tokens.back().row, net.input().rows);
      auto trace = traced(bench);
      for (std::size_t l = 0; l < want.size(); ++l) {
        ASSERT_EQ(trace[static_cast<int>(l)], want[l]) << "layer " << l;
        sent[l] += static_cast<long>(want[l].size());
      }
      give_credit(bench, net, parity);
    }
    ASSERT_TRUE(bench.settle());

    for (const Layer& layer : net.layers()) expect_accumulators(bench, layer);
    long received = events, all_sent = 0;
    for (std::size_t l = 0; l < sent.size(); ++l) {
      EXPECT_EQ(bench.read_counter(static_cast<int>(l), pkg::pop_counter_e::PopEventsIn),
                static_cast<std::uint64_t>(l == 0 ? events : sent[l - 1]));
      if (l > 0) received += sent[l - 1];
      all_sent += sent[l];
    }
    EXPECT_EQ(bench.read_counter(pkg::counter_e::CntEventsIn), static_cast<std::uint64_t>(received));
    EXPECT_EQ(bench.read_counter(pkg::counter_e::CntEventsOut), static_cast<std::uint64_t>(all_sent));
    EXPECT_EQ(bench.read_counter(pkg::counter_e::CntFired), static_cast<std::uint64_t>(all_sent));
    EXPECT_EQ(bench.read(reg_address(pkg::reg_e::RegErrorLo)), 0U);
    EXPECT_EQ(bench.read(reg_address(pkg::reg_e::RegErrorHi)), 0U);
  }
};

TEST_F(TileTest, HostWritesAndReadsMemoryAndRegisters) {
  TileBench bench(rng);
  bench.stall = bench.gap = 30;
  std::map<std::uint32_t, std::uint32_t> want;
  for (int i = 0; i < 200; ++i) {
    const auto address =
        static_cast<std::uint32_t>(pick(rng, 0, static_cast<int>(4 * pkg::Banks * pkg::BankWords) - 1));
    want[address] = static_cast<std::uint32_t>(rng());
    bench.write(address, want[address]);
  }
  for (const auto& [address, value] : want) ASSERT_EQ(bench.read(address), value);
  bench.write_register(pkg::reg_e::RegQueueBase, 0x123);
  EXPECT_EQ(bench.read(reg_address(pkg::reg_e::RegQueueBase)), 0x123U);
  EXPECT_TRUE(bench.settle());
  EXPECT_FALSE(bench.active());
}

TEST_F(TileTest, OneByOne) {
  TileBench bench(rng);
  SmallNet net(5, 6, 3, {1}, rng);
  net.load(bench);
  run_frames(bench, net, 5);
}

TEST_F(TileTest, ThreeByThree) {
  TileBench bench(rng);
  SmallNet net(6, 7, 4, {3}, rng);
  net.load(bench);
  run_frames(bench, net, 5);
}

TEST_F(TileTest, ChainsOfPopulationsUnderRandomStalls) {
  const std::vector<std::vector<int>> chains{{1, 3}, {3, 3}, {3, 1, 5, 3}, {1, 1}, {3, 3, 3}};
  for (int i = 0; i < 10; ++i) {
    SCOPED_TRACE("network " + std::to_string(i));
    TileBench bench(rng);
    bench.skip_quiet = i % 2 == 1;
    SmallNet net(pick(rng, 1, 8), pick(rng, 1, 12), pick(rng, 1, 9),
                 chains[static_cast<std::size_t>(i) % chains.size()], rng);
    net.load(bench);
    bench.gap = pick(rng, 0, 70);
    bench.stall = pick(rng, 0, 90);
    run_frames(bench, net, 4);
    if (HasFailure()) return;
  }
}

TEST_F(TileTest, QuietCyclesMayBeLeftOut) {
  struct Seen {
    long cycles, clocked;
    std::vector<std::uint64_t> counters;
  };
  const auto run = [&](bool skip) {
    Rng same(test::seed());
    TileBench bench(same);
    bench.skip_quiet = skip;
    bench.gap = 50;
    SmallNet net(6, 6, 4, {3, 3}, same);
    net.load(bench);
    const long loaded = bench.clocked();
    for (int t = 0; t < 3; ++t) {
      for (const pkg::flit_t& flit : net.frame(net.random_input(20, same), same)) bench.send(flit);
      // The credit of the frame before is late: the tile waits, without a clock where it may.
      for (int i = 0; i < 8000; ++i) bench.step();
      if (t > 0) give_credit(bench, net, t % 2 == 0);
      collect(bench, t % 2 == 1);
    }
    bench.settle();
    Seen seen{bench.cycle(), bench.clocked() - loaded, {}};
    for (unsigned counter = 0; counter < pkg::NumCounters; ++counter)
      seen.counters.push_back(bench.read_counter(static_cast<pkg::counter_e>(counter)));
    return seen;
  };
  const Seen all = run(false);
  const Seen fewer = run(true);
  EXPECT_EQ(all.cycles, fewer.cycles);
  EXPECT_EQ(all.counters, fewer.counters);
  EXPECT_GT(all.counters[static_cast<std::size_t>(pkg::counter_e::CntSweepCredit)], 0U);
  EXPECT_GT(all.counters[static_cast<std::size_t>(pkg::counter_e::CntSweepInput)], 0U);
  EXPECT_LT(fewer.clocked + 3000, all.clocked);
}

TEST_F(TileTest, ALostEventIsAnErrorAtOnce) {
  TileBench bench(rng);
  SmallNet net(4, 4, 2, {3}, rng);
  net.load(bench);
  std::vector<pkg::flit_t> flits = net.frame(net.random_input(80, rng), rng);
  flits.erase(
      std::find_if(flits.begin(), flits.end(), [](const auto& flit) { return flit.kind == kind_e::KindEvent; }));
  for (const pkg::flit_t& flit : flits) bench.send(flit);
  ASSERT_TRUE(bench.settle());
  std::vector<pkg::flit_t> errors;
  std::copy_if(bench.received.begin(), bench.received.end(), std::back_inserter(errors),
               [](const pkg::flit_t& flit) { return flit.kind == kind_e::KindError; });
  ASSERT_EQ(errors.size(), 1U);
  const pkg::error_t error = pkg::error_t::from_u64(errors[0].body);
  EXPECT_EQ(error.code, pkg::err_e::ErrCount);
  EXPECT_EQ(error.axon, 0);
  EXPECT_EQ(error.tile, TileBench::kCore.tile);
  bench.received.clear();
  EXPECT_EQ(bench.read(reg_address(pkg::reg_e::RegErrorLo)), static_cast<std::uint32_t>(errors[0].body));
}

TEST_F(TileTest, MessagesThatNoCoreTakesAreErrors) {
  TileBench bench(rng);
  bench.write_register(pkg::reg_e::RegErrorDest, static_cast<std::uint32_t>(TileBench::kHost.to_u64()));
  bench.send({.kind = kind_e::KindAnswer, .dest = TileBench::kCore, .body = 0});
  bench.send({.kind = kind_e::KindEvent, .dest = TileBench::kCore, .body = 0});  // no axon is in use
  ASSERT_TRUE(bench.settle());
  ASSERT_EQ(bench.received.size(), 1U);  // the first is sent, once
  EXPECT_EQ(pkg::error_t::from_u64(bench.received[0].body).code, pkg::err_e::ErrKind);
}

}  // namespace
}  // namespace eddy::test

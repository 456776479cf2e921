// SPDX-License-Identifier: Apache-2.0
/// A device behind a socket is that device: results, firings, counters, errors, one client after another.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <thread>

#include "eddy/sim_device.hpp"
#include "remote_server.hpp"
#include "remote_work.hpp"

namespace eddy {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

template <typename E, typename F>
std::string thrown_by(const F& f) {
  try {
    f();
  } catch (const E& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

void expect_same_as_local(const std::string& address, const Work& work) {
  const auto local = make_model_device();
  const Shown want = show(*local, work), again = show(*local, work);
  ASSERT_GT(want.firings.size(), 50U);
  const auto device = make_remote_device(address, {.chip = find_chip("tiny")});
  EXPECT_TRUE(show(*device, work) == want);
  EXPECT_TRUE(show(*device, work) == again) << "after a second load";
}

TEST_F(Remote, IsTheDeviceItselfThroughAUnixSocket) {
  const ServerProcess server(at_socket());
  EXPECT_EQ(server.address(), socket());
  expect_same_as_local(server.address(), make_work(1));
}

TEST_F(Remote, IsTheDeviceItselfThroughTcp) {
  const ServerProcess server({.listen = "tcp://127.0.0.1:0"});
  EXPECT_THAT(server.address(), ::testing::StartsWith("tcp://127.0.0.1:"));
  expect_same_as_local(server.address(), make_work(2));
  expect_same_as_local(server.address(), make_work(5, 3, true));
}

TEST_F(Remote, ShowsCyclesOfTheSimulator) {
  const auto make = [] { return make_sim_device(find_chip("tiny")); };
  const Work work = make_work(3, 2);
  const Shown want = show(*make(), work);
  ASSERT_GT(want.cycles, 0U);
  const ServerProcess server(at_socket(), make);
  EXPECT_TRUE(show(*make_remote_device(server.address()), work) == want);
}

TEST_F(Remote, ServesClientsOneAfterAnother) {
  const ServerProcess server(at_socket());
  const Work work = make_work(1, 2);
  const Shown want = show(*make_model_device(), work);
  for (int client = 0; client < 5; ++client)
    EXPECT_TRUE(show(*make_remote_device(server.address()), work) == want) << client;
}

TEST_F(Remote, TellsASecondClientThatItIsBusy) {
  const ServerProcess server(at_socket());
  const auto first = make_remote_device(server.address());
  for (int i = 0; i < 3; ++i)
    EXPECT_THAT(thrown_by<ConnectionError>([&] { make_remote_device(server.address()); }), HasSubstr("busy"));
  first->load(make_work(1).image);
}

TEST_F(Remote, RefusesAnotherChip) {
  const ServerProcess server(at_socket());
  EXPECT_THAT(thrown_by<FitError>([&] { make_remote_device(server.address(), {.chip = find_chip("small")}); }),
              AllOf(HasSubstr("tiny (2x2"), HasSubstr("small (4x4")));
  // One that did not say what it wants finds out when it loads.
  const auto device = make_remote_device(server.address());
  Work work = make_work(1);
  work.image.rows = 7;
  EXPECT_THAT(thrown_by<FitError>([&] { device->load(work.image); }), HasSubstr("7x2"));
}

TEST_F(Remote, RefusesAnImageThatReachesOutOfTheChip) {
  const ServerProcess server(at_socket());
  const auto device = make_remote_device(server.address());
  const Work good = make_work(1);
  const auto refuses = [&](const std::function<void(Image&)>& spoil) {
    Image image = good.image;
    spoil(image);
    EXPECT_THAT(thrown_by<FileError>([&] { device->load(image); }), HasSubstr("broken"));
  };
  refuses([](Image& i) { i.tiles.front().tile.x = 2; });
  refuses([](Image& i) { i.tiles.push_back(i.tiles.front()); });
  refuses([](Image& i) { i.tiles.front().ram.push_back({.word = 0xFFFFFFFF, .data = {1, 2, 3, 4}}); });
  refuses([](Image& i) { i.tiles.front().tables.front().index = 0xFFFF; });
  refuses([](Image& i) { i.tiles.front().tables.front().table = 99; });
  refuses([](Image& i) { i.gateway.drains.front().population = -1; });
  refuses([](Image& i) { i.gateway.input.h = 0; });
  EXPECT_TRUE(show(*device, good) == show(*make_model_device(), good));
}

/// Throws something else at each load.
class FailingDevice : public Device {
 public:
  [[nodiscard]] std::string backend() const override { return "failing"; }
  void load(const Image& image) override {
    if (image.seed == 101) throw MismatchError("m");
    if (image.seed == 102) throw ModelError("n");
    if (image.seed == 103) throw RunError("r");
    if (image.seed == 104) throw FileError("f");
    if (image.seed == 105) throw std::out_of_range("o");
    if (image.seed == 106) std::abort();
  }
  void set_frames_in_flight(int) override {}
  void submit(const Frame&) override {}
  FrameResult collect() override {
    std::this_thread::sleep_for(300s);
    return {};
  }
  std::vector<TileCounters> counters() override { return {}; }
  [[nodiscard]] std::uint64_t cycles() const override { return 0; }
  bool trace(std::function<void(const Firing&)>) override { return false; }
};

std::unique_ptr<Device> make_failing() { return std::make_unique<FailingDevice>(); }

TEST_F(Remote, ErrorsKeepTheirType) {
  const ServerProcess server(at_socket(), make_failing);
  const auto device = make_remote_device(server.address());
  Work work = make_work(1);
  const auto load = [&](std::uint64_t seed) {
    return [&, seed] {
      work.image.seed = seed;
      device->load(work.image);
    };
  };
  EXPECT_THROW(load(101)(), MismatchError);
  EXPECT_THROW(load(102)(), ModelError);
  EXPECT_THROW(load(103)(), RunError);
  EXPECT_THROW(load(104)(), FileError);
  EXPECT_THROW(load(105)(), RunError);
  EXPECT_THROW(device->set_frames_in_flight(0), UsageError);
  EXPECT_THROW(device->collect(), UsageError);
  EXPECT_THROW(device->submit(work.frames.front()), UsageError);
  load(0)();
  Frame wrong = work.frames.front();
  ++wrong.shape.h;
  EXPECT_THROW(device->submit(wrong), UsageError);
  EXPECT_FALSE(device->trace([](const Firing&) {}));
}

TEST_F(Remote, OutlivesADeviceThatCrashes) {
  const ServerProcess server(at_socket(), make_failing);
  Work work = make_work(1);
  {
    const auto device = make_remote_device(server.address());
    work.image.seed = 106;
    EXPECT_THAT(thrown_by<ConnectionError>([&] { device->load(work.image); }), HasSubstr("signal"));
    EXPECT_THROW(device->load(work.image), ConnectionError) << "the device is of no use any more";
  }
  work.image.seed = 0;
  make_remote_device(server.address())->load(work.image);
}

TEST_F(Remote, ServerGoneInTheMiddleOfACollectIsAConnectionError) {
  ServerProcess server(at_socket(), make_failing);
  const Work work = make_work(1);
  const auto device = make_remote_device(server.address());
  device->load(work.image);
  device->submit(work.frames.front());
  std::thread killer([&] {
    std::this_thread::sleep_for(300ms);
    server.stop(SIGKILL);
  });
  EXPECT_THROW(device->collect(), ConnectionError);
  killer.join();
}

TEST_F(Remote, ASlowDeviceIsNoDeadServer) {
  class Slow : public FailingDevice {
    FrameResult collect() override {
      std::this_thread::sleep_for(1500ms);
      return {};
    }
  };
  ServeOptions options = at_socket();
  options.alive = 100ms;
  const ServerProcess server(options, [] { return std::make_unique<Slow>(); });
  const Work work = make_work(1);
  const auto device = make_remote_device(server.address(), {.silence = 600ms});
  device->load(work.image);
  device->submit(work.frames.front());
  EXPECT_EQ(device->collect().frame, 0);
}

TEST_F(Remote, ASilentServerIsGivenUp) {
  // It listens, and nobody ever accepts.
  const int silent = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  (folder_ / "socket").string().copy(name.sun_path, sizeof name.sun_path - 1);
  ASSERT_EQ(::bind(silent, reinterpret_cast<const sockaddr*>(&name), sizeof name), 0);
  ASSERT_EQ(::listen(silent, 1), 0);
  EXPECT_THAT(thrown_by<ConnectionError>([&] { make_remote_device(socket(), {.open = 200ms}); }), HasSubstr("0.2 s"));
  ::close(silent);
}

TEST_F(Remote, AnExceptionOfATraceCallbackPassesThrough) {
  struct Enough {};
  const ServerProcess server(at_socket());
  const Work work = make_work(1);
  const auto device = make_remote_device(server.address());
  device->load(work.image);
  int seen = 0;
  device->trace([&](const Firing&) {
    if (++seen == 10) throw Enough{};
  });
  device->submit(work.frames.front());
  EXPECT_THROW(device->collect(), Enough);
  device->trace({});
  EXPECT_TRUE(show(*device, work) == show(*make_model_device(), work));
}

}  // namespace
}  // namespace eddy

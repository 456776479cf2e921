// SPDX-License-Identifier: Apache-2.0
/// The server among clients that are cut off, silent, slow or hostile: it lives on, and the next client is served.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <thread>

#include "remote_server.hpp"
#include "remote_work.hpp"

namespace eddy {
namespace {

using namespace testing;
using remote::framed;
using remote_proto::Request;
using ::testing::HasSubstr;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

std::string load_message(const Image& image) {
  Request request;
  request.mutable_load()->set_image(serialise(image));
  return framed(request);
}

std::string submit_message(const Frame& frame) {
  Request request;
  request.mutable_submit()->set_h(static_cast<std::uint32_t>(frame.shape.h));
  request.mutable_submit()->set_w(static_cast<std::uint32_t>(frame.shape.w));
  request.mutable_submit()->set_c(static_cast<std::uint32_t>(frame.shape.c));
  request.mutable_submit()->set_pixels(frame.pixels.data(), frame.pixels.size());
  return framed(request);
}

std::string collect_message() {
  Request request;
  request.mutable_collect();
  return framed(request);
}

std::string trace_message() {
  Request request;
  request.mutable_trace()->set_on(true);
  return framed(request);
}

/// All that a client says in a whole conversation.
std::vector<std::string> conversation(const Work& work) {
  std::vector<std::string> messages{hello(), load_message(work.image), trace_message()};
  for (const Frame& frame : work.frames) messages.push_back(submit_message(frame));
  messages.insert(messages.end(), work.frames.size(), collect_message());
  return messages;
}

std::string joined(const std::vector<std::string>& messages) {
  std::string bytes;
  for (const std::string& m : messages) bytes += m;
  return bytes;
}

std::string length_of(std::uint32_t n) {
  std::string bytes;
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(n >> 8 * i & 0xFF);
  return bytes;
}

class Hostile : public Remote {
 protected:
  void SetUp() override {
    Remote::SetUp();
    server_.emplace(at_socket());
  }

  void expect_good_client() { EXPECT_TRUE(show(*make_remote_device(socket()), work_) == want_); }

  /// Sends bytes and hangs up: at once, or when the server has worked through them.
  void shout(const std::string& bytes, bool at_once = false) {
    try {
      RawClient client(socket());
      client.send(bytes);
      if (!at_once) client.hang_up();
    } catch (const ConnectionError&) {
      // the server hung up first, as it may
    }
  }

  std::string answer_to(const std::string& bytes) {
    RawClient client(socket());
    client.send(bytes);
    return client.last_words();
  }

  const Work work_ = make_work(1, 2);
  const Shown want_ = show(*make_model_device(), work_);
  std::optional<ServerProcess> server_;
};

TEST_F(Hostile, WhatIsNoProtocolIsNamed) {
  EXPECT_THAT(answer_to("GET / HTTP/1.1\r\n\r\n"), HasSubstr("announced"));
  EXPECT_THAT(answer_to(length_of(5) + "hello"), HasSubstr("no message"));
  EXPECT_THAT(answer_to(length_of(0)), HasSubstr("no message"));
  EXPECT_THAT(answer_to(collect_message()), HasSubstr("no hello"));
  EXPECT_THAT(answer_to(hello() + hello()), HasSubstr("second hello"));
  EXPECT_THAT(answer_to(hello() + length_of(0xFFFFFFFF)), HasSubstr("4294967295 bytes"));
  Request other;
  other.mutable_hello()->set_magic(remote::Magic);
  other.mutable_hello()->set_version(99);
  EXPECT_THAT(answer_to(framed(other)), HasSubstr("version 99"));
  Frame huge{{60'000, 4'096, 4'096}, {}, {}};
  EXPECT_THAT(answer_to(hello() + load_message(work_.image) + submit_message(huge)), HasSubstr("is the most"));
  expect_good_client();
}

TEST_F(Hostile, CutAnywhere) {
  const std::string all = joined(conversation(work_));
  std::mt19937 random(7);
  std::vector<std::size_t> cuts{0, 1, 3, 4, hello().size(), hello().size() + 2, all.size() - 1, all.size()};
  for (int i = 0; i < 12; ++i) cuts.push_back(random() % all.size());
  for (const std::size_t cut : cuts) {
    SCOPED_TRACE(cut);
    shout(all.substr(0, cut), true);
    expect_good_client();
    shout(all.substr(0, cut));
    expect_good_client();
  }
}

TEST_F(Hostile, RandomBytes) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    std::string bytes = seed % 2 == 0 ? hello() : std::string();
    const std::size_t n = random() % 3000;
    if (seed % 3 == 0) bytes += length_of(static_cast<std::uint32_t>(n));
    for (std::size_t i = 0; i < n; ++i) bytes += static_cast<char>(random());
    shout(bytes);
    if (seed % 4 == 0) expect_good_client();
  }
  expect_good_client();
}

/// Bits are turned over in messages whose length still fits, and in images whose hash is made good again.
TEST_F(Hostile, BitFlips) {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    auto messages = conversation(work_);
    std::string& victim = messages[random() % messages.size()];
    const std::size_t first = seed % 3 == 0 ? 0 : remote::LengthBytes;
    const auto flips = 1 + random() % 4;
    for (std::size_t i = 0; i < flips; ++i)
      victim[first + random() % (victim.size() - first)] ^= static_cast<char>(1U << random() % 8);
    shout(joined(messages));
    if (seed % 10 == 0) expect_good_client();
  }
  expect_good_client();
}

TEST_F(Hostile, ImagesOfNonsense) {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    Work work = work_;
    auto& tables =
        random() % 3 == 0 ? work.image.gateway.tables : work.image.tiles[random() % work.image.tiles.size()].tables;
    for (int i = 0; i < 3; ++i) {
      auto& words = tables[random() % tables.size()].words;
      words[random() % words.size()] ^= static_cast<std::uint32_t>(random());
    }
    shout(joined(conversation(work)));
    if (seed % 10 == 0) expect_good_client();
  }
  expect_good_client();
}

TEST_F(Remote, DropsASilentClient) {
  const ServerProcess server({.listen = socket(), .silence = 300ms});
  {
    RawClient client(server.address());
    client.send(hello());
    EXPECT_THAT(client.last_words(), HasSubstr("0.3 s"));
  }
  make_remote_device(server.address())->set_frames_in_flight(2);
}

TEST_F(Remote, DropsAClientThatTrickles) {
  const ServerProcess server({.listen = socket(), .silence = 300ms});
  RawClient client(server.address());
  const std::string bytes = hello();
  EXPECT_THROW(
      {
        for (const char c : bytes) {
          client.send({c});
          std::this_thread::sleep_for(100ms);
        }
      },
      ConnectionError);
}

TEST_F(Remote, KeepsAClientThatThinks) {
  const ServerProcess server({.listen = socket(), .silence = 600ms});
  const auto device = make_remote_device(server.address(), {.alive = 100ms});
  std::this_thread::sleep_for(1500ms);
  device->set_frames_in_flight(2);
}

/// Never ends a frame.
class Endless : public Device {
 public:
  [[nodiscard]] std::string backend() const override { return "endless"; }
  void load(const Image&) override {}
  void set_frames_in_flight(int) override {}
  void submit(const Frame&) override {}
  FrameResult collect() override {
    while (true) std::this_thread::sleep_for(1s);
  }
  std::vector<TileCounters> counters() override { return {}; }
  [[nodiscard]] std::uint64_t cycles() const override { return 0; }
  bool trace(std::function<void(const Firing&)>) override { return false; }
};

TEST_F(Remote, GivesUpTheWorkOfAClientThatVanished) {
  const ServerProcess server(at_socket(), [] { return std::make_unique<Endless>(); });
  const Work work = make_work(1, 1);
  {
    RawClient client(server.address());
    client.send(joined(conversation(work)));
    std::this_thread::sleep_for(200ms);
  }
  make_remote_device(server.address())->load(work.image);
}

TEST_F(Remote, EndsCleanlyOnSignals) {
  for (const int signal : {SIGINT, SIGTERM}) {
    ServerProcess server(at_socket());
    EXPECT_TRUE(fs::is_socket(folder_ / "socket"));
    EXPECT_EQ(fs::status(folder_ / "socket").permissions() & fs::perms(0077), fs::perms::none);
    const auto device = make_remote_device(server.address());
    EXPECT_EQ(server.stop(signal), 0);
    EXPECT_FALSE(fs::exists(folder_ / "socket"));
    EXPECT_THROW(device->set_frames_in_flight(1), ConnectionError);
  }
}

TEST_F(Remote, ReplacesTheSocketOfADeadServerOnly) {
  ServerProcess dead(at_socket());
  EXPECT_EQ(dead.stop(SIGKILL), 128 + SIGKILL);
  ASSERT_TRUE(fs::is_socket(folder_ / "socket"));
  const ServerProcess alive(at_socket());
  make_remote_device(alive.address())->set_frames_in_flight(1);
  const Chip chip = find_chip("tiny");
  EXPECT_THROW(serve(chip, make_plain_model, at_socket()), ConnectionError) << "a server is there";
  EXPECT_THROW(serve(chip, make_plain_model, {.listen = alive.address() + "/x"}), ConnectionError) << "no such folder";
  std::ofstream(folder_ / "file") << "precious";
  EXPECT_THROW(serve(chip, make_plain_model, {.listen = "unix://" + (folder_ / "file").string()}), ConnectionError);
  EXPECT_TRUE(fs::exists(folder_ / "file"));
  make_remote_device(alive.address())->set_frames_in_flight(1);
}

TEST_F(Remote, ListensToThisMachineOnlyUnlessAllowed) {
  const Chip chip = find_chip("tiny");
  EXPECT_THROW(serve(chip, make_plain_model, {.listen = "tcp://0.0.0.0:0"}), UsageError);
  ServerProcess open({.listen = "tcp://0.0.0.0:0", .allow_remote = true});
  EXPECT_EQ(open.stop(SIGTERM), 0);
}

TEST(Address, SaysWhatIsWrong) {
  for (const char* bad : {"", "tcp://", "tcp://host", "tcp://host:", "tcp://:1", "tcp://host:65536", "tcp://host:1x",
                          "tcp://host:-1", "unix://", "http://host:1"})
    EXPECT_THROW(remote::parse_address(bad), UsageError) << bad;
  EXPECT_THROW(remote::parse_address("unix://" + std::string(200, 'x')), UsageError);
  EXPECT_EQ(remote::parse_address("tcp://[::1]:7").host, "::1");
  EXPECT_EQ(remote::parse_address("tcp://[::1]:7").text(), "tcp://[::1]:7");
  EXPECT_EQ(remote::parse_address("unix://a/b").text(), "unix://a/b");
}

}  // namespace
}  // namespace eddy

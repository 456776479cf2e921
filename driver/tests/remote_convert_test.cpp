// SPDX-License-Identifier: Apache-2.0
/// Messages that no device can have meant, and servers that are none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <thread>

#include "remote/convert.hpp"
#include "remote_server.hpp"

namespace eddy {
namespace {

using namespace testing;
using remote::framed;

TEST(Convert, RefusesColumnsOfUnequalLength) {
  remote_proto::Result result;
  remote::put(FrameResult{.frame = 1, .records = {{0, 1, 2, 3, 4}, {0, 5, 6, 7, -8}}}, result);
  EXPECT_EQ(remote::get(result).records.size(), 2U);
  result.mutable_y()->RemoveLast();
  EXPECT_THROW(remote::get(result), ConnectionError);

  remote_proto::Firings firings;
  remote::put(Firing{}, 0, firings);
  int seen = 0;
  remote::for_each(firings, [&](const Firing&) { ++seen; });
  EXPECT_EQ(seen, 1);
  firings.add_pop(1);
  EXPECT_THROW(remote::for_each(firings, [](const Firing&) {}), ConnectionError);

  remote_proto::Counters counters;
  counters.add_tiles()->add_events_in(1);
  EXPECT_THROW(remote::get(counters), ConnectionError);
}

TEST(Convert, RefusesNumbersThatNoDeviceHas) {
  remote_proto::Result result;
  remote::put(FrameResult{.records = {{0, 1, 2, 3, 4}}}, result);
  result.set_value(0, 40'000);
  EXPECT_THROW(remote::get(result), ConnectionError);
  result.set_value(0, 1);
  result.set_x(0, 0xFFFF'FFFF);
  EXPECT_THROW(remote::get(result), ConnectionError);
  remote_proto::Submit submit;
  submit.set_h(5'000);
  EXPECT_THROW(remote::get(submit), ConnectionError);
}

/// Says something to its one client, and hangs up.
class ImpostorTest : public Remote {
 protected:
  void expect_connection_error(const std::string& words) {
    const int listening = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    (folder_ / "socket").string().copy(name.sun_path, sizeof name.sun_path - 1);
    ASSERT_EQ(::bind(listening, reinterpret_cast<const sockaddr*>(&name), sizeof name), 0);
    ASSERT_EQ(::listen(listening, 1), 0);
    std::thread impostor([&] {
      const int client = ::accept(listening, nullptr, nullptr);
      EXPECT_EQ(::send(client, words.data(), words.size(), MSG_NOSIGNAL), static_cast<ssize_t>(words.size()));
      ::close(client);
    });
    EXPECT_THROW(make_remote_device(socket())->set_frames_in_flight(1), ConnectionError);
    impostor.join();
    ::close(listening);
    std::filesystem::remove(folder_ / "socket");
  }
};

TEST_F(ImpostorTest, IsAConnectionError) {
  remote_proto::Reply welcome;
  welcome.mutable_welcome()->mutable_hello()->set_magic(remote::Magic);
  welcome.mutable_welcome()->mutable_hello()->set_version(remote::Version);
  remote_proto::Reply old = welcome, firings, done;
  old.mutable_welcome()->mutable_hello()->set_version(99);
  firings.mutable_firings();
  done.mutable_done();
  const std::string good = framed(welcome);
  for (const std::string& words :
       {std::string(), std::string("HTTP/1.1 400 Bad Request\r\n\r\n"), std::string(4, '\0'), std::string(400, '\xFF'),
        good, good.substr(0, good.size() - 1), framed(old), framed(done), framed(firings), good + framed(done)})
    expect_connection_error(words);
}

}  // namespace
}  // namespace eddy

// SPDX-License-Identifier: Apache-2.0
#include "remote/connection.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include "eddy/error.hpp"
#include "remote/wire.hpp"

namespace eddy::remote {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::milliseconds;

constexpr std::size_t BlockBytes = std::size_t{64} << 10;

bool may_try_again(const error_code& error) {
  return error == asio::error::would_block || error == asio::error::try_again || error == asio::error::interrupted;
}

}  // namespace

Connection::Connection(Socket::protocol_type protocol, int native, std::string peer, milliseconds limit)
    : socket_(io_, protocol, native), peer_(std::move(peer)), limit_(limit), last_sent_(Clock::now()) {
  socket_.non_blocking(true);
}

Connection::~Connection() {
  error_code ignored;
  socket_.close(ignored);
}

/// Returns when the socket is ready, or may be.
void Connection::wait(short events, Clock::time_point until, const char* doing) const {
  const auto left = std::chrono::ceil<milliseconds>(until - Clock::now()).count();
  pollfd descriptor{const_cast<Socket&>(socket_).native_handle(), events, 0};
  const int ready = left <= 0 ? 0 : ::poll(&descriptor, 1, static_cast<int>(std::min<std::int64_t>(left, 3'600'000)));
  if (ready == 0 && Clock::now() >= until)
    throw ConnectionError(fmt::format("{}: no byte could be {} for {:g} s: given up", peer_, doing,
                                      static_cast<double>(limit_.count()) / 1000));
}

void Connection::send(const std::string& bytes) {
  const std::lock_guard lock(sending_);
  auto until = Clock::now() + limit_;
  for (std::size_t sent = 0, of_block = 0; sent < bytes.size();) {
    error_code error;
    const std::size_t n = socket_.write_some(asio::buffer(bytes.data() + sent, bytes.size() - sent), error);
    sent += n;
    of_block += n;
    if (of_block >= BlockBytes) {
      of_block = 0;
      until = Clock::now() + limit_;
    }
    if (may_try_again(error)) {
      wait(POLLOUT, until, "sent");
    } else if (error) {
      throw ConnectionError(fmt::format("{}: the connection is lost: {}", peer_, error.message()));
    }
  }
  last_sent_ = Clock::now();
}

/// Reads so many bytes, fewer only where the peer has hung up.
std::size_t Connection::fill(char* to, std::size_t bytes) {
  const auto until = Clock::now() + limit_;
  std::size_t have = 0;
  while (have < bytes) {
    error_code error;
    have += socket_.read_some(asio::buffer(to + have, bytes - have), error);
    if (error == asio::error::eof) return have;
    if (may_try_again(error)) {
      wait(POLLIN, until, "had");
    } else if (error) {
      throw ConnectionError(fmt::format("{}: the connection is lost: {}", peer_, error.message()));
    }
  }
  return have;
}

std::optional<std::string> Connection::receive(std::size_t most) {
  std::array<char, LengthBytes> head{};
  const std::size_t got = fill(head.data(), head.size());
  if (got == 0) return {};
  std::size_t length = 0;
  for (std::size_t i = 0; i < LengthBytes; ++i) length |= std::size_t{static_cast<unsigned char>(head[i])} << 8 * i;
  if (got == LengthBytes && length > most)
    throw ConnectionError(
        fmt::format("{}: a message of {} bytes is announced, {} is the most here", peer_, length, most));
  // Memory is taken as bytes come, not as they are announced.
  std::string message;
  while (got == LengthBytes && message.size() < length) {
    const std::size_t before = message.size(), block = std::min(BlockBytes, length - before);
    message.resize(before + block);
    if (fill(message.data() + before, block) == block) continue;
    throw ConnectionError(fmt::format("{}: the connection was cut inside a message", peer_));
  }
  if (got < LengthBytes) throw ConnectionError(fmt::format("{}: the connection was cut inside a message", peer_));
  return message;
}

void Connection::hang_up() noexcept {
  constexpr milliseconds moment{500};
  error_code error;
  socket_.shutdown(Socket::shutdown_send, error);
  const auto until = Clock::now() + moment;
  std::array<char, 4096> waste{};
  while (!error && Clock::now() < until) {
    socket_.read_some(asio::buffer(waste), error);
    if (!may_try_again(error)) continue;
    error.clear();
    pollfd descriptor{socket_.native_handle(), POLLIN, 0};
    ::poll(&descriptor, 1, static_cast<int>(moment.count()) / 10);
  }
}

std::unique_ptr<Connection> connect_to(const Address& address, milliseconds limit) {
  asio::io_context io;
  error_code result = asio::error::timed_out;
  const auto fail = [&](const std::string& why) -> std::unique_ptr<Connection> {
    throw ConnectionError(fmt::format("{}: cannot connect: {}. Is `eddy serve` running there?", address.text(), why));
  };
  const auto adopt = [&](auto& socket) {
    const Socket::protocol_type protocol(socket.local_endpoint().protocol());
    return std::make_unique<Connection>(protocol, socket.release(), address.text(), limit);
  };
  if (address.local()) {
    asio::local::stream_protocol::socket socket(io);
    socket.async_connect({address.path}, [&](error_code error) { result = error; });
    io.run_for(limit);
    return result ? fail(result.message()) : adopt(socket);
  }
  using asio::ip::tcp;
  tcp::socket socket(io);
  tcp::resolver resolver(io);
  resolver.async_resolve(address.host, std::to_string(address.port), [&](error_code error, auto found) {
    result = error;
    if (error) return;
    result = asio::error::timed_out;
    asio::async_connect(socket, found, [&](error_code e, const tcp::endpoint&) { result = e; });
  });
  io.run_for(limit);
  if (result) return fail(result.message());
  socket.set_option(tcp::no_delay(true));
  return adopt(socket);
}

}  // namespace eddy::remote

// SPDX-License-Identifier: Apache-2.0
#include "remote/listener.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <string_view>

#include <fmt/format.h>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include "eddy/error.hpp"

namespace eddy::remote {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// Whether something answers at the socket's file.
bool answered(asio::io_context& io, const std::string& path) {
  asio::local::stream_protocol::socket socket(io);
  error_code error;
  socket.connect({path}, error);
  return error != asio::error::connection_refused;
}

[[noreturn]] void fail(const Address& address, std::string_view why, std::string_view what_to_do) {
  throw ConnectionError(fmt::format("cannot listen on {}: {}{}", address.text(), why, what_to_do));
}

}  // namespace

Listener::Listener(asio::io_context& io, const Address& address, bool allow_remote)
    : io_(io), address_(address), acceptor_(io) {
  if (address_.local()) {
    listen_unix();
  } else {
    listen_tcp(allow_remote);
  }
}

Listener::~Listener() {
  struct stat file {};
  if (inode_ != 0 && ::lstat(address_.path.c_str(), &file) == 0 && file.st_dev == device_ && file.st_ino == inode_)
    ::unlink(address_.path.c_str());
}

void Listener::listen_unix() {
  struct stat file {};
  if (::lstat(address_.path.c_str(), &file) == 0) {
    if (!S_ISSOCK(file.st_mode))
      fail(address_, "there is a file of that name", ", and it is no socket: take another path");
    if (answered(io_, address_.path)) fail(address_, "a server is there already", ": use it, or take another path");
    ::unlink(address_.path.c_str());
  }
  const asio::local::stream_protocol::endpoint endpoint(address_.path);
  acceptor_.open(endpoint.protocol());
  error_code error;
  const mode_t before = ::umask(S_IRWXG | S_IRWXO);
  acceptor_.bind(endpoint, error);
  ::umask(before);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) fail(address_, error.message(), "");
  if (::lstat(address_.path.c_str(), &file) == 0) {
    device_ = file.st_dev;
    inode_ = file.st_ino;
  }
}

void Listener::listen_tcp(bool allow_remote) {
  error_code error;
  tcp::resolver resolver(io_);
  const auto found = resolver.resolve(address_.host, std::to_string(address_.port), tcp::resolver::passive, error);
  if (error) fail(address_, error.message(), "");
  const tcp::endpoint endpoint = found.begin()->endpoint();
  outside_ = !endpoint.address().is_loopback();
  if (outside_ && !allow_remote)
    throw UsageError(
        fmt::format("{} is reached from other machines, and the protocol knows no password: take 127.0.0.1, "
                    "or allow it (--allow-remote)",
                    address_.text()));
  acceptor_.open(endpoint.protocol());
  acceptor_.set_option(asio::socket_base::reuse_address(true));
  acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) fail(address_, error.message(), ": port 0 takes one that is free");
  tcp::endpoint taken;
  const auto bound = acceptor_.local_endpoint();
  taken.resize(bound.size());
  std::memcpy(taken.data(), bound.data(), bound.size());
  address_.port = taken.port();
}

}  // namespace eddy::remote

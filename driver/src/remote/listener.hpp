// SPDX-License-Identifier: Apache-2.0
/// A socket that clients connect to, and its file where it has one.
#pragma once

#include <sys/types.h>

#include <string>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

#include "remote/address.hpp"

namespace eddy::remote {

class Listener {
 public:
  using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

  /// Listens. A unix socket is its user's only, and a file that a dead server left is replaced. Throws UsageError where
  /// the address is reached from other machines and that was not allowed, ConnectionError where it is taken.
  Listener(boost::asio::io_context& io, const Address& address, bool allow_remote);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  [[nodiscard]] Acceptor& acceptor() { return acceptor_; }
  [[nodiscard]] const Address& address() const { return address_; }  // with the port that was taken
  [[nodiscard]] bool reached_from_outside() const { return outside_; }

 private:
  void listen_unix();
  void listen_tcp(bool allow_remote);

  boost::asio::io_context& io_;
  Address address_;
  Acceptor acceptor_;
  bool outside_ = false;
  dev_t device_ = 0;  // of the socket's file, to know it again
  ino_t inode_ = 0;
};

}  // namespace eddy::remote

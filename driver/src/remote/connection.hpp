// SPDX-License-Identifier: Apache-2.0
/// One end of a socket: whole messages, and no wait without a limit.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

#include "remote/address.hpp"

namespace eddy::remote {

using Socket = boost::asio::generic::stream_protocol::socket;
using Clock = std::chrono::steady_clock;

class Connection {
 public:
  /// Takes a connected socket of its own. `peer` stands in messages. A block of up to 64 KB has to go or come within
  /// `limit`: a peer that trickles is as good as silent.
  Connection(Socket::protocol_type protocol, int native, std::string peer, std::chrono::milliseconds limit);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Sends bytes as they are: whole messages, see wire.hpp. May be called while another thread sends or receives.
  /// Throws ConnectionError.
  void send(const std::string& bytes);

  /// The next message without its length; none where the peer has hung up between messages.
  /// Throws ConnectionError: cut off inside a message, silent, or longer than `most` bytes.
  std::optional<std::string> receive(std::size_t most);

  /// No more will be sent. Takes what still comes, for a moment: else the peer might not get what was sent last.
  void hang_up() noexcept;

  void set_limit(std::chrono::milliseconds limit) { limit_ = limit; }
  [[nodiscard]] const std::string& peer() const { return peer_; }
  [[nodiscard]] Clock::time_point last_sent() const { return last_sent_; }

 private:
  std::size_t fill(char* to, std::size_t bytes);
  void wait(short events, Clock::time_point until, const char* doing) const;

  boost::asio::io_context io_;
  Socket socket_;
  std::string peer_;
  std::chrono::milliseconds limit_;
  std::mutex sending_;
  std::atomic<Clock::time_point> last_sent_;
};

/// Connects within the limit, which is then that of its waits. Throws ConnectionError.
std::unique_ptr<Connection> connect_to(const Address& address, std::chrono::milliseconds limit);

}  // namespace eddy::remote

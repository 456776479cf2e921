// SPDX-License-Identifier: Apache-2.0
#include "eddy/serve.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "eddy/error.hpp"
#include "remote/guest.hpp"
#include "remote/listener.hpp"
#include "remote/session.hpp"

namespace eddy::remote {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using MakeDevice = Session::MakeDevice;

constexpr std::chrono::milliseconds Tick{250};
constexpr std::size_t MostWaiting = 16;

class Server {
 public:
  Server(const Chip& chip, const MakeDevice& make, const ServeOptions& options)
      : chip_(chip),
        make_(make),
        options_(options),
        listener_(std::in_place, io_, parse_address(options.listen), options.allow_remote) {}

  ServeSummary run() {
    ends_.async_wait([this](error_code error, int) {
      if (!error) stop();
    });
    watch_children();
    accept();
    tick();
    if (listener_->reached_from_outside())
      log("every machine that reaches this one may use the device: the protocol knows no password and no cipher");
    if (options_.on_listening) options_.on_listening(listener_->address().text());
    io_.run();
    return summary_;
  }

 private:
  void log(const std::string& line) const {
    if (options_.log) options_.log(line);
  }

  void accept() {
    listener_->acceptor().async_accept([this](error_code error, Socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (error) {  // no descriptor is left, or the like: at the next tick again
        accept_again_ = true;
        return;
      }
      arrived(std::move(socket));
      if (!ending_) accept();
    });
  }

  /// One client at a time. Those that come while the one before is going wait until it has gone; others are told at
  /// once.
  void arrived(Socket socket) {
    if (!guest_) {
      begin(std::move(socket));
    } else if (waiting_.size() < MostWaiting && guest_->hung_up()) {
      waiting_.push_back(std::move(socket));
    } else {
      ++summary_.refused;
      log("a client was told that another one is being served");
      tell(socket, fmt::format("{} is busy: it serves another client; try again later", listener_->address().text()));
    }
  }

  void begin(Socket socket) {
    error_code ignored;
    if (!listener_->address().local()) socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    const int number = ++count_;
    io_.notify_fork(asio::io_context::fork_prepare);
    try {
      guest_.emplace(
          std::move(socket), number, [this] { become_session(); },
          [this, number](Socket& s) { return serve_client(s, number); });
    } catch (const ConnectionError& error) {
      log(error.what());
    }
    io_.notify_fork(asio::io_context::fork_parent);
  }

  // ---------------------------------------------------------------- in the client's process

  /// Nothing of the server's stays: signals end this process, and the address is not held by it.
  void become_session() {
    io_.notify_fork(asio::io_context::fork_child);
    error_code ignored;
    ends_.clear(ignored);
    children_.clear(ignored);
    listener_->acceptor().close(ignored);
  }

  SessionEnd serve_client(Socket& socket, int number) const {
    const std::string name = fmt::format("client {}", number);
    try {
      log(name + " is served");
      const auto protocol = socket.local_endpoint().protocol();
      Connection connection(protocol, socket.release(), name, options_.silence);
      Session(connection, chip_, make_, options_.alive).run();
      log(name + " is done");
      return SessionEnd::good;
    } catch (const std::exception& error) {
      log(fmt::format("{} was dropped: {}", name, error.what()));
      return SessionEnd::failed;
    }
  }

  // ---------------------------------------------------------------- in the server's process

  void watch_children() {
    children_.async_wait([this](error_code error, int) {
      if (error) return;
      watch_children();
      look_after_guest();
    });
  }

  void look_after_guest() {
    if (!guest_) return;
    const auto status = guest_->ended();
    if (!status) return;
    const bool good = WIFEXITED(*status) && WEXITSTATUS(*status) == static_cast<int>(SessionEnd::good);
    ++(good ? summary_.clients : summary_.failed);
    if (WIFSIGNALED(*status)) ended_by_signal(WTERMSIG(*status));
    guest_.reset();
    if (options_.once || ending_) {
      stop();
    } else {
      for (Socket& socket : std::exchange(waiting_, {})) arrived(std::move(socket));
    }
  }

  void ended_by_signal(int signal) {
    if (forsaken_) {
      log(fmt::format("client {} vanished while the device worked: given up", guest_->number()));
    } else {
      log(fmt::format("client {}: its process ended by signal {} ({})", guest_->number(), signal, ::strsignal(signal)));
      tell(guest_->socket(), fmt::format("the device's process ended by signal {} ({}): was the image a good one?",
                                         signal, ::strsignal(signal)));
    }
    forsaken_ = false;
  }

  void tick() {
    tick_.expires_after(Tick);
    tick_.async_wait([this](error_code error) {
      if (error) return;
      if (guest_ && guest_->end_if_forsaken()) forsaken_ = true;
      if (std::exchange(accept_again_, false)) accept();
      tick();
    });
  }

  void stop() {
    ending_ = true;
    if (guest_) {
      guest_->end(SIGKILL);
      static_cast<void>(guest_->wait());
      tell(guest_->socket(), "the server was ended");
      log(fmt::format("client {} was given up: the server ends", guest_->number()));
      ++summary_.failed;
      guest_.reset();
    }
    for (Socket& socket : waiting_) tell(socket, "the server was ended");
    waiting_.clear();
    listener_.reset();  // with the socket's file
    io_.stop();
  }

  const Chip& chip_;
  const MakeDevice& make_;
  const ServeOptions& options_;
  asio::io_context io_;
  std::optional<Listener> listener_;
  asio::signal_set ends_{io_, SIGINT, SIGTERM};
  asio::signal_set children_{io_, SIGCHLD};
  asio::steady_timer tick_{io_};
  std::optional<Guest> guest_;
  std::vector<Socket> waiting_;  // for the guest to be gone
  bool forsaken_ = false;        // the guest was ended because its client has gone
  bool accept_again_ = false;
  bool ending_ = false;
  int count_ = 0;
  ServeSummary summary_;
};

}  // namespace
}  // namespace eddy::remote

namespace eddy {

ServeSummary serve(const Chip& chip, const std::function<std::unique_ptr<Device>()>& make,
                   const ServeOptions& options) {
  return remote::Server(chip, make, options).run();
}

}  // namespace eddy

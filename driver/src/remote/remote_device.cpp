// SPDX-License-Identifier: Apache-2.0
#include "eddy/remote_device.hpp"

#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "eddy/error.hpp"
#include "remote/connection.hpp"
#include "remote/convert.hpp"
#include "remote/pulse.hpp"
#include "remote/wire.hpp"

namespace eddy {
namespace {

using namespace remote;
using remote_proto::Reply;
using remote_proto::Request;

std::string alive() {
  Request request;
  request.mutable_alive();
  return framed(request);
}

std::string describe(const Chip& c) {
  return fmt::format("{} ({}x{} tiles, {} banks, {} lanes, gateway at ({}, {}))", c.name, c.rows, c.columns, c.banks,
                     c.lanes, c.gateway.y, c.gateway.x);
}

bool same(const Chip& a, const Chip& b) {
  return a.rows == b.rows && a.columns == b.columns && a.banks == b.banks && a.lanes == b.lanes &&
         a.gateway == b.gateway;
}

class RemoteDevice final : public Device {
 public:
  RemoteDevice(const std::string& uri, const RemoteOptions& options)
      : connection_(connect_to(parse_address(uri), options.open)), pulse_(*connection_, alive(), options.alive) {
    meet(options);
    connection_->set_limit(options.silence);
    pulse_.set_beating(true);
  }

  [[nodiscard]] std::string backend() const override { return backend_; }

  void load(const Image& image) override {
    Request request;
    request.mutable_load()->set_image(serialise(image));
    call(request);
    drains_.clear();
    for (const Drain& d : image.gateway.drains)
      drains_.push_back(image.layers.at(static_cast<std::size_t>(d.layer)).out);
  }

  void set_frames_in_flight(int frames) override {
    Request request;
    request.mutable_in_flight()->set_frames(frames < 0 ? 0 : static_cast<std::uint32_t>(frames));
    call(request);
  }

  void submit(const Frame& frame) override {
    Request request;
    put(frame, *request.mutable_submit());
    call(request);
  }

  FrameResult collect() override {
    Request request;
    request.mutable_collect();
    const Reply reply = call(request);
    FrameResult result = checked([&] { return get(need(reply, reply.has_result()).result()); });
    for (const Record& r : result.records) check(r);
    return result;
  }

  std::vector<TileCounters> counters() override {
    Request request;
    request.mutable_counters();
    const Reply reply = call(request);
    return checked([&] { return get(need(reply, reply.has_counters()).counters()); });
  }

  [[nodiscard]] std::uint64_t cycles() const override { return cycles_; }

  bool trace(std::function<void(const Firing&)> f) override {
    trace_ = std::move(f);
    // Nobody has to wait for the end of a call that was left, only to hear less of the next.
    if (!trace_ && (answer_due_ || !lost_.empty())) return traced_;
    Request request;
    request.mutable_trace()->set_on(static_cast<bool>(trace_));
    const Reply reply = call(request);
    if (trace_) traced_ = reply.done().traced();
    return traced_;
  }

 private:
  /// The server speaks first: busy, or who it is.
  void meet(const RemoteOptions& options) {
    const Reply welcome = answer();
    const auto& w = need(welcome, welcome.has_welcome()).welcome();
    if (w.hello().magic() != Magic) lose(connection_->peer() + ": what answers there is no `eddy serve`");
    if (w.hello().version() != Version)
      lose(fmt::format("{}: the server speaks version {} of the protocol, this program version {}: take the same eddy",
                       connection_->peer(), w.hello().version(), Version));
    const Chip chip = checked([&] { return get(w); });
    if (options.chip && !same(*options.chip, chip))
      throw FitError(fmt::format("{} has chip {}, but chip {} is wanted: take --chip {}, or serve the other one",
                                 connection_->peer(), describe(chip), describe(*options.chip), chip.name));
    backend_ = fmt::format("{} at {}", w.backend(), connection_->peer());
    Request request;
    request.mutable_hello()->set_magic(Magic);
    request.mutable_hello()->set_version(Version);
    call(request);
  }

  /// Sends a request and takes what comes until its answer.
  Reply call(const Request& request) {
    if (!lost_.empty()) throw ConnectionError(lost_);
    leave_nothing_due();
    pulse_.set_beating(false);
    checked([&] { connection_->send(framed(request)); });
    answer_due_ = true;
    Reply reply = answer();
    answer_due_ = false;
    pulse_.set_beating(true);
    if (reply.has_failure()) fail(reply);
    cycles_ = reply.cycles();
    return reply;
  }

  /// The end of a call that an exception of a trace callback has left. Whatever came of it, nobody wants.
  void leave_nothing_due() {
    if (!answer_due_) return;
    const auto trace = std::exchange(trace_, {});
    const Reply reply = answer();
    answer_due_ = false;
    trace_ = trace;
    if (reply.failure().last()) fail(reply);
  }

  Reply answer() {
    while (true) {
      Reply reply = checked([&] {
        const auto bytes = connection_->receive(MostReplyBytes);
        if (!bytes) throw ConnectionError(connection_->peer() + ": the server has hung up: did it end? Start it again");
        return parse_reply(*bytes, connection_->peer());
      });
      if (reply.has_alive()) continue;
      if (!reply.has_firings()) return reply;
      cycles_ = reply.cycles();
      if (trace_) for_each(reply.firings(), trace_);
    }
  }

  [[noreturn]] void fail(const Reply& reply) {
    if (reply.failure().last()) lost_ = fmt::format("{}: {}", connection_->peer(), reply.failure().text());
    rethrow(reply.failure(), connection_->peer());
  }

  /// What goes wrong in `f` goes wrong with the connection: it is not used any more.
  template <typename F>
  std::invoke_result_t<F> checked(const F& f) {
    try {
      return f();
    } catch (const ConnectionError& error) {
      lost_ = error.what();
      pulse_.set_beating(false);
      throw;
    }
  }

  [[noreturn]] void lose(const std::string& why) {
    lost_ = why;
    throw ConnectionError(why);
  }

  const Reply& need(const Reply& reply, bool right) {
    if (reply.has_failure()) fail(reply);
    if (!right) lose(connection_->peer() + ": an answer to another question came");
    return reply;
  }

  void check(const Record& r) {
    const auto drain = static_cast<std::size_t>(r.drain);
    if (drain < drains_.size() && r.y < drains_[drain].h && r.x < drains_[drain].w && r.c < drains_[drain].c) return;
    lose(fmt::format("{}: a record of drain {} at ({}, {}, {}) came, which the image does not have",
                     connection_->peer(), r.drain, r.y, r.x, r.c));
  }

  std::unique_ptr<Connection> connection_;
  std::string backend_;
  std::vector<Shape> drains_;  // layers that records are of
  std::function<void(const Firing&)> trace_;
  bool traced_ = false;
  bool answer_due_ = false;
  std::uint64_t cycles_ = 0;
  std::string lost_;  // why the connection is of no use any more
  Pulse pulse_;       // the last member: it ends first
};

}  // namespace

std::unique_ptr<Device> make_remote_device(const std::string& uri, const RemoteOptions& options) {
  return std::make_unique<RemoteDevice>(uri, options);
}

}  // namespace eddy

// SPDX-License-Identifier: Apache-2.0
#include "remote/session.hpp"

#include <utility>

#include <fmt/format.h>

#include "eddy/error.hpp"
#include "eddy/image.hpp"
#include "remote/convert.hpp"
#include "remote/image_check.hpp"

namespace eddy::remote {
namespace {

using remote_proto::Reply;
using remote_proto::Request;

constexpr int MostFirings = 1024;  // in a message
constexpr std::chrono::milliseconds FlushEvery{100};

std::string alive_message() {
  Reply reply;
  reply.mutable_alive();
  return framed(reply);
}

/// A device's call went wrong in a way that leaves nothing to go on with.
bool spoils_device(const std::exception& error) {
  return dynamic_cast<const UsageError*>(&error) == nullptr && dynamic_cast<const FitError*>(&error) == nullptr &&
         dynamic_cast<const FileError*>(&error) == nullptr;
}

}  // namespace

Session::Session(Connection& connection, const Chip& chip, const MakeDevice& make, std::chrono::milliseconds alive)
    : connection_(connection), chip_(chip), make_(make), pulse_(connection, alive_message(), alive) {}

void Session::run() {
  try {
    converse();
  } catch (const ConnectionError& error) {
    Reply reply;
    put(error, *reply.mutable_failure());
    reply.mutable_failure()->set_last(true);
    try {
      connection_.send(framed(reply));
      connection_.hang_up();
    } catch (const ConnectionError&) {
      // it is gone, and need not be told
    }
    throw;
  }
}

void Session::converse() {
  if (!greet()) return;
  const std::size_t most = most_image_bytes(chip_);
  for (auto bytes = connection_.receive(most); bytes; bytes = connection_.receive(most)) {
    const Request request = parse_request(*bytes, connection_.peer());
    bytes->clear();
    if (!request.has_alive()) answer(request);
  }
}

/// False where the client hangs up at once: somebody looked whether there is a server.
bool Session::greet() {
  pulse_.set_beating(true);
  try {
    make_device();
  } catch (const Error& error) {
    throw ConnectionError(fmt::format("the device cannot be had: {}", error.what()));
  }
  pulse_.set_beating(false);
  Reply reply;
  auto& welcome = *reply.mutable_welcome();
  welcome.mutable_hello()->set_magic(Magic);
  welcome.mutable_hello()->set_version(Version);
  welcome.set_backend(device_->backend());
  put(chip_, welcome);
  send(reply);
  const auto bytes = connection_.receive(MostHelloBytes);
  if (!bytes) return false;
  const Request request = parse_request(*bytes, connection_.peer());
  if (request.hello().magic() != Magic)
    throw ConnectionError(fmt::format("{}: no hello of this protocol", connection_.peer()));
  if (request.hello().version() != Version)
    throw ConnectionError(
        fmt::format("{}: speaks version {} of the protocol, this server version {}: take the same eddy",
                    connection_.peer(), request.hello().version(), Version));
  reply.Clear();
  reply.mutable_done();
  send(reply);
  return true;
}

void Session::answer(const Request& request) {
  if (request.has_hello()) throw ConnectionError(fmt::format("{}: a second hello", connection_.peer()));
  Reply reply;
  pulse_.set_beating(true);
  try {
    if (!device_) make_device();
    act(request, reply);
    reply.set_cycles(device_->cycles());
    flush();
  } catch (const ConnectionError&) {
    throw;
  } catch (const std::exception& error) {
    flush();
    reply.Clear();
    put(error, *reply.mutable_failure());
    if (spoils_device(error)) {
      device_.reset();
      frame_.reset();
      waiting_ = 0;
    }
  }
  pulse_.set_beating(false);
  send(reply);
}

void Session::act(const Request& request, Reply& reply) {
  reply.mutable_done();
  switch (request.what_case()) {
    case Request::kLoad:
      return load(request.load().image());
    case Request::kInFlight:
      return set_frames_in_flight(request.in_flight().frames());
    case Request::kSubmit:
      return submit(request.submit());
    case Request::kCollect:
      return collect(reply);
    case Request::kCounters:
      return counters(reply);
    case Request::kTrace:
      tracing_ = request.trace().on();
      arm_trace();
      reply.mutable_done()->set_traced(tracing_);
      return;
    default:
      throw ConnectionError(fmt::format("{}: a request that makes no sense here", connection_.peer()));
  }
}

void Session::load(const std::string& bytes) {
  const Image image = parse_image(bytes, "the image that came");
  check_image(image, chip_);
  frame_.reset();
  waiting_ = 0;
  device_->load(image);
  frame_ = image.gateway.input;
  pixels_ = image.gateway.pixels;
}

void Session::set_frames_in_flight(std::uint32_t frames) {
  if (frames < 1 || frames > MostFramesInFlight)
    throw UsageError(fmt::format("{} frames in flight: 1 to {} are possible", frames, MostFramesInFlight));
  in_flight_ = static_cast<int>(frames);
  device_->set_frames_in_flight(in_flight_);
}

void Session::submit(const remote_proto::Submit& submit) {
  if (!frame_) throw UsageError("a frame came before an image was loaded");
  if (waiting_ == MostFramesInFlight)
    throw UsageError(fmt::format("{} frames wait for their collection: collect some", waiting_));
  const Frame frame = get(submit);
  const auto values = static_cast<std::size_t>(frame.shape.count());
  if (frame.shape != *frame_ || (pixels_ ? frame.pixels.size() : frame.activations.size()) != values) {
    throw UsageError(fmt::format(
        "frame of {}x{} with {} channels, {} pixels and {} activations, but the image takes {} of {}x{} with {}",
        frame.shape.w, frame.shape.h, frame.shape.c, frame.pixels.size(), frame.activations.size(),
        pixels_ ? "pixels" : "activations", frame_->w, frame_->h, frame_->c));
  }
  device_->submit(frame);
  ++waiting_;
}

void Session::collect(Reply& reply) {
  if (waiting_ == 0) throw UsageError("no frame is in flight");
  put(device_->collect(), *reply.mutable_result());
  --waiting_;
}

void Session::counters(Reply& reply) {
  if (!frame_) throw UsageError("counters before an image was loaded");
  if (waiting_ != 0) throw UsageError(fmt::format("counters while {} frames are in flight: collect them", waiting_));
  put(device_->counters(), *reply.mutable_counters());
}

void Session::make_device() {
  device_ = make_();
  device_->set_frames_in_flight(in_flight_);
  if (tracing_) arm_trace();
}

void Session::arm_trace() {
  if (!tracing_) {
    device_->trace({});
    return;
  }
  tracing_ = device_->trace([this](const Firing& f) { fired(f); });
}

void Session::fired(const Firing& firing) {
  auto& firings = *batch_.mutable_firings();
  put(firing, firings.frame_size() == 0 ? 0 : last_fired_.cycle, firings);
  last_fired_ = firing;
  // The clock is looked at now and then only: it costs as much as a firing.
  const int n = firings.frame_size();
  if (n >= MostFirings || (n % 64 == 0 && Clock::now() - flushed_ > FlushEvery)) flush();
}

void Session::flush() {
  if (!batch_.has_firings() || batch_.firings().frame_size() == 0) return;
  batch_.set_cycles(last_fired_.cycle);
  connection_.send(framed(batch_));
  batch_.mutable_firings()->Clear();
  flushed_ = Clock::now();
}

void Session::send(Reply& reply) {
  const std::string bytes = framed(reply);
  if (bytes.size() - LengthBytes > MostReplyBytes)
    throw ConnectionError(fmt::format("an answer of {} bytes is more than a client takes", bytes.size()));
  connection_.send(bytes);
}

}  // namespace eddy::remote

// SPDX-License-Identifier: Apache-2.0
#include "device/model/gateway.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "index.hpp"

namespace eddy::model {

Gateway::Gateway(const GatewayImage& image)
    : image_(image),
      outputs_(image.tables),
      arrivals_(image.tables, image.drains.size()),
      sources_(unpack_table<pkg::in_source_t>(image.tables, pkg::table_e::TabInSource)),
      reference_(static_cast<std::size_t>(image.input.count())),
      done_(image.drains.size()) {}

void Gateway::submit(Fabric& fabric, const Frame& frame) {
  const std::size_t have = image_.pixels ? frame.pixels.size() : frame.activations.size();
  if (frame.shape != image_.input || have != static_cast<std::size_t>(image_.input.count())) {
    throw UsageError(fmt::format("frame of {}x{} with {} channels, but the image takes {}x{} with {}", frame.shape.w,
                                 frame.shape.h, frame.shape.c, image_.input.w, image_.input.h, image_.input.c));
  }
  frames_.push_back(frame);
  give_credits(fabric);
}

bool Gateway::ready() const {
  if (frames_.empty()) return false;
  const int ended = done_.empty() ? sent_ : std::ranges::min(done_);
  if (row_ == 0 && sent_ - ended >= in_flight_) return false;
  return outputs_.may_send(0, image_.out_axons, row_, sent_ % 2 == 1);
}

void Gateway::step(Fabric& fabric, const std::function<void(const Firing&)>& trace) {
  outputs_.open({row_, sent_ % 2 == 1, image_.xbits, image_.cbits, 0, image_.out_axons});
  const Shape& s = image_.input;
  std::size_t i = at(row_) * at(s.w) * at(s.c);
  for (int x = 0; x < s.w; ++x) {
    for (int c = 0; c < s.c; ++c) {
      const auto value = static_cast<std::int16_t>(change(c, i++));
      if (value == 0) continue;
      if (trace) trace({sent_, image_.tile, frame_input, row_, x, c, value, 0});
      outputs_.event(fabric, x, c, value);
    }
  }
  outputs_.close(fabric);
  if (++row_ < s.h) return;
  row_ = 0;
  ++sent_;
  frames_.pop_front();
}

/// A first frame and spatial ones go whole: all that is not zero.
int Gateway::change(int c, std::size_t i) {
  const bool whole = sent_ == 0 || !image_.send_delta;
  const int theta = image_.theta[at(c)];
  if (image_.pixels) {
    const int pixel = frames_.front().pixels[i];
    const auto& table = image_.table[at(c)];
    const int step = pixel - reference_[i];
    if (!whole && (step == 0 || std::abs(step) < theta)) return 0;
    const int difference = table[at(pixel)] - (whole ? 0 : table[at(reference_[i])]);
    reference_[i] = static_cast<std::int16_t>(pixel);
    return difference;
  }
  const int value = frames_.front().activations[i];
  const int difference = value - (whole ? 0 : reference_[i]);
  if (difference == 0 || std::abs(difference) < theta) return 0;
  reference_[i] = static_cast<std::int16_t>(value);
  return difference;
}

void Gateway::receive(Fabric& fabric, const Message& message) {
  const auto check = [&](pkg::err_e code) {
    if (code != pkg::err_e::ErrNone)
      throw RunError(fmt::format("model: the gateway reports {} on axon {}", to_string(code), message.axon));
  };
  if (message.kind == Kind::credit) {
    check(outputs_.credit(message.axon, message.token));
    return;
  }
  check(arrivals_.take(message));
  const Drain& drain = image_.drains[at(message.axon)];
  int& done = done_[at(message.axon)];
  while (static_cast<int>(results_.size()) <= done - taken_) {
    results_.push_back({.frame = taken_ + static_cast<int>(results_.size()), .records = {}});
  }
  if (message.kind == Kind::event) {
    const auto y = static_cast<int>(message.pos >> (drain.xbits + drain.cbits));
    const auto x = static_cast<int>(message.pos >> drain.cbits & ((1U << drain.xbits) - 1));
    const auto c = static_cast<int>(message.pos & ((1U << drain.cbits) - 1));
    results_[at(done - taken_)].records.push_back({message.axon, y, x, c, message.value});
    return;
  }
  if (!message.token.last) return;
  ++done;
  give_credits(fabric);
}

void Gateway::give_credits(Fabric& fabric) {
  const int submitted = sent_ + static_cast<int>(frames_.size());
  for (; !done_.empty() && credited_ < submitted && credited_ <= std::ranges::min(done_); ++credited_) {
    const bool parity = credited_ % 2 == 0;  // of the frame before
    for (const pkg::in_source_t& source : sources_) {
      Message credit;
      credit.kind = Kind::credit;
      credit.dest = source.dest;
      credit.axon = source.axon;
      credit.token = {.axon = source.axon, .row = source.idle, .parity = parity, .last = true, .count = 0, .unused = 0};
      fabric.send(credit);
    }
  }
}

bool Gateway::finished() const { return done_.empty() ? sent_ > taken_ : std::ranges::min(done_) > taken_; }

FrameResult Gateway::take() {
  FrameResult result;
  if (!results_.empty()) {
    result = std::move(results_.front());
    results_.pop_front();
  }
  result.frame = taken_++;
  return result;
}

std::string Gateway::waiting() const {
  std::string text = fmt::format("gateway: {} frames to send, row {}, {} sent", frames_.size(), row_, sent_);
  for (std::size_t i = 0; i < done_.size(); ++i) {
    if (done_[i] == taken_) text += fmt::format("; drain {} has not ended frame {}", i, taken_);
  }
  return text + "\n";
}

}  // namespace eddy::model

// SPDX-License-Identifier: Apache-2.0
#include "device/model/gateway.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "index.hpp"

namespace eddy::model {
namespace {

constexpr int MaxMerge = 16;  // rows without events that one token may close

}  // namespace

Gateway::Gateway(const GatewayImage& image)
    : image_(image),
      outputs_(image.tables),
      arrivals_(image.tables, image.drains.size()),
      sources_(unpack_table<pkg::in_source_t>(image.tables, pkg::table_e::TabInSource)),
      pixels_(image.pixels ? at(image.input.count()) : 0),
      activations_(image.pixels ? 0 : at(image.input.count())),
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
  const std::size_t channels = at(image_.input.c), first = at(row_) * at(image_.input.w) * channels,
                    end = first + at(image_.input.w) * channels;
  bool any = false;
  for (std::size_t i = next_change(first, end); i < end; i = next_change(i + 1, end)) {
    const int x = static_cast<int>((i - first) / channels), c = static_cast<int>((i - first) % channels);
    const auto value = static_cast<std::int16_t>(change(c, i));
    if (value == 0) continue;
    fabric.did(Work::scan, static_cast<int>(i - first) + 1);
    if (!any) fabric.did(Work::open, image_.out_axons);
    if (trace) trace({sent_, image_.tile, frame_input, row_, x, c, value, 0});
    outputs_.event(fabric, x, c, value);
    any = true;
  }
  fabric.did(Work::scan, static_cast<int>(end - first));
  fabric.did(Work::drain, 0);
  merged_ = any || row_ + 1 == image_.input.h ? 0 : (merged_ + 1) % MaxMerge;
  if (merged_ == 0) outputs_.close(fabric);
  if (++row_ < image_.input.h) return;
  row_ = 0;
  ++sent_;
  frames_.pop_front();
}

std::size_t Gateway::next_change(std::size_t i, std::size_t end) const {
  if (whole() || !image_.pixels) return i;
  const std::uint8_t *const now = frames_.front().pixels.data(), *const before = pixels_.data();
  constexpr std::size_t step = sizeof(std::uint64_t);
  while (i + step <= end && std::memcmp(now + i, before + i, step) == 0) i += step;
  while (i < end && now[i] == before[i]) ++i;
  return i;
}

int Gateway::change(int c, std::size_t i) {
  const int theta = image_.theta[at(c)];
  if (image_.pixels) {
    const int pixel = frames_.front().pixels[i], before = pixels_[i];
    const auto& table = image_.table[at(c)];
    if (!whole() && (pixel == before || std::abs(pixel - before) < theta)) return 0;
    pixels_[i] = static_cast<std::uint8_t>(pixel);
    return table[at(pixel)] - (whole() ? 0 : table[at(before)]);
  }
  const int value = frames_.front().activations[i];
  const int difference = value - (whole() ? 0 : activations_[i]);
  if (difference == 0 || std::abs(difference) < theta) return 0;
  activations_[i] = static_cast<std::int16_t>(value);
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

// SPDX-License-Identifier: Apache-2.0
#include "device/rings/ring.hpp"

#include "device/rings/bytes.hpp"
#include "device/rings/registers.hpp"
#include "eddy/sim/state_stream.hpp"

namespace eddy::rings {

Ring::Ring(Transport& transport, std::uint32_t registers, std::uint64_t address, unsigned log2)
    : transport_(transport), registers_(registers), address_(address), log2_(log2) {}

void Ring::configure() {
  transport_.write_register(registers_ + RingBaseLo, static_cast<std::uint32_t>(address_));
  transport_.write_register(registers_ + RingBaseHi, static_cast<std::uint32_t>(address_ >> 32));
  transport_.write_register(registers_ + RingSize, log2_);
}

std::uint64_t Ring::post(const host_pkg::descriptor_t& descriptor) {
  write_words(transport_, place(posted_), descriptor.pack());
  transport_.write_register(registers_ + RingHead, static_cast<std::uint16_t>(posted_ + 1));
  return posted_++;
}

std::uint64_t Ring::completed() {
  const auto tail = static_cast<std::uint16_t>(transport_.read_register(registers_ + RingTail));
  completed_ += static_cast<std::uint16_t>(tail - static_cast<std::uint16_t>(completed_));
  return completed_;
}

host_pkg::completion_t Ring::end_of(std::uint64_t number) const {
  const auto words = read_words(transport_, place(number), host_pkg::descriptor_t::word_count);
  return host_pkg::descriptor_t::unpack(words).done;
}

void Ring::save(std::ostream& state) const {
  sim::put(state, posted_);
  sim::put(state, completed_);
}

void Ring::restore(std::istream& state) {
  sim::get(state, posted_);
  sim::get(state, completed_);
}

}  // namespace eddy::rings

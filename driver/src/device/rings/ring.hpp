// SPDX-License-Identifier: Apache-2.0
/// One ring of descriptors in host memory, and its registers.
#pragma once

#include <cstdint>
#include <iosfwd>

#include "eddy/transport.hpp"
#include "eddy_host_pkg.hpp"

namespace eddy::rings {

class Ring {
 public:
  /// `registers`: byte offset of the ring's registers; `address`: of 2^log2 descriptors in host memory.
  Ring(Transport& transport, std::uint32_t registers, std::uint64_t address, unsigned log2);

  /// Tells the gateway where the ring lies. Only while it is empty.
  void configure();

  [[nodiscard]] bool full() const { return posted_ - completed_ == size(); }
  /// Hands over a descriptor. Only where the ring is not full. Gives its number, counted from 0.
  std::uint64_t post(const host_pkg::descriptor_t& descriptor);
  /// Descriptors ever completed, as the gateway says now.
  std::uint64_t completed();
  [[nodiscard]] std::uint64_t posted() const { return posted_; }
  /// How descriptor `number` ended: one of the last 2^log2 that were posted, completed.
  [[nodiscard]] host_pkg::completion_t end_of(std::uint64_t number) const;
  /// After a restart of the gateway, which forgets what was posted.
  void forget() { completed_ = posted_; }

  void save(std::ostream& state) const;
  void restore(std::istream& state);

 private:
  [[nodiscard]] std::uint64_t size() const { return std::uint64_t{1} << log2_; }
  [[nodiscard]] std::uint64_t place(std::uint64_t number) const {
    return address_ + number % size() * host_pkg::DescriptorBytes;
  }

  Transport& transport_;
  std::uint32_t registers_;
  std::uint64_t address_;
  unsigned log2_;
  std::uint64_t posted_ = 0, completed_ = 0;
};

}  // namespace eddy::rings

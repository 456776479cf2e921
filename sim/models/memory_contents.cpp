// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>

#include "eddy/sim/memory.hpp"
#include "eddy/sim/state_stream.hpp"

namespace eddy::sim {

void MemoryContents::read(std::uint64_t address, std::span<std::uint8_t> bytes) const {
  while (!bytes.empty()) {
    const std::uint64_t offset = address % PageBytes;
    const auto now = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), PageBytes - offset));
    const auto page = pages_.find(address / PageBytes);
    if (page == pages_.end()) {
      std::ranges::fill(bytes.first(now), std::uint8_t{0});
    } else {
      std::copy_n(page->second->begin() + static_cast<std::ptrdiff_t>(offset), now, bytes.begin());
    }
    bytes = bytes.subspan(now);
    address += now;
  }
}

void MemoryContents::write(std::uint64_t address, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const std::uint64_t offset = address % PageBytes;
    const auto now = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), PageBytes - offset));
    auto& page = pages_[address / PageBytes];
    if (!page) page = std::make_unique<Page>();
    std::copy_n(bytes.begin(), now, page->begin() + static_cast<std::ptrdiff_t>(offset));
    bytes = bytes.subspan(now);
    address += now;
  }
}

void MemoryContents::save(std::ostream& out) const {
  put(out, std::uint64_t{pages_.size()});
  for (const auto& [number, page] : pages_) {
    put(out, number);
    put(out, *page);
  }
}

void MemoryContents::restore(std::istream& in) {
  pages_.clear();
  std::uint64_t count = 0;
  get(in, count);
  for (std::uint64_t i = 0; i < count; ++i) {
    std::uint64_t number = 0;
    get(in, number);
    auto page = std::make_unique<Page>();
    get(in, *page);
    pages_[number] = std::move(page);
  }
}

}  // namespace eddy::sim

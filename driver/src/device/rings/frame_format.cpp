// SPDX-License-Identifier: Apache-2.0
#include "device/rings/frame_format.hpp"

#include <fmt/format.h>

#include "device/rings/bytes.hpp"
#include "eddy/error.hpp"
#include "eddy_host_pkg.hpp"

namespace eddy::rings {
namespace {

constexpr std::uint64_t RecordBytes = host_pkg::record_t::bits / 8;

std::uint64_t round_up(std::uint64_t bytes) {
  return (bytes + host_pkg::BeatBytes - 1) / host_pkg::BeatBytes * host_pkg::BeatBytes;
}

std::uint64_t row_elements(const GatewayImage& image) {
  return static_cast<std::uint64_t>(image.input.w) * static_cast<std::uint64_t>(image.input.c);
}

std::uint64_t row_bytes(const GatewayImage& image) { return round_up(row_elements(image) * (image.pixels ? 1 : 2)); }

}  // namespace

std::uint64_t frame_bytes(const GatewayImage& image) {
  return row_bytes(image) * static_cast<std::uint64_t>(image.input.h);
}

std::vector<std::uint8_t> frame_to_bytes(const GatewayImage& image, const Frame& frame) {
  const std::size_t have = image.pixels ? frame.pixels.size() : frame.activations.size();
  if (frame.shape != image.input || have != static_cast<std::size_t>(image.input.count())) {
    throw UsageError(fmt::format("frame of {}x{} with {} channels, but the image takes {}x{} with {}", frame.shape.w,
                                 frame.shape.h, frame.shape.c, image.input.w, image.input.h, image.input.c));
  }
  std::vector<std::uint8_t> bytes(frame_bytes(image));
  const auto pitch = static_cast<std::size_t>(row_bytes(image)), row = static_cast<std::size_t>(row_elements(image));
  for (std::size_t y = 0; y < static_cast<std::size_t>(image.input.h); ++y) {
    for (std::size_t i = 0; i < row; ++i) {
      if (image.pixels) {
        bytes[y * pitch + i] = frame.pixels[y * row + i];
      } else {
        put(std::span(bytes).subspan(y * pitch + 2 * i), static_cast<std::uint16_t>(frame.activations[y * row + i]));
      }
    }
  }
  return bytes;
}

std::uint32_t most_records(const Image& image) {
  std::uint32_t sum = 0;
  for (const Drain& drain : image.gateway.drains) {
    const PopulationInfo& p = image.populations[static_cast<std::size_t>(drain.population)];
    sum += static_cast<std::uint32_t>(p.rows) * static_cast<std::uint32_t>(p.cols) *
           static_cast<std::uint32_t>(p.channels);
  }
  return sum;
}

std::uint64_t drain_bytes(std::uint32_t records) { return round_up((std::uint64_t{records} + 1) * RecordBytes); }

std::vector<Record> records_from_bytes(const GatewayImage& image, std::span<const std::uint8_t> bytes) {
  std::vector<Record> records;
  for (; bytes.size() >= RecordBytes; bytes = bytes.subspan(RecordBytes)) {
    const auto r = host_pkg::record_t::from_u64(get<std::uint64_t>(bytes));
    if (r.last) {
      if (r.pos != records.size())
        throw RunError(
            fmt::format("a frame's end says {} records, but {} are in the drain buffer", r.pos, records.size()));
      return records;
    }
    if (r.axon >= image.drains.size())
      throw RunError(fmt::format("a record of drain {}, but the image has {}", r.axon, image.drains.size()));
    const Drain& drain = image.drains[r.axon];
    records.push_back({.drain = r.axon,
                       .y = static_cast<int>(r.pos >> (drain.xbits + drain.cbits)),
                       .x = static_cast<int>(r.pos >> drain.cbits & ((1U << drain.xbits) - 1)),
                       .c = static_cast<int>(r.pos & ((1U << drain.cbits) - 1)),
                       .value = r.value});
  }
  throw RunError("a drain buffer without a frame's end");
}

}  // namespace eddy::rings

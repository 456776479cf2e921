// SPDX-License-Identifier: Apache-2.0
/// Frames as the gateway reads them, and results as it writes them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "eddy/device.hpp"
#include "eddy/image.hpp"

namespace eddy::rings {

/// Bytes of a frame (and of its references) in host memory: rows from 16-byte boundaries on.
[[nodiscard]] std::uint64_t frame_bytes(const GatewayImage& image);
/// A frame as it lies there. Throws UsageError where its shape is not the image's.
[[nodiscard]] std::vector<std::uint8_t> frame_to_bytes(const GatewayImage& image, const Frame& frame);

/// Records that one frame can have at most: every neuron of every drain once.
[[nodiscard]] std::uint32_t most_records(const Image& image);
/// Bytes of a drain buffer for that many records and the end.
[[nodiscard]] std::uint64_t drain_bytes(std::uint32_t records);
/// The records of one frame. Throws RunError where they are not what they have to be.
[[nodiscard]] std::vector<Record> records_from_bytes(const GatewayImage& image, std::span<const std::uint8_t> bytes);

}  // namespace eddy::rings

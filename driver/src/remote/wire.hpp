// SPDX-License-Identifier: Apache-2.0
/// What both sides agree on: versions, limits, and messages as bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "remote.pb.h"

namespace eddy::remote {

constexpr std::uint32_t Magic = 0x56444445;  // "EDDV"
constexpr std::uint32_t Version = 1;

constexpr std::size_t LengthBytes = 4;
constexpr std::size_t MostHelloBytes = 64;
constexpr std::size_t MostReplyBytes = std::size_t{64} << 20;
constexpr int MostFramesInFlight = 255;  // that a device is told, and that may wait for their collection

/// A message with its length in front. Throws ConnectionError where it is longer than any reader takes.
std::string framed(const google::protobuf::MessageLite& message);

/// Throws ConnectionError where the bytes are no such message; `from` stands in it.
remote_proto::Request parse_request(const std::string& bytes, const std::string& from);
remote_proto::Reply parse_reply(const std::string& bytes, const std::string& from);

}  // namespace eddy::remote

// SPDX-License-Identifier: Apache-2.0
#include "remote/wire.hpp"

#include <limits>

#include <fmt/format.h>

#include "eddy/error.hpp"

namespace eddy::remote {
namespace {

template <typename Message>
Message parse(const std::string& bytes, const std::string& from) {
  Message message;
  if (!message.ParseFromString(bytes) || message.what_case() == 0)
    throw ConnectionError(fmt::format("{}: {} bytes came that are no message of this protocol", from, bytes.size()));
  return message;
}

}  // namespace

std::string framed(const google::protobuf::MessageLite& message) {
  const std::size_t size = message.ByteSizeLong();
  if (size > std::numeric_limits<std::int32_t>::max())
    throw ConnectionError(fmt::format("a message of {} bytes is too long to be sent", size));
  std::string bytes;
  bytes.reserve(LengthBytes + size);
  for (std::size_t i = 0; i < LengthBytes; ++i) bytes.push_back(static_cast<char>(size >> 8 * i & 0xFF));
  if (!message.AppendToString(&bytes)) throw ConnectionError("a message could not be put into bytes");
  return bytes;
}

remote_proto::Request parse_request(const std::string& bytes, const std::string& from) {
  return parse<remote_proto::Request>(bytes, from);
}

remote_proto::Reply parse_reply(const std::string& bytes, const std::string& from) {
  return parse<remote_proto::Reply>(bytes, from);
}

}  // namespace eddy::remote

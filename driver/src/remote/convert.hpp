// SPDX-License-Identifier: Apache-2.0
/// What devices take and give, as messages and back. Whatever comes in is checked: numbers that no device has, columns
/// of unequal length and the like are a ConnectionError.
#pragma once

#include <exception>
#include <functional>
#include <string>
#include <vector>

#include "eddy/chip.hpp"
#include "eddy/device.hpp"
#include "remote.pb.h"

namespace eddy::remote {

void put(const Frame& from, remote_proto::Submit& to);
Frame get(const remote_proto::Submit& from);

void put(const FrameResult& from, remote_proto::Result& to);
FrameResult get(const remote_proto::Result& from);

void put(const std::vector<TileCounters>& from, remote_proto::Counters& to);
std::vector<TileCounters> get(const remote_proto::Counters& from);

void put(const Chip& from, remote_proto::Welcome& to);
/// What a server says of its chip; the rest of it is not known.
Chip get(const remote_proto::Welcome& from);

/// Appends; `last_cycle` is that of the firing before in the same batch.
void put(const Firing& from, std::uint64_t last_cycle, remote_proto::Firings& to);
void for_each(const remote_proto::Firings& from, const std::function<void(const Firing&)>& f);

/// An error as it is, other exceptions as RunError.
void put(const std::exception& from, remote_proto::Failure& to);
/// Throws what was put in, with `from` in front.
[[noreturn]] void rethrow(const remote_proto::Failure& failure, const std::string& from);

}  // namespace eddy::remote

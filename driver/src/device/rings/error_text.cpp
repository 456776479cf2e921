// SPDX-License-Identifier: Apache-2.0
#include "device/rings/error_text.hpp"

#include <fmt/format.h>

namespace eddy::rings {
namespace {

using host_pkg::host_err_e;
using pkg::err_e;

std::string_view meaning(err_e code) {
  switch (code) {
    case err_e::ErrNone:
      return "no error";
    case err_e::ErrCount:
      return "the events that came are not as many as the token says: some were lost or doubled";
    case err_e::ErrToken:
      return "a token does not follow the one before: wrong row or frame";
    case err_e::ErrCredit:
      return "a credit does not follow the one before: wrong row or frame";
    case err_e::ErrAxon:
      return "the axon is not in the table: image and messages do not belong together";
    case err_e::ErrAddress:
      return "a host access outside the map, or a second read before the first was answered";
    case err_e::ErrOverflow:
      return "more events between two tokens than the counter holds";
    case err_e::ErrKind:
      return "a kind of message that this end does not take";
  }
  return "unknown code";
}

std::string_view meaning(host_err_e code) {
  switch (code) {
    case host_err_e::HostOk:
      return "no error";
    case host_err_e::HostErrOpcode:
      return "unknown command, or one in the wrong ring";
    case host_err_e::HostErrDescriptor:
      return "address not aligned or too wide, or count 0";
    case host_err_e::HostErrShape:
      return "rows, columns or channels of the input out of range";
    case host_err_e::HostErrAxiRead:
      return "memory answered a read with an error";
    case host_err_e::HostErrAxiWrite:
      return "memory answered a write with an error";
    case host_err_e::HostErrTile:
      return "a tile sent an error";
    case host_err_e::HostErrAnswer:
      return "an answer that no read waits for";
    case host_err_e::HostErrRoom:
      return "results came while no drain buffer was open, and were lost";
    case host_err_e::HostErrCapacity:
      return "more results than the drain buffer holds: the rest is lost";
    case host_err_e::HostErrAbort:
      return "ended by an abort";
    case host_err_e::HostErrWaitRead:
      return "memory does not answer a read";
    case host_err_e::HostErrWaitWrite:
      return "memory does not take or does not confirm a write";
    case host_err_e::HostErrWaitNet:
      return "the network does not take a flit";
    case host_err_e::HostErrWaitAnswer:
      return "the tile does not answer a read";
    case host_err_e::HostErrWaitCredit:
      return "the consumers of the input give no credit for the next frame";
    case host_err_e::HostErrWaitFrame:
      return "a frame may not start: the frames in flight do not end, or no drain buffer is open";
    case host_err_e::HostErrWaitResult:
      return "a frame in flight does not deliver its results";
  }
  return "unknown code";
}

/// Which layer's population a tile's axon belongs to; empty where the image does not know.
std::string owner(const Image& image, TileAt at, int axon, bool outgoing) {
  for (const TileImage& tile : image.tiles) {
    if (tile.tile != at) continue;
    for (const TableEntry& entry : tile.tables) {
      if (entry.table != static_cast<std::uint8_t>(pkg::table_e::TabPop)) continue;
      const auto pop = pkg::pop_t::unpack(entry.words);
      const int first = outgoing ? pop.out_first : pop.in_first, count = outgoing ? pop.out_count : pop.in_count;
      if (axon < first || axon >= first + count) continue;
      for (const PopulationInfo& info : image.populations) {
        if (info.tile == at && info.pop == entry.index)
          return fmt::format(" of layer {}", image.layers[static_cast<std::size_t>(info.layer)].name);
      }
    }
  }
  return "";
}

std::string axon_text(const pkg::error_t& error, TileAt at, const Image* image) {
  const bool outgoing = error.code == err_e::ErrCredit;
  switch (error.code) {
    case err_e::ErrCount:
    case err_e::ErrToken:
    case err_e::ErrCredit:
    case err_e::ErrOverflow:
      return fmt::format(", {}-axon {}{}", outgoing ? "out" : "in", error.axon,
                         image != nullptr ? owner(*image, at, error.axon, outgoing) : "");
    case err_e::ErrAxon:
      return fmt::format(", axon {}", error.axon);
    case err_e::ErrAddress:
      return fmt::format(", address {:#x}", error.info);
    default:
      return "";
  }
}

/// What the gateway's in-axon carries.
std::string results_of(const pkg::error_t& error, const Image* image) {
  if (image == nullptr || error.code == err_e::ErrCredit || error.axon >= image->gateway.drains.size()) return "";
  const Drain& drain = image->gateway.drains[error.axon];
  const PopulationInfo& p = image->populations[static_cast<std::size_t>(drain.population)];
  return fmt::format(" (results of layer {}, from tile ({}, {}))",
                     image->layers[static_cast<std::size_t>(drain.layer)].name, p.tile.y, p.tile.x);
}

}  // namespace

std::string error_text(host_err_e code, const pkg::tile_id_t& tile, const pkg::error_t& error, const Image* image) {
  const TileAt at{tile.y, tile.x};
  if (code == host_err_e::HostErrTile) {
    const TileAt from{error.tile.y, error.tile.x};
    return fmt::format("tile ({}, {}) reports {}{}: {}", from.y, from.x, to_string(error.code),
                       axon_text(error, from, image), meaning(error.code));
  }
  if (static_cast<int>(code) < static_cast<int>(host_err_e::HostErrOpcode)) {
    const auto own = static_cast<err_e>(code);
    return fmt::format("the gateway at tile ({}, {}) reports {}{}{}: {}", at.y, at.x, to_string(own),
                       axon_text(error, at, nullptr), results_of(error, image), meaning(own));
  }
  return fmt::format("the gateway reports {}, tile ({}, {}): {}", to_string(code), at.y, at.x, meaning(code));
}

}  // namespace eddy::rings

// SPDX-License-Identifier: Apache-2.0
#include "task/npy_writer.hpp"

#include <bit>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "eddy/error.hpp"

namespace eddy {
namespace {

static_assert(std::endian::native == std::endian::little, "elements are stored little-endian");

constexpr std::string_view before_header{"\x93NUMPY\x01\x00", 8};  // magic, version 1.0; then a length of two bytes
constexpr std::size_t header_end = 192;                            // a multiple of 64

}  // namespace

NpyWriter::NpyWriter(const std::filesystem::path& file, std::vector<std::int64_t> dims)
    : whole_(file), dims_(std::move(dims)), stream_(whole_.part(), std::ios::binary) {
  for (const auto d : dims_) frame_size_ *= static_cast<std::size_t>(d);
  write_header();
  check();
}

void NpyWriter::write_header() {
  std::string header =
      fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}", frames_, fmt::join(dims_, ", "));
  header.resize(header_end - before_header.size() - 2 - 1, ' ');
  header += '\n';
  stream_ << before_header << static_cast<char>(header.size() & 0xff) << static_cast<char>(header.size() >> 8)
          << header;
}

void NpyWriter::check() const {
  if (!stream_) throw FileError(fmt::format("{}: cannot be written", whole_.part().string()));
}

void NpyWriter::add(std::span<const float> frame) {
  if (frame.size() != frame_size_) {
    throw UsageError(
        fmt::format("{}: a frame of {} values, expected [{}]", file().string(), frame.size(), fmt::join(dims_, ", ")));
  }
  stream_.write(reinterpret_cast<const char*>(frame.data()), static_cast<std::streamsize>(frame.size_bytes()));
  check();
  ++frames_;
}

void NpyWriter::finish() {
  stream_.seekp(0);
  write_header();
  stream_.close();
  check();
  whole_.publish();
}

}  // namespace eddy

// SPDX-License-Identifier: Apache-2.0
#include "integrate_world.hpp"

#include <algorithm>
#include <numeric>

namespace eddy::test {
namespace {

int bits_for(int values) {
  int bits = 0;
  while ((1 << bits) < values) ++bits;
  return bits;
}

int bits_of(pkg::weight_e format) {
  switch (format) {
    case pkg::weight_e::WeightInt8:
      return 8;
    case pkg::weight_e::WeightInt16:
      return 16;
    case pkg::weight_e::WeightInt4:
      return 4;
    default:
      return 2;
  }
}

/// One axis of a convolution: `size` outputs from row `first` of the layer on.
pkg::axis_t conv_axis(int taps, int stride, int dilation, int pad, int first, int size) {
  const int common = std::gcd(stride, dilation);
  pkg::axis_t axis;
  axis.up = 1;
  axis.stride = static_cast<std::uint8_t>(stride);
  axis.dilation = static_cast<std::uint8_t>(dilation);
  axis.offset = static_cast<std::int16_t>(pad - (taps - 1) * dilation - first * stride);
  axis.taps = static_cast<std::uint16_t>(taps);
  axis.size = static_cast<std::uint16_t>(size);
  axis.tap_step = static_cast<std::uint8_t>(stride / common);
  axis.out_step = static_cast<std::uint8_t>(dilation / common);
  return axis;
}

pkg::axis_t transposed_axis(int taps, int up, int pad, int first, int size) {
  pkg::axis_t axis = conv_axis(taps, 1, 1, 0, 0, size);
  axis.up = static_cast<std::uint8_t>(up);
  axis.offset = static_cast<std::int16_t>(-pad - first);
  return axis;
}

pkg::axis_t dense_axis(int rows) {
  pkg::axis_t axis = conv_axis(rows, 1, 1, 0, 0, 1);
  axis.offset = static_cast<std::int16_t>(-(rows - 1));
  return axis;
}

/// Source rows that can reach an output, and a few more.
int source_rows(const pkg::axis_t& axis, Rng& rng) {
  return std::clamp(((axis.size - 1) * axis.stride - axis.offset) / axis.up + 1 + pick(rng, 0, 2), 1, 4095);
}

pkg::axis_t random_axis(int size, Rng& rng) {
  const int first = chance(rng, 50) ? 0 : pick(rng, 0, 20);
  switch (pick(rng, 0, 6)) {
    case 0:
      return conv_axis(1, pick(rng, 1, 4), 1, 0, first, size);
    case 1:
      return conv_axis(3, pick(rng, 1, 4), 1, pick(rng, 0, 1), first, size);
    case 2:
      return conv_axis(5, pick(rng, 1, 3), 1, pick(rng, 0, 2), first, size);
    case 3:
      return conv_axis(11, pick(rng, 1, 4), 1, pick(rng, 0, 5), first, size);
    case 4:
      return conv_axis(pick(rng, 2, 5), pick(rng, 1, 4), pick(rng, 2, 15), pick(rng, 0, 15), first, size);
    case 5:
      return transposed_axis(pick(rng, 1, 5), pick(rng, 2, 4), pick(rng, 0, 2), first, size);
    default:
      return conv_axis(3, 1, 1, 1, first, size);
  }
}

pkg::pool_axis_t random_pool(Rng& rng) {
  if (chance(rng, 50)) return {.stride = 1, .size = 1, .pad = 0};
  const int size = pick(rng, 1, 5);
  return {.stride = static_cast<std::uint8_t>(pick(rng, 1, 5)),
          .size = static_cast<std::uint8_t>(size),
          .pad = static_cast<std::int8_t>(pick(rng, 0, 4) == 0 ? -pick(rng, 1, 3) : pick(rng, 0, size - 1))};
}

/// Windows of which at least a part lies on one of `rows` rows; sometimes the slice has fewer.
int windows(const pkg::pool_axis_t& pool, int rows, Rng& rng) {
  const int all = std::max(1, (rows - 1 + pool.pad) / pool.stride + 1);
  return chance(rng, 80) ? all : pick(rng, 1, all);
}

}  // namespace

Tile::Tile(Rng& rng) : ram(static_cast<std::size_t>(kRamWords)), marks(pkg::MarkWords, 0), exact(pkg::MarkWords, true) {
  for (Word& word : ram)
    for (std::uint32_t& lane : word) lane = static_cast<std::uint32_t>(rng());
}

int Tile::add_pop(const PopShape& shape) {
  pkg::port_t pop;
  pop.pop = static_cast<std::uint8_t>(pops.size());
  pop.acc_words = static_cast<std::uint8_t>(shape.words);
  pop.acc_row = static_cast<std::uint16_t>(shape.words * shape.cols);
  pop.acc_base = static_cast<std::uint16_t>(words_used_);
  pop.flip = shape.words % 2 == 1 && shape.cols % 2 == 0;
  pop.y.size = static_cast<std::uint16_t>(shape.rows);
  pop.x.size = static_cast<std::uint16_t>(shape.cols);
  pop.pool_y = shape.pool_y;
  pop.pool_x = shape.pool_x;
  pop.mark_base = static_cast<std::uint16_t>(marks_used);
  const auto all = [](const pkg::pool_axis_t& pool, int rows) {
    return std::max(1, (rows - 1 + pool.pad) / pool.stride + 1);
  };
  pop.out_rows = static_cast<std::uint16_t>(all(shape.pool_y, shape.rows));
  pop.out_cols = static_cast<std::uint16_t>(all(shape.pool_x, shape.cols));
  pop.mark_row = static_cast<std::uint8_t>((pop.out_cols + 31) / 32);
  words_used_ += shape.rows * pop.acc_row;
  words_used_ += words_used_ % 2;
  marks_used += pop.out_rows * pop.mark_row;
  pops.push_back(pop);
  return pop.pop;
}

bool Tile::add_random_pop(Rng& rng) {
  PopShape shape{.rows = pick(rng, 1, 9),
                 .cols = chance(rng, 25) ? pick(rng, 30, 70) : pick(rng, 1, 12),
                 .words = pick(rng, 1, 5),
                 .pool_y = random_pool(rng),
                 .pool_x = random_pool(rng)};
  const bool dense = chance(rng, 25);
  if (dense) shape = {.rows = 1, .cols = 1, .words = pick(rng, 1, 9)};
  if (words_used_ + shape.rows * shape.cols * shape.words > kRamWords - 4096) return false;
  const int pop = add_pop(shape);
  pkg::port_t& shared = pops.back();
  shared.out_rows = static_cast<std::uint16_t>(windows(shape.pool_y, shape.rows, rng));
  shared.out_cols = static_cast<std::uint16_t>(windows(shape.pool_x, shape.cols, rng));

  for (int count = pick(rng, 1, 3); count > 0; --count) {
    Port port;
    port.table.y = dense ? dense_axis(pick(rng, 1, 6)) : random_axis(shape.rows, rng);
    port.table.x = dense ? dense_axis(pick(rng, 1, 6)) : random_axis(shape.cols, rng);
    port.table.c0 = static_cast<std::uint16_t>(chance(rng, 50) ? 0 : pick(rng, 1, 9));
    port.table.format = static_cast<pkg::weight_e>(pick(rng, 0, 3));
    port.table.depthwise = chance(rng, 30);
    port.channels = pick(rng, 1, 8);
    port.table.word0 = static_cast<std::uint8_t>(chance(rng, 60) ? 0 : pick(rng, 0, shape.words - 1));
    const int left = shape.words - port.table.word0;
    port.table.words = static_cast<std::uint8_t>(chance(rng, 60) ? left : pick(rng, 1, left));
    if (port.table.depthwise) {
      port.table.words = 1;
      port.table.dw_shift = static_cast<std::uint8_t>(pick(rng, 0, 2));
      port.table.c_lane = chance(rng, 50);
      port.channels = left << port.table.dw_shift;
    }
    if (!finish_port(port, pop, rng)) break;
    for (int axon = pick(rng, 1, 2); axon > 0; --axon) add_axon(rng);
  }
  return true;
}

void Tile::add_conv(int pop, int kernel, int channels, pkg::weight_e format, Rng& rng) {
  const pkg::port_t& shared = pops[static_cast<std::size_t>(pop)];
  Port port;
  port.table.y = conv_axis(kernel, 1, 1, kernel / 2, 0, shared.y.size);
  port.table.x = conv_axis(kernel, 1, 1, kernel / 2, 0, shared.x.size);
  port.table.words = shared.acc_words;
  port.table.format = format;
  port.channels = channels;
  finish_port(port, pop, rng);
  ports.back().rows = shared.y.size;
  ports.back().cols = shared.x.size;
  add_axon(rng);
}

void Tile::add_residual(int pop, Rng& rng) {
  const pkg::port_t& shared = pops[static_cast<std::size_t>(pop)];
  Port port;
  port.table.y = conv_axis(1, 1, 1, 0, 0, shared.y.size);
  port.table.x = conv_axis(1, 1, 1, 0, 0, shared.x.size);
  port.table.format = pkg::weight_e::WeightInt16;
  port.table.depthwise = true;
  port.table.dw_shift = 2;
  port.table.c_lane = true;
  port.table.words = 1;
  port.channels = shared.acc_words * kLanes;
  finish_port(port, pop, rng);
  ports.back().rows = shared.y.size;
  ports.back().cols = shared.x.size;
  add_axon(rng);
}

bool Tile::finish_port(Port& port, int pop, Rng& rng) {
  const pkg::port_t& shared = pops[static_cast<std::size_t>(pop)];
  pkg::port_t& t = port.table;
  t.pop = shared.pop;
  t.acc_base = shared.acc_base;
  t.acc_row = shared.acc_row;
  t.acc_words = shared.acc_words;
  t.flip = shared.flip;
  t.mark_base = shared.mark_base;
  t.mark_row = shared.mark_row;
  t.pool_y = shared.pool_y;
  t.pool_x = shared.pool_x;
  t.out_rows = shared.out_rows;
  t.out_cols = shared.out_cols;
  port.rows = source_rows(t.y, rng);
  port.cols = source_rows(t.x, rng);
  port.xbits = bits_for(port.cols);
  port.cbits = bits_for(t.c0 + port.channels);

  // Runs are laid out [c][ky][kx][word].
  const int stride_x = t.words;
  const int stride_y = t.words * t.x.taps;
  const int stride_c = stride_y * t.y.taps;
  const int runs_a_word = static_cast<int>(pkg::WordBits) / (bits_of(t.format) * kLanes);
  const int room = kRamWords - 512 - words_used_;
  const int most = room * runs_a_word / stride_c;
  if (most < 1 || (t.c_lane && most < kLanes)) return false;
  if (!t.depthwise) port.channels = std::min(port.channels, most);
  const int rows = t.c_lane ? kLanes : port.channels;
  if (rows > most) return false;
  t.w_x = static_cast<std::uint32_t>(stride_x);
  t.w_y = static_cast<std::uint32_t>(stride_y);
  t.w_c = static_cast<std::uint32_t>(stride_c);
  t.w_base = static_cast<std::uint16_t>(words_used_);
  words_used_ += (rows * stride_c + runs_a_word - 1) / runs_a_word;
  words_used_ += words_used_ % 2;

  // Columns between those that a dilated kernel touches may be marked.
  if (t.x.out_step > 1) {
    for (int i = 0; i < t.out_rows * t.mark_row; ++i) exact[static_cast<std::size_t>(t.mark_base + i)] = false;
  }
  ports.push_back(port);
  return true;
}

void Tile::add_axon(Rng& rng) {
  const auto taken = [&](int id) {
    return std::any_of(axons.begin(), axons.end(), [&](const Axon& axon) { return axon.id == id; });
  };
  int id = 0;
  do id = pick(rng, 0, static_cast<int>(pkg::MaxAxons) - 1);
  while (taken(id));
  axons.push_back({id, static_cast<int>(ports.size()) - 1});
}

void Tile::place_queue(int words) {
  queue_base = words_used_;
  queue_words = words;
  words_used_ += words;
}

void Tile::next_banks() {
  const int pair = 2 * static_cast<int>(pkg::BankWords);
  words_used_ = (words_used_ + pair - 1) / pair * pair;
}

int Tile::weight(const pkg::port_t& table, int run, int lane) const {
  const int bits = bits_of(table.format);
  const int runs_a_word = static_cast<int>(pkg::WordBits) / (bits * kLanes);
  const Word& word = ram[static_cast<std::size_t>(table.w_base + run / runs_a_word)];
  const int bit = (run % runs_a_word) * kLanes * bits + lane * bits;
  const std::uint32_t raw = word[static_cast<std::size_t>(bit / 32)] >> bit % 32 << (32 - bits);
  return static_cast<std::int32_t>(raw) >> (32 - bits);
}

void Tile::mark(const pkg::port_t& table, int y, int x) {
  const auto inside = [](const pkg::pool_axis_t& pool, int window, int row) {
    const int start = window * pool.stride - pool.pad;
    return row >= start && row < start + pool.size;
  };
  for (int py = 0; py < table.out_rows; ++py) {
    if (!inside(table.pool_y, py, y)) continue;
    for (int px = 0; px < table.out_cols; ++px) {
      if (inside(table.pool_x, px, x)) {
        marks[static_cast<std::size_t>(table.mark_base + py * table.mark_row + px / 32)] |= 1U << px % 32;
      }
    }
  }
}

std::vector<Change> Tile::apply(const Event& event) {
  const pkg::port_t& t = port_of(event.axon).table;
  const auto meet = [](const pkg::axis_t& axis, int output, int tap, int coordinate) {
    return output * axis.stride == coordinate * axis.up + axis.offset + tap * axis.dilation;
  };
  const int c = event.c - t.c0;
  const int row_c = t.c_lane ? c % kLanes : c;
  const int first = t.word0 + (t.depthwise ? c >> t.dw_shift : 0);

  std::vector<Change> changes;
  for (int oy = 0; oy < t.y.size; ++oy) {
    for (int ky = 0; ky < t.y.taps; ++ky) {
      if (!meet(t.y, oy, ky, event.y)) continue;
      for (int ox = 0; ox < t.x.size; ++ox) {
        for (int kx = 0; kx < t.x.taps; ++kx) {
          if (!meet(t.x, ox, kx, event.x)) continue;
          for (int w = 0; w < t.words; ++w) {
            const int address = t.acc_base + oy * t.acc_row + ox * t.acc_words + first + w;
            const int place = t.flip && oy % 2 ? address ^ 1 : address;
            const int run = static_cast<int>(static_cast<unsigned>(row_c) * t.w_c + static_cast<unsigned>(ky) * t.w_y +
                                             static_cast<unsigned>(kx) * t.w_x) +
                            w;
            Word& acc = ram[static_cast<std::size_t>(place)];
            for (int lane = 0; lane < kLanes; ++lane) {
              acc[static_cast<std::size_t>(lane)] += static_cast<std::uint32_t>(event.value * weight(t, run, lane));
            }
            changes.push_back({place, acc, run, oy, ox});
          }
          mark(t, oy, ox);
        }
      }
    }
  }
  words_done += static_cast<long>(changes.size());
  return changes;
}

const Port& Tile::port_of(int axon) const {
  return ports[static_cast<std::size_t>(axons[static_cast<std::size_t>(axon)].port)];
}

pkg::in_axon_t Tile::entry(const Axon& axon) const {
  const Port& port = ports[static_cast<std::size_t>(axon.port)];
  return {.port = static_cast<std::uint8_t>(axon.port),
          .xbits = static_cast<std::uint8_t>(port.xbits),
          .cbits = static_cast<std::uint8_t>(port.cbits)};
}

pkg::event_t Tile::message(const Event& event) const {
  const Axon& axon = axons[static_cast<std::size_t>(event.axon)];
  const Port& port = ports[static_cast<std::size_t>(axon.port)];
  return {.axon = static_cast<std::uint16_t>(axon.id),
          .pos = static_cast<std::uint32_t>(event.y << (port.xbits + port.cbits) | event.x << port.cbits | event.c),
          .value = static_cast<std::int16_t>(event.value)};
}

Event Tile::random_event(Rng& rng) const {
  Event event;
  event.axon = pick(rng, 0, static_cast<int>(axons.size()) - 1);
  const Port& port = port_of(event.axon);
  event.y = pick(rng, 0, port.rows - 1);
  event.x = pick(rng, 0, port.cols - 1);
  event.c = port.table.c0 + pick(rng, 0, port.channels - 1);
  event.value = chance(rng, 10) ? (chance(rng, 50) ? -32768 : 32767) : pick(rng, -300, 300);
  return event;
}

Tile random_tile(Rng& rng) {
  Tile tile(rng);
  for (int pops = pick(rng, 1, 4); pops > 0; --pops) tile.add_random_pop(rng);
  while (tile.axons.empty()) tile.add_random_pop(rng);
  tile.place_queue(chance(rng, 30) ? 0 : 1 << pick(rng, 0, 6));
  return tile;
}

}  // namespace eddy::test

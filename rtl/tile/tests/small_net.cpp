// SPDX-License-Identifier: Apache-2.0
#include "small_net.hpp"

#include <algorithm>
#include <cstdlib>

namespace eddy::test {
namespace {

constexpr int kLanes = static_cast<int>(pkg::Lanes);
constexpr int kPairWords = 2 * static_cast<int>(pkg::BankWords);  // of a pair of banks
constexpr std::uint16_t kQueueBase = 5 * kPairWords;
constexpr unsigned kQueueWords = 64;

std::uint32_t position(int y, int x, int c) {
  return static_cast<std::uint32_t>(y << (SmallNet::kXBits + SmallNet::kCBits) | x << SmallNet::kCBits | c);
}

std::int32_t wrap(std::int64_t value) { return static_cast<std::int32_t>(static_cast<std::uint32_t>(value)); }

}  // namespace

SmallNet::SmallNet(int rows, int cols, int channels, const std::vector<int>& kernels, Rng& rng)
    : input_(rows, cols, channels) {
  int acc = 0, weight = 2 * kPairWords, reference = 4 * kPairWords, mark = 0, param = 0;
  int below = channels;
  for (const int kernel : kernels) {
    Layer layer;
    layer.kernel = kernel;
    const int out = kLanes * pick(rng, 1, 3);
    layer.acc = layer.reference = Tensor(rows, cols, out);
    layer.limit = pick(rng, 200, 4000);
    layer.weights.resize(static_cast<std::size_t>(out * below * kernel * kernel));
    for (int& w : layer.weights) w = pick(rng, -128, 127);
    for (int k = 0; k < out; ++k) {
      layer.params.push_back({.bias = pick(rng, -3000, 3000),
                              .mul = static_cast<std::uint16_t>(pick(rng, 0x8000, 0xffff)),
                              .shift = static_cast<std::uint8_t>(pick(rng, 20, 23)),
                              .theta = static_cast<std::uint16_t>(chance(rng, 50) ? 0 : pick(rng, 1, 60))});
    }
    layer.acc_base = static_cast<std::uint16_t>(acc);
    layer.weight_base = static_cast<std::uint16_t>(weight);
    layer.ref_base = static_cast<std::uint16_t>(reference);
    layer.mark_base = static_cast<std::uint16_t>(mark);
    layer.param_base = static_cast<std::uint8_t>(param);
    acc += (rows * cols * layer.words() + 1) / 2 * 2;
    weight += (below * kernel * kernel * layer.words() + 3) / 4;
    reference += rows * cols * ((layer.words() + 1) / 2);
    mark += rows;
    param += layer.words();
    below = out;
    layers_.push_back(layer);
  }
}

pkg::port_t SmallNet::port(std::size_t index) const {
  const Layer& layer = layers_[index];
  const auto axis = [&](int size) {
    return pkg::axis_t{.up = 1,
                       .stride = 1,
                       .dilation = 1,
                       .offset = static_cast<std::int16_t>(layer.kernel / 2 - (layer.kernel - 1)),
                       .taps = static_cast<std::uint16_t>(layer.kernel),
                       .size = static_cast<std::uint16_t>(size),
                       .tap_step = 1,
                       .out_step = 1};
  };
  const int words = layer.words();
  pkg::port_t port;
  port.pop = static_cast<std::uint8_t>(index);
  port.y = axis(layer.acc.rows);
  port.x = axis(layer.acc.cols);
  port.format = pkg::weight_e::WeightInt8;
  port.w_base = layer.weight_base;
  port.w_x = static_cast<std::uint32_t>(words);
  port.w_y = static_cast<std::uint32_t>(words * layer.kernel);
  port.w_c = static_cast<std::uint32_t>(words * layer.kernel * layer.kernel);
  const pkg::pop_t pop = population(index);
  port.acc_base = pop.acc_base;
  port.acc_row = pop.acc_row;
  port.acc_words = pop.words;
  port.words = pop.words;
  port.flip = pop.flip;
  port.mark_base = pop.mark_base;
  port.mark_row = pop.mark_row;
  port.pool_y = pop.pool_y;
  port.pool_x = pop.pool_x;
  port.out_rows = pop.rows;
  port.out_cols = pop.cols;
  return port;
}

pkg::pop_t SmallNet::population(std::size_t index) const {
  const Layer& layer = layers_[index];
  pkg::pop_t pop;
  pop.rows = pop.acc_rows = static_cast<std::uint16_t>(layer.acc.rows);
  pop.cols = pop.acc_cols = static_cast<std::uint16_t>(layer.acc.cols);
  pop.words = static_cast<std::uint8_t>(layer.words());
  pop.acc_base = layer.acc_base;
  pop.acc_row = static_cast<std::uint16_t>(layer.words() * layer.acc.cols);
  pop.flip = layer.words() % 2 == 1 && layer.acc.cols % 2 == 0;
  pop.ref_base = layer.ref_base;
  pop.param_base = layer.param_base;
  pop.mark_base = layer.mark_base;
  pop.mark_row = 1;
  pop.lo = 0;
  pop.hi = static_cast<std::int16_t>(layer.limit);
  pop.pool_y = pop.pool_x = {.stride = 1, .size = 1, .pad = 0};
  pop.keep_acc = pop.send_delta = true;
  pop.xbits = kXBits;
  pop.cbits = kCBits;
  pop.in_first = pop.out_first = static_cast<std::uint16_t>(index);
  pop.in_count = pop.out_count = 1;
  return pop;
}

pkg::out_axon_t SmallNet::out_axon(std::size_t index) const {
  const Layer& layer = layers_[index];
  const bool last = index + 1 == layers_.size();
  const int pad = last ? 0 : layers_[index + 1].kernel / 2;
  pkg::out_axon_t axon;
  axon.pop = static_cast<std::uint8_t>(index);
  axon.dest = last ? TileBench::kHost : TileBench::kCore;
  axon.axon = last ? kHostAxon : static_cast<std::uint16_t>(index + 1);
  axon.y1 = static_cast<std::uint16_t>(layer.acc.rows - 1);
  axon.x1 = static_cast<std::uint16_t>(layer.acc.cols - 1);
  axon.c1 = static_cast<std::uint16_t>(layer.acc.channels - 1);
  axon.a = axon.d = 1;
  axon.b_token = static_cast<std::int16_t>(1 - pad);
  axon.b_credit = static_cast<std::int16_t>(pad);
  axon.rows = static_cast<std::uint16_t>(layer.acc.rows);
  return axon;
}

void SmallNet::load(TileBench& bench) const {
  bench.write_register(pkg::reg_e::RegFillBase, 0);
  bench.write_register(pkg::reg_e::RegFillWords, pkg::Banks * pkg::BankWords);
  int below = input_.channels;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer& layer = layers_[l];
    const auto axon = static_cast<unsigned>(l);
    // Weights: runs of Lanes in the order [c][ky][kx][word], kernel flipped, four runs a word.
    const int k2 = layer.kernel * layer.kernel;
    std::vector<std::uint8_t> bytes;
    for (int c = 0; c < below; ++c)
      for (int tap = 0; tap < k2; ++tap)
        for (int k = 0; k < layer.acc.channels; ++k) {
          const auto at = static_cast<std::size_t>((k * below + c) * k2 + k2 - 1 - tap);
          bytes.push_back(static_cast<std::uint8_t>(layer.weights[at]));
        }
    bytes.resize((bytes.size() + 3) / 4 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 4) {
      const std::uint32_t lane = static_cast<std::uint32_t>(bytes[i]) | static_cast<std::uint32_t>(bytes[i + 1]) << 8 |
                                 static_cast<std::uint32_t>(bytes[i + 2]) << 16 |
                                 static_cast<std::uint32_t>(bytes[i + 3]) << 24;
      bench.write(static_cast<std::uint32_t>(layer.weight_base * kLanes + static_cast<int>(i / 4)), lane);
    }
    for (int word = 0; word < layer.words(); ++word) {
      pkg::param_word_t params;
      for (int lane = 0; lane < kLanes; ++lane)
        params.item[static_cast<std::size_t>(lane)] = layer.params[static_cast<std::size_t>(word * kLanes + lane)];
      bench.write_entry(pkg::table_e::TabParam, static_cast<unsigned>(layer.param_base + word), params);
    }
    bench.write_entry(pkg::table_e::TabInAxon, axon,
                      pkg::in_axon_t{.port = static_cast<std::uint8_t>(l), .xbits = kXBits, .cbits = kCBits});
    bench.write_entry(pkg::table_e::TabInSource, axon,
                      pkg::in_source_t{.dest = l == 0 ? TileBench::kHost : TileBench::kCore,
                                       .axon = l == 0 ? kSourceAxon : static_cast<std::uint16_t>(l - 1),
                                       .idle = 0});
    bench.write_entry(pkg::table_e::TabPort, axon, port(l));
    bench.write_entry(pkg::table_e::TabPop, axon, population(l));
    bench.write_entry(pkg::table_e::TabOutAxon, axon, out_axon(l));
    for (const auto table :
         {pkg::table_e::TabArrival, pkg::table_e::TabProgress, pkg::table_e::TabSent, pkg::table_e::TabCredit})
      bench.write_entry(table, axon, pkg::axon_state_t{});
    // The first frame visits every pixel.
    for (int y = 0; y < layer.acc.rows; ++y)
      bench.write(table_address(pkg::table_e::TabMark, static_cast<unsigned>(layer.mark_base + y)),
                  (1U << layer.acc.cols) - 1);
    below = layer.acc.channels;
  }
  const auto count = static_cast<std::uint32_t>(layers_.size());
  bench.write_register(pkg::reg_e::RegQueueBase, kQueueBase);
  bench.write_register(pkg::reg_e::RegQueueWords, kQueueWords);
  bench.write_register(pkg::reg_e::RegInAxons, count);
  bench.write_register(pkg::reg_e::RegOutAxons, count);
  bench.write_register(pkg::reg_e::RegPops, count);
  bench.write_register(pkg::reg_e::RegErrorDest, static_cast<std::uint32_t>(TileBench::kHost.to_u64()));
  bench.read(0);  // the fence
  bench.write_register(pkg::reg_e::RegControl, 1);
}

Tensor SmallNet::random_input(int percent, Rng& rng) const {
  Tensor next = input_;
  for (int& value : next.value)
    if (chance(rng, percent)) value = pick(rng, -1000, 1000);
  return next;
}

std::vector<pkg::flit_t> SmallNet::frame(const Tensor& next, Rng& rng) {
  std::vector<pkg::flit_t> flits;
  const int pad = layers_.front().kernel / 2;
  int count = 0, told = 0;
  for (int y = 0; y < input_.rows; ++y) {
    for (int x = 0; x < input_.cols; ++x) {
      for (int c = 0; c < input_.channels; ++c) {
        const int difference = next.at(y, x, c) - input_.at(y, x, c);
        if (difference == 0) continue;
        const pkg::event_t event{.axon = 0, .pos = position(y, x, c), .value = static_cast<std::int16_t>(difference)};
        flits.push_back({.kind = pkg::kind_e::KindEvent, .dest = TileBench::kCore, .body = event.to_u64()});
        ++count;
      }
    }
    const bool last = y == input_.rows - 1;
    const int row = last ? input_.rows : y + 1 - pad;
    if (!last && (row <= told || chance(rng, 40))) continue;
    const pkg::token_t token{.axon = 0,
                             .row = static_cast<std::uint16_t>(row),
                             .parity = parity_,
                             .last = last,
                             .count = static_cast<std::uint16_t>(count),
                             .unused = 0};
    flits.push_back({.kind = pkg::kind_e::KindToken, .dest = TileBench::kCore, .body = token.to_u64()});
    told = row;
    count = 0;
  }
  input_ = next;
  parity_ = !parity_;
  return flits;
}

std::vector<std::vector<Fired>> SmallNet::compute() {
  std::vector<std::vector<Fired>> sent;
  const Tensor* below = &input_;
  for (Layer& layer : layers_) {
    sent.emplace_back();
    const int pad = layer.kernel / 2;
    for (int y = 0; y < layer.acc.rows; ++y) {
      for (int x = 0; x < layer.acc.cols; ++x) {
        for (int k = 0; k < layer.acc.channels; ++k) {
          std::int64_t sum = 0;
          for (int c = 0; c < below->channels; ++c) {
            for (int ky = 0; ky < layer.kernel; ++ky) {
              for (int kx = 0; kx < layer.kernel; ++kx) {
                const int sy = y - pad + ky, sx = x - pad + kx;
                if (sy < 0 || sy >= below->rows || sx < 0 || sx >= below->cols) continue;
                const int at = ((k * below->channels + c) * layer.kernel + ky) * layer.kernel + kx;
                sum += std::int64_t{layer.weights[static_cast<std::size_t>(at)]} * below->at(sy, sx, c);
              }
            }
          }
          layer.acc.at(y, x, k) = wrap(sum);
          const pkg::param_t& p = layer.params[static_cast<std::size_t>(k)];
          const std::int64_t product = std::int64_t{wrap(sum + p.bias)} * p.mul;
          const std::int64_t a = (product + (std::int64_t{1} << (p.shift - 1))) >> p.shift;
          const int activation = static_cast<int>(std::clamp<std::int64_t>(a, 0, layer.limit));
          int& reference = layer.reference.at(y, x, k);
          const int difference = activation - reference;
          if (difference == 0 || std::abs(difference) < p.theta) continue;
          sent.back().push_back({y, x, k, difference});
          reference += difference;
        }
      }
    }
    below = &layer.reference;
  }
  return sent;
}

}  // namespace eddy::test

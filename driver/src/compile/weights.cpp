// SPDX-License-Identifier: Apache-2.0
#include "compile/weights.hpp"

#include <algorithm>
#include <bit>

#include "compile/arith.hpp"
#include "compile/fp16_numbers.hpp"
#include "compile/words.hpp"
#include "eddy_pkg.hpp"

namespace eddy::mapping {
namespace {

/// Output channels that one source channel of a depthwise port feeds.
int multiplier(const Port& port) { return port.k_count / port.c_count; }

/// The weight between source channel `c` of the layer before and output channel `k` of the layer; 0 where the port has
/// none.
int weight(const Port& port, int k, int c, int ky, int kx) {
  const int row = k - port.k_first, column = c - port.c_first;
  if (row < 0 || row >= port.k_count || column < 0 || column >= port.c_count) return 0;
  if (port.depthwise && row / multiplier(port) != column) return 0;
  return port.weight(row, column, ky, kx);
}

/// Run strides, with everything that is the same stored once.
void lay_out(PortPart& part, const Port& port, const PortTraits& traits) {
  const int x_taps = traits.same_taps ? 1 : port.x.taps, y_taps = traits.same_taps ? 1 : port.y.taps;
  const int words = part.depthwise ? 1 : part.words;
  part.w_x = traits.same_taps ? 0 : words;
  part.w_y = traits.same_taps ? 0 : words * x_taps;
  part.w_c = words * x_taps * y_taps;
  part.c_lane = part.depthwise && traits.same_channels;
  part.runs = part.w_c * (part.c_lane ? std::min(part.c_count, Lanes) : part.c_count);
}

}  // namespace

PortTraits port_traits(const Port& port) {
  PortTraits traits;
  const auto& w = port.weights;
  traits.same_taps = port.y.taps * port.x.taps > 1 && std::ranges::all_of(w, [&](auto v) { return v == w.front(); });
  if (port.depthwise) {
    const std::size_t kernel = w.size() / static_cast<std::size_t>(port.c_count);
    traits.same_channels = true;
    for (std::size_t i = kernel; i < w.size() && traits.same_channels; ++i)
      traits.same_channels = w[i] == w[i - kernel];
    bool same = true;
    const auto taps = static_cast<std::size_t>(port.y.taps) * static_cast<std::size_t>(port.x.taps);
    for (std::size_t i = 0; i < w.size() && same; ++i) same = w[i] == w[i - i % taps];
    traits.same_taps = same;
  }
  return traits;
}

std::vector<PortPart> port_parts(const Layer& layer, int index, const PortTraits& traits, int slice_c0,
                                 int slice_channels) {
  const Port& port = layer.ports[static_cast<std::size_t>(index)];
  const int k_first = std::max(port.k_first, slice_c0);
  const int k_end = std::min(port.k_first + port.k_count, slice_c0 + slice_channels);
  if (k_first >= k_end) return {};

  PortPart part{.port = index, .c_first = port.c_first, .c_count = port.c_count};
  part.word0 = (k_first - slice_c0) / Lanes;
  part.words = (k_end - 1 - slice_c0) / Lanes - part.word0 + 1;
  if (port.depthwise) {
    const int m = multiplier(port);
    const int c_end = port.c_first + (k_end - 1 - port.k_first) / m + 1;
    part.c_first = port.c_first + (k_first - port.k_first) / m;
    part.c_count = c_end - part.c_first;
    // One word takes all outputs of an event where they are a power of two and begin on a multiple of it.
    part.depthwise =
        m <= Lanes && std::has_single_bit(static_cast<unsigned>(m)) && floor_mod(port.k_first - slice_c0, m) == 0;
  }
  if (!part.depthwise) {
    lay_out(part, port, {false, traits.same_taps && !port.depthwise});
    return {part};
  }

  const int m = multiplier(port), group = Lanes / m;  // source channels a word
  part.words = 1;
  part.dw_shift = std::countr_zero(static_cast<unsigned>(group));
  const int phase = (k_first - slice_c0) % Lanes / m;  // the first one's place in its word
  std::vector<PortPart> parts;
  if (phase > 0) {
    PortPart head = part;
    head.c_count = std::min(part.c_count, group - phase);
    lay_out(head, port, traits);
    parts.push_back(head);
    part.c_first += head.c_count;
    part.c_count -= head.c_count;
    part.word0 += 1;
  }
  if (part.c_count > 0) {
    lay_out(part, port, traits);
    parts.push_back(part);
  }
  return parts;
}

int runs_per_word(WeightFormat format) { return WordBits / (Lanes * bits_of(format)); }

int weight_words(const Port& port, const PortPart& part) { return ceil_div(part.runs, runs_per_word(port.format)); }

std::vector<std::uint32_t> pack_weights(const Network& network, const Layer& layer, const PortPart& part, int slice_c0,
                                        int slice_channels) {
  const Port& port = layer.ports[static_cast<std::size_t>(part.port)];
  const WeightNumbers number_of(network, layer, port);
  const int run_bits = WordBits / runs_per_word(port.format), width = run_bits / Lanes;
  std::vector<std::uint32_t> data(static_cast<std::size_t>(weight_words(port, part)) * static_cast<std::size_t>(Lanes));
  const auto put = [&](int run, int lane, int value) {
    const int bit = run * run_bits + lane * width;
    const auto bits = static_cast<std::uint32_t>(value) & ((1U << width) - 1);
    data[static_cast<std::size_t>(bit / 32)] |= bits << (bit % 32);
  };
  const int y_taps = part.w_y == 0 && part.w_x == 0 ? 1 : port.y.taps, x_taps = part.w_x == 0 ? 1 : port.x.taps;
  // Lanes of a depthwise run by channel; where all channels share their kernels, by place in the word.
  for (int c = 0; c < part.runs / part.w_c; ++c) {
    const int channel = part.c_first + c;
    for (int ty = 0; ty < y_taps; ++ty) {
      for (int tx = 0; tx < x_taps; ++tx) {
        const int ky = port.y.transposed ? ty : port.y.taps - 1 - ty,
                  kx = port.x.transposed ? tx : port.x.taps - 1 - tx;
        const int run = c * part.w_c + ty * part.w_y + tx * part.w_x;
        const int first_word = part.word0 + (part.depthwise ? c >> part.dw_shift : 0);
        for (int w = 0; w < (part.depthwise ? 1 : part.words); ++w) {
          for (int lane = 0; lane < Lanes; ++lane) {
            const int k = (first_word + w) * Lanes + lane;
            if (k < slice_channels) put(run + w, lane, number_of(weight(port, slice_c0 + k, channel, ky, kx)));
          }
        }
      }
    }
  }
  return data;
}

std::vector<std::uint32_t> pack_curve(const Curve& curve) {
  std::vector<std::uint32_t> words;
  for (std::size_t i = 0; i + 1 < curve.nodes.size(); ++i) {
    const int step = curve.nodes[i + 1] - curve.nodes[i];
    if (step != static_cast<std::int16_t>(step))
      throw std::logic_error("a step of an activation's table exceeds 16 bits");
    const pkg::segment_t segment{.base = curve.nodes[i], .step = static_cast<std::int16_t>(step)};
    words.push_back(static_cast<std::uint32_t>(segment.to_u64()));
  }
  return words;
}

}  // namespace eddy::mapping

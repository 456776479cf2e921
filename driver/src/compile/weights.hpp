// SPDX-License-Identifier: Apache-2.0
/// Weights of one port as a slice needs them: which words of a pixel an event touches, and where its runs of weights
/// lie.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "eddy/compile.hpp"
#include "eddy/network.hpp"

namespace eddy::mapping {

/// What all weights of a port have in common: then they are stored once.
struct PortTraits {
  bool same_channels = false;  // depthwise: every channel has the same kernel
  bool same_taps = false;      // every tap has the same weight
};
PortTraits port_traits(const Port& port);

/// The part of a network's port that touches one slice, as one entry of TabPort. Most ports of a slice are one part; a
/// depthwise port whose first channel lies inside a word may be two.
struct PortPart {
  int port = 0;                  // index into Layer::ports
  int c_first = 0, c_count = 0;  // source channels that take part; weights are indexed from the first on
  bool depthwise = false;        // an event touches one word
  int dw_shift = 0;
  bool c_lane = false;
  int word0 = 0, words = 1;       // words of a pixel
  int w_c = 0, w_y = 0, w_x = 0;  // in runs
  int runs = 0;                   // of `lanes` weights
};

/// All parts of port `index` of a layer for output channels [slice_c0, slice_c0 + slice_channels). Empty where they do
/// not meet.
std::vector<PortPart> port_parts(const Layer& layer, int index, const PortTraits& traits, int slice_c0,
                                 int slice_channels);

/// Weight runs that a RAM word holds.
int runs_per_word(WeightFormat format);

/// RAM words of a part's weights.
int weight_words(const Port& port, const PortPart& part);

/// The weights of a part, packed: RAM words of 4 x 32 bits.
std::vector<std::uint32_t> pack_weights(const Network& network, const Layer& layer, const PortPart& part, int slice_c0,
                                        int slice_channels);

/// The table of an activation: RAM words of 4 segments.
std::vector<std::uint32_t> pack_curve(const Curve& curve);

}  // namespace eddy::mapping

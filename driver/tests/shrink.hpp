// SPDX-License-Identifier: Apache-2.0
/// Makes a case that fails smaller, as long as it fails: plainer circumstances, fewer frames, layers, ports, channels,
/// then weights and pixels of 0. What cannot be taken away any more says what the fault needs.
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

#include "eddy/golden.hpp"
#include "eddy/quantise.hpp"
#include "network_case.hpp"

namespace eddy::testing {

/// Says whether a case still fails. A case that cannot run at all does not.
using Fails = std::function<bool(const NetworkCase&)>;

class Shrinker {
 public:
  Shrinker(NetworkCase start, Fails fails) : best_(std::move(start)), fails_(std::move(fails)) {}

  /// At most `tries` cases are looked at.
  NetworkCase run(int tries = 3000) {
    left_ = tries;
    for (bool smaller = true; smaller && left_ > 0;) {
      smaller = circumstances();
      smaller = frames() || smaller;
      smaller = layers() || smaller;
      smaller = fronts() || smaller;
      smaller = ports() || smaller;
      smaller = channels() || smaller;
      smaller = numbers() || smaller;
    }
    return best_;
  }

 private:
  /// Takes the changed case if it still fails.
  template <typename Change>
  bool attempt(Change change) {
    if (left_ <= 0) return false;
    NetworkCase candidate = best_;
    if (!change(candidate)) return false;
    --left_;
    if (!fails_(candidate)) return false;
    best_ = std::move(candidate);
    return true;
  }
  template <typename T>
  bool set(T NetworkCase::*member, T value) {
    return attempt([&](NetworkCase& c) {
      if (c.*member == value) return false;
      c.*member = value;
      return true;
    });
  }

  bool circumstances() {
    const std::vector<bool> done{set(&NetworkCase::random_partition, false),
                                 set(&NetworkCase::random_placement, false),
                                 set(&NetworkCase::in_flight, 1),
                                 set(&NetworkCase::io_stall, 0.0),
                                 set(&NetworkCase::memory_stall, 0.0),
                                 set(&NetworkCase::dma_load, false),
                                 set(&NetworkCase::skip_quiet, true)};
    return std::ranges::count(done, true) > 0;
  }

  bool frames() {
    bool smaller = false;
    for (std::size_t f = best_.frames.size(); f-- > 0;) {
      smaller = attempt([&](NetworkCase& c) {
                  if (c.frames.size() < 2) return false;
                  c.frames.erase(c.frames.begin() + static_cast<std::ptrdiff_t>(f));
                  return true;
                }) ||
                smaller;
    }
    return smaller;
  }

  // ---- structure
  static Layer& layer(NetworkCase& c, int l) { return c.network.layers[static_cast<std::size_t>(l)]; }
  int count() const { return static_cast<int>(best_.network.layers.size()); }

  /// Only the layers of `keep`, with what is read of them; outputs are those that nothing reads.
  static void restrict(Network& network, const std::vector<bool>& keep) {
    std::vector<int> place;
    std::vector<Layer> layers;
    for (std::size_t l = 0; l < keep.size(); ++l) {
      place.push_back(static_cast<int>(layers.size()));
      if (keep[l]) layers.push_back(network.layers[l]);
    }
    std::vector<bool> read(layers.size());
    for (Layer& layer : layers) {
      for (Port& port : layer.ports) {
        port.source = place[static_cast<std::size_t>(port.source)];
        read[static_cast<std::size_t>(port.source)] = true;
      }
    }
    network.layers = std::move(layers);
    network.outputs.clear();
    for (std::size_t l = 1; l < network.layers.size(); ++l) {
      const Layer& layer = network.layers[l];
      if (!read[l])
        network.outputs.push_back({layer.name, static_cast<int>(l), {layer.out.c, layer.out.h, layer.out.w}, {}});
    }
    settle_modes(network);
  }

  /// One layer and what it needs alone; then without one that nothing reads.
  bool layers() {
    bool smaller = false;
    for (int l = 1; l < count(); ++l) {
      smaller = attempt([&](NetworkCase& c) {
                  std::vector<bool> keep(c.network.layers.size());
                  keep[static_cast<std::size_t>(l)] = true;
                  for (int i = l; i > 0; --i) {
                    if (!keep[static_cast<std::size_t>(i)]) continue;
                    for (const Port& port : layer(c, i).ports) keep[static_cast<std::size_t>(port.source)] = true;
                  }
                  keep[0] = true;
                  if (std::ranges::count(keep, false) == 0) return false;
                  restrict(c.network, keep);
                  return true;
                }) ||
                smaller;
    }
    for (int l = count() - 1; l > 0; --l) {
      smaller = attempt([&](NetworkCase& c) {
                  for (const Layer& reader : c.network.layers) {
                    for (const Port& port : reader.ports) {
                      if (port.source == l) return false;
                    }
                  }
                  if (c.network.layers.size() <= 2 || l >= static_cast<int>(c.network.layers.size())) return false;
                  std::vector<bool> keep(c.network.layers.size(), true);
                  keep[static_cast<std::size_t>(l)] = false;
                  restrict(c.network, keep);
                  return true;
                }) ||
                smaller;
    }
    return smaller;
  }

  /// What a layer gives becomes the input of those behind it.
  bool fronts() {
    for (int l = count() - 2; l > 0; --l) {
      if (attempt([&](NetworkCase& c) { return cut_front(c, l); })) return true;
    }
    return false;
  }
  static bool cut_front(NetworkCase& c, int l) {
    auto& layers = c.network.layers;
    const GoldenDense dense(c.network);
    for (Frame& frame : c.frames) {
      const Tensor values = dense.run(frame)[static_cast<std::size_t>(l)];
      frame = {values.shape, {}, {values.values.begin(), values.values.end()}};
    }
    for (auto i = static_cast<std::size_t>(l) + 1; i < layers.size(); ++i) {
      for (Port& port : layers[i].ports) {
        port.source -= l;
        if (port.source < 0) return false;
      }
    }
    const Layer& from = layers[static_cast<std::size_t>(l)];
    const ActivationRange range = activation_range(from);
    Layer input;
    input.name = "input";
    input.acc = input.out = from.out;
    input.lo = range.lo;
    input.hi = range.hi;
    input.bits = from.bits;
    input.mode = from.mode;
    input.scale = from.scale;
    c.network.input = {false,
                       {},
                       std::vector<int>(static_cast<std::size_t>(from.out.c)),
                       std::vector<double>(static_cast<std::size_t>(from.out.c), 1)};
    layers.erase(layers.begin(), layers.begin() + l + 1);
    layers.insert(layers.begin(), input);
    restrict(c.network, std::vector<bool>(layers.size(), true));
    return true;
  }

  bool ports() {
    bool smaller = false;
    for (int l = 1; l < count(); ++l) {
      for (std::size_t p = best_.network.layers[static_cast<std::size_t>(l)].ports.size(); p-- > 0;) {
        smaller = attempt([&](NetworkCase& c) {
                    auto& all = layer(c, l).ports;
                    if (all.size() < 2) return false;
                    all.erase(all.begin() + static_cast<std::ptrdiff_t>(p));
                    restrict(c.network, std::vector<bool>(c.network.layers.size(), true));
                    return true;
                  }) ||
                  smaller;
      }
    }
    return smaller;
  }

  /// Cuts a port down to its first output or source channels. False where nothing is left of it.
  static bool cut_port(Port& port, int k_count, int c_count) {
    k_count = std::clamp(k_count, 0, port.k_count);
    c_count = std::clamp(c_count, 0, port.c_count);
    if (port.depthwise) {
      const int each = port.k_count / port.c_count;
      c_count = std::min(c_count, k_count / each);
      k_count = c_count * each;
    }
    if (k_count == 0 || c_count == 0) return false;
    const std::size_t taps = static_cast<std::size_t>(port.y.taps) * static_cast<std::size_t>(port.x.taps);
    std::vector<std::int32_t> weights;
    for (int k = 0; k < k_count; ++k) {
      for (int ch = 0; ch < (port.depthwise ? 1 : c_count); ++ch) {
        const std::size_t row = port.depthwise ? static_cast<std::size_t>(k)
                                               : static_cast<std::size_t>(k) * static_cast<std::size_t>(port.c_count) +
                                                     static_cast<std::size_t>(ch);
        for (std::size_t t = 0; t < taps; ++t) weights.push_back(port.weights[row * taps + t]);
      }
    }
    port.weights = std::move(weights);
    port.k_count = k_count;
    port.c_count = c_count;
    return true;
  }

  /// A layer's first channels, and what reads them.
  static bool cut_channels(Network& network, int l, int channels) {
    Layer& cut = network.layers[static_cast<std::size_t>(l)];
    if (channels >= cut.acc.c || channels < 1) return false;
    cut.acc.c = cut.out.c = channels;
    cut.channels.resize(static_cast<std::size_t>(channels));
    cut.acc_unit.resize(static_cast<std::size_t>(channels));
    std::erase_if(cut.ports, [&](Port& port) { return !cut_port(port, channels - port.k_first, port.c_count); });
    for (Layer& reader : network.layers) {
      std::erase_if(reader.ports, [&](Port& port) {
        return port.source == l && !cut_port(port, port.k_count, channels - port.c_first);
      });
    }
    for (std::size_t i = 1; i < network.layers.size(); ++i) {
      if (network.layers[i].ports.empty()) return false;
    }
    restrict(network, std::vector<bool>(network.layers.size(), true));
    return true;
  }

  bool channels() {
    bool smaller = false;
    for (int l = count() - 1; l > 0; --l) {
      for (int channels = 1; channels < best_.network.layers[static_cast<std::size_t>(l)].acc.c; channels *= 2) {
        if (attempt([&](NetworkCase& c) { return cut_channels(c.network, l, channels); })) {
          smaller = true;
          break;
        }
      }
    }
    return smaller;
  }

  // ---- numbers
  /// Makes as many as possible 0, in halves of halves.
  template <typename Get>
  bool zero(Get get, std::size_t first, std::size_t last) {
    const bool done = attempt([&](NetworkCase& c) {
      auto& values = get(c);
      const auto begin = values.begin() + static_cast<std::ptrdiff_t>(first),
                 end = values.begin() + static_cast<std::ptrdiff_t>(last);
      if (std::all_of(begin, end, [](auto v) { return v == 0; })) return false;
      std::fill(begin, end, 0);
      return true;
    });
    if (done || last - first < 2) return done;
    const auto& values = get(best_);
    if (std::all_of(values.begin() + static_cast<std::ptrdiff_t>(first),
                    values.begin() + static_cast<std::ptrdiff_t>(last), [](auto v) { return v == 0; }))
      return false;
    const std::size_t middle = (first + last) / 2;
    const bool low = zero(get, first, middle), high = zero(get, middle, last);
    return low || high;
  }

  bool numbers() {
    bool smaller = false;
    for (int l = 1; l < count(); ++l) {
      smaller = attempt([&](NetworkCase& c) {
                  Layer& plain = layer(c, l);
                  if (plain.curve.empty()) return false;
                  plain.curve = {};
                  plain.hi = (1 << plain.bits) - 1;
                  plain.lo = -plain.hi;
                  return true;
                }) ||
                smaller;
      for (const bool theta : {true, false}) {
        smaller = attempt([&](NetworkCase& c) {
                    bool changed = false;
                    for (Requant& r : layer(c, l).channels) {
                      changed = changed || (theta ? r.theta : r.bias) != 0;
                      (theta ? r.theta : r.bias) = 0;
                    }
                    return changed;
                  }) ||
                  smaller;
      }
      for (std::size_t p = 0; p < best_.network.layers[static_cast<std::size_t>(l)].ports.size(); ++p) {
        const auto weights = [ l, p ](NetworkCase & c) -> auto& { return layer(c, l).ports[p].weights; };
        smaller = zero(weights, 0, weights(best_).size()) || smaller;
      }
    }
    for (std::size_t f = 0; f < best_.frames.size(); ++f) {
      const auto pixels = [f](NetworkCase & c) -> auto& { return c.frames[f].pixels; };
      const auto activations = [f](NetworkCase & c) -> auto& { return c.frames[f].activations; };
      if (!pixels(best_).empty()) smaller = zero(pixels, 0, pixels(best_).size()) || smaller;
      if (!activations(best_).empty()) smaller = zero(activations, 0, activations(best_).size()) || smaller;
    }
    return smaller;
  }

  NetworkCase best_;
  Fails fails_;
  int left_ = 0;
};

}  // namespace eddy::testing

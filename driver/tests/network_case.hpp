// SPDX-License-Identifier: Apache-2.0
/// A network, frames, and how they run: what a test failed with, as a file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "eddy/network.hpp"

namespace eddy {

NLOHMANN_JSON_SERIALIZE_ENUM(WeightFormat, {{WeightFormat::int8, "int8"},
                                            {WeightFormat::int16, "int16"},
                                            {WeightFormat::int4, "int4"},
                                            {WeightFormat::int2, "int2"},
                                            {WeightFormat::fp16, "fp16"},
                                            {WeightFormat::code8, "code8"},
                                            {WeightFormat::code4, "code4"},
                                            {WeightFormat::code2, "code2"}})
NLOHMANN_JSON_SERIALIZE_ENUM(Mode, {{Mode::temporal, "temporal"}, {Mode::spatial, "spatial"}})
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Shape, c, h, w)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Axis, taps, stride, dilation, pad, transposed, up)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Port, source, c_first, c_count, k_first, k_count, depthwise, y, x, format, weights)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PoolAxis, size, stride, pad)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Requant, bias, mul, shift, theta)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Curve, nodes, shift)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Layer, name, acc, out, ports, channels, lo, hi, curve, bits, pool_y, pool_x, mode,
                                   keep_acc, scale, acc_unit)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Input, pixels, table, theta, grey_level)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Output, name, layer, dims)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Network, name, input, layers, outputs)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Frame, shape, pixels, activations)

}  // namespace eddy

namespace eddy::testing {

struct NetworkCase {
  Network network;
  std::vector<Frame> frames;
  std::string chip = "tiny";
  int iterations = 20;  // of the compiler's search
  bool random_partition = false, random_placement = false;
  int in_flight = 1;
  double io_stall = 0, memory_stall = 0;
  bool dma_load = false, skip_quiet = true;
  std::uint64_t seed = 1;  // of the compiler and of the simulator
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(NetworkCase, network, frames, chip, iterations, random_partition, random_placement,
                                   in_flight, io_stall, memory_stall, dma_load, skip_quiet, seed)

inline NetworkCase read_case(const std::filesystem::path& file) {
  return nlohmann::json::parse(std::ifstream(file)).get<NetworkCase>();
}
inline void write_case(const NetworkCase& c, const std::filesystem::path& file) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << nlohmann::json(c).dump() << '\n';
}

}  // namespace eddy::testing

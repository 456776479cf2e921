// SPDX-License-Identifier: Apache-2.0
/// The unit models of the test vectors, with the frames that belong to them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "eddy/frames.hpp"
#include "eddy/import.hpp"

namespace eddy::testing {

inline const std::filesystem::path unit_folder = std::filesystem::path(EDDY_TESTVECTORS) / "networks/unit";

struct UnitModel {
  Graph graph;
  InputSpec spec;
  std::vector<Picture> pictures;
};

inline UnitModel unit_model(const std::string& name) {
  const auto file = unit_folder / (name + ".onnx");
  UnitModel m;
  m.graph = import_onnx(file);
  m.spec = input_spec_for(m.graph, file);
  m.pictures = read_pictures(unit_folder / "frames" / (name + ".npy"), m.spec, m.graph.layers[0].out, {}, 100);
  return m;
}

}  // namespace eddy::testing

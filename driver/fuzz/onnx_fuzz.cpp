// SPDX-License-Identifier: Apache-2.0
/// Any bytes are a model, or an Error that says why not.
#include <cstddef>
#include <cstdint>
#include <string>

#include "eddy/error.hpp"
#include "eddy/graph.hpp"
#include "eddy/import.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    fuse(eddy::parse_onnx(std::string(reinterpret_cast<const char*>(data), size), "fuzz"));
  } catch (const eddy::Error&) {
  }
  return 0;
}

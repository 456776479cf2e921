// SPDX-License-Identifier: Apache-2.0
/// ONNX files to graphs. docs/import.md lists operators and their limits.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "eddy/graph.hpp"

namespace eddy {

/// Reads a float model, opset 7 or newer, and infers all shapes; the result is fused.
/// Throws FileError where the file cannot be read, and ModelError where it is no ONNX model, or has nodes that the chip
/// cannot execute: all of them at once, one a line, with name, operator and reason.
///
/// `taps` are inner tensors, or nodes for their first output, that become outputs too. What one population would do at
/// once is cut there.
Graph import_onnx(const std::filesystem::path& file, const std::vector<std::string>& taps = {});

/// The same, not fused: a layer for each operator.
Graph read_onnx(const std::filesystem::path& file, const std::vector<std::string>& taps = {});

/// Hash of a model's architecture and weights, 16 hexadecimal digits: whatever its layers are called, and before
/// anything is chosen for it (formats, ranges, thresholds, taps). Throws as read_onnx.
std::string network_digest(const std::filesystem::path& file);

/// read_onnx from bytes. `name` stands in messages.
Graph parse_onnx(const std::string& bytes, const std::string& name, const std::vector<std::string>& taps = {});

}  // namespace eddy

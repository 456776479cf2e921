// SPDX-License-Identifier: Apache-2.0
/// Networks that are shipped, and where a model is: its ONNX file, beside which input.json, thresholds.json and
/// task.json may lie. docs/workload.md says what stands in them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace eddy {

/// Folder of the shipped networks: the environment variable EDDY_NETWORKS, or where the build found or installed them.
std::filesystem::path network_folder();

/// Names of the shipped networks, in alphabetical order.
std::vector<std::string> shipped_networks();

/// The ONNX file of a shipped network by name ("people"), of a folder with one ONNX file in it, or the file itself.
/// Throws FileError that lists the shipped ones where there is no such model.
std::filesystem::path find_model(const std::string& name_or_path);

}  // namespace eddy

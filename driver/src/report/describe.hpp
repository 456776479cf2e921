// SPDX-License-Identifier: Apache-2.0
/// Models and images, as text and as JSON.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "eddy/image.hpp"
#include "eddy/prepare.hpp"

namespace eddy {

/// Layers, what they read, their sizes and products. Ends in a newline.
std::string model_text(const Imported& model);
nlohmann::ordered_json model_json(const Imported& model);

/// Layers, tiles, populations, how many entries of which table. Ends in a newline.
std::string image_text(const Image& image);
nlohmann::ordered_json image_json(const Image& image);

}  // namespace eddy

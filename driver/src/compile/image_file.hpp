// SPDX-License-Identifier: Apache-2.0
/// The outside of an image file: magic, version and hash around its content.
#pragma once

#include <string>

namespace eddy {

std::string image_file_of(const std::string& content);

}  // namespace eddy

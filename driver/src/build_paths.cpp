// SPDX-License-Identifier: Apache-2.0
#include "build_paths.hpp"

namespace eddy::build_paths {

const char* const checkout = EDDY_CHECKOUT;
const char* const installed_data = EDDY_INSTALLED_DATA;
const char* const python = EDDY_PYTHON;
const char* const font = EDDY_FONT;

}  // namespace eddy::build_paths

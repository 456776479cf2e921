// SPDX-License-Identifier: Apache-2.0
/// Paths that the build knows. They stand in a small file of their own, compiled anew for each checkout; no other is.
#pragma once

namespace eddy::build_paths {

extern const char* const checkout;
extern const char* const installed_data;
extern const char* const python;  // of the virtual environment
extern const char* const font;    // of captions

}  // namespace eddy::build_paths

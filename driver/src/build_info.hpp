// SPDX-License-Identifier: Apache-2.0
/// What this program was built from. An edit of the RTL compiles the values anew (src/report/build_info.cmake writes
/// them), and none of their readers.
#pragma once

namespace eddy::build {

extern const char* const version;
extern const char* const rtl_sha1;
extern const char* const verilator;
extern const char* const compiler;

}  // namespace eddy::build

# SPDX-License-Identifier: Apache-2.0
#
# cmake -P: writes SOURCE, the values of build_info.hpp. The hash of the RTL is SHA-1 over the lines "hash path" of all FILES, paths relative to ROOT.
file(READ ${FILES} files)
set(lines "")
foreach(file IN LISTS files)
  file(SHA1 ${file} hash)
  file(RELATIVE_PATH path ${ROOT} ${file})
  string(APPEND lines "${hash} ${path}\n")
endforeach()
string(SHA1 rtl_sha1 "${lines}")
file(CONFIGURE OUTPUT ${SOURCE} CONTENT [[
#include "build_info.hpp"
namespace eddy::build {
const char* const version = "@VERSION@";
const char* const rtl_sha1 = "@rtl_sha1@";
const char* const verilator = "@VERILATOR@";
const char* const compiler = "@COMPILER@";
}  // namespace eddy::build
]] @ONLY)

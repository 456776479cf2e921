# SPDX-License-Identifier: Apache-2.0
#
# cmake -P: writes HEADER. The hash of the RTL is SHA-1 over the lines "hash path" of all FILES, paths relative to ROOT.
file(READ ${FILES} files)
set(lines "")
foreach(file IN LISTS files)
  file(SHA1 ${file} hash)
  file(RELATIVE_PATH path ${ROOT} ${file})
  string(APPEND lines "${hash} ${path}\n")
endforeach()
string(SHA1 rtl_sha1 "${lines}")
file(CONFIGURE OUTPUT ${HEADER} CONTENT [[
#pragma once
namespace eddy::build {
inline constexpr const char* version = "@VERSION@";
inline constexpr const char* rtl_sha1 = "@rtl_sha1@";
inline constexpr const char* verilator = "@VERILATOR@";
inline constexpr const char* compiler = "@COMPILER@";
}  // namespace eddy::build
]] @ONLY)

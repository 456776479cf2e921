# SPDX-License-Identifier: Apache-2.0
#
# Target eddy_pkg: the C++ mirror of rtl/eddy_pkg.sv, `#include "eddy_pkg.hpp"`, namespace eddy::pkg.
set(EDDY_PKG_SV ${CMAKE_SOURCE_DIR}/rtl/eddy_pkg.sv)
set(EDDY_PKG_DIR ${CMAKE_BINARY_DIR}/generated/pkg)

add_custom_command(
  OUTPUT ${EDDY_PKG_DIR}/eddy_pkg.hpp
  COMMAND ${EDDY_PYTHON} ${CMAKE_SOURCE_DIR}/scripts/gen_pkg.py ${EDDY_PKG_SV} ${EDDY_PKG_DIR}/eddy_pkg.hpp
  DEPENDS ${EDDY_PKG_SV} ${CMAKE_SOURCE_DIR}/scripts/gen_pkg.py
  COMMENT "Mirroring eddy_pkg.sv in C++"
  VERBATIM)
add_custom_target(eddy_pkg_generate DEPENDS ${EDDY_PKG_DIR}/eddy_pkg.hpp)

add_library(eddy_pkg INTERFACE)
target_include_directories(eddy_pkg INTERFACE ${EDDY_PKG_DIR})
add_dependencies(eddy_pkg eddy_pkg_generate)

# SPDX-License-Identifier: Apache-2.0
#
# The SystemVerilog packages, and their mirrors in C++.
#
#   EDDY_PACKAGES_SV   all packages, in the order in which they import each other
#   eddy_pkg           target: `#include "eddy_pkg.hpp"` (eddy::pkg), `#include "eddy_host_pkg.hpp"` (eddy::host_pkg)
set(EDDY_PACKAGES_SV ${CMAKE_SOURCE_DIR}/rtl/eddy_pkg.sv)
foreach(package IN ITEMS core/eddy_core_pkg core/eddy_sweep_pkg host/eddy_host_pkg)
  if(EXISTS ${CMAKE_SOURCE_DIR}/rtl/${package}.sv)
    list(APPEND EDDY_PACKAGES_SV ${CMAKE_SOURCE_DIR}/rtl/${package}.sv)
  endif()
endforeach()

set(EDDY_PKG_DIR ${CMAKE_BINARY_DIR}/generated/pkg)
set(headers ${EDDY_PKG_DIR}/eddy_packed.hpp)
foreach(package IN LISTS EDDY_PACKAGES_SV)
  get_filename_component(name ${package} NAME_WE)
  list(APPEND headers ${EDDY_PKG_DIR}/${name}.hpp)
endforeach()
set(generator ${CMAKE_SOURCE_DIR}/scripts/gen_pkg.py)
add_custom_command(
  OUTPUT ${headers}
  COMMAND ${EDDY_PYTHON} ${generator} ${EDDY_PKG_DIR} ${EDDY_PACKAGES_SV}
  DEPENDS ${EDDY_PACKAGES_SV} ${generator} ${CMAKE_SOURCE_DIR}/scripts/gen_pkg_packed.hpp
  COMMENT "Mirroring the packages in C++"
  VERBATIM)
add_custom_target(eddy_pkg_generate DEPENDS ${headers})

add_library(eddy_pkg INTERFACE)
target_include_directories(eddy_pkg INTERFACE ${EDDY_PKG_DIR})
add_dependencies(eddy_pkg eddy_pkg_generate)

# SPDX-License-Identifier: Apache-2.0
#
# The SystemVerilog packages, and the C++ mirrors of those that software shares.
#
#   EDDY_PACKAGES_SV   all packages, eddy_pkg first: the others import it, and not each other
#   eddy_pkg           target: `#include "eddy_pkg.hpp"` (eddy::pkg); likewise host_pkg and core_pkg
file(GLOB part_packages CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/rtl/*/*_pkg.sv)
set(EDDY_PACKAGES_SV ${CMAKE_SOURCE_DIR}/rtl/eddy_pkg.sv ${part_packages})

set(shared_packages ${EDDY_PACKAGES_SV})
list(FILTER shared_packages INCLUDE REGEX "/eddy_((host|core)_)?pkg\\.sv$")
set(EDDY_PKG_DIR ${CMAKE_BINARY_DIR}/generated/pkg)
set(headers ${EDDY_PKG_DIR}/eddy_packed.hpp)
foreach(package IN LISTS shared_packages)
  get_filename_component(name ${package} NAME_WE)
  list(APPEND headers ${EDDY_PKG_DIR}/${name}.hpp)
endforeach()
set(generator ${CMAKE_SOURCE_DIR}/scripts/gen_pkg.py)
add_custom_command(
  OUTPUT ${headers}
  COMMAND ${EDDY_PYTHON} ${generator} ${EDDY_PKG_DIR} ${shared_packages}
  DEPENDS ${shared_packages} ${generator} ${CMAKE_SOURCE_DIR}/scripts/gen_pkg_packed.hpp
  COMMENT "Mirroring the packages in C++"
  VERBATIM)
add_custom_target(eddy_pkg_generate DEPENDS ${headers})

add_library(eddy_pkg INTERFACE)
target_include_directories(eddy_pkg INTERFACE ${EDDY_PKG_DIR})
add_dependencies(eddy_pkg eddy_pkg_generate)

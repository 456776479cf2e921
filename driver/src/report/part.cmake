# SPDX-License-Identifier: Apache-2.0
#
# What this program was built from. Made anew when a file of the RTL changes.
file(GLOB_RECURSE rtl_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/rtl/*.sv ${CMAKE_SOURCE_DIR}/rtl/*.svh ${CMAKE_SOURCE_DIR}/rtl/*.rdl)
list(FILTER rtl_files EXCLUDE REGEX "/(tests|testing)/")
file(GLOB verilator_info ${EDDY_VENV}/lib/python3.*/site-packages/verilator-*.dist-info)
get_filename_component(verilator_version "${verilator_info}" NAME)
string(REGEX REPLACE "^verilator-|\\.dist-info$" "" verilator_version "${verilator_version}")
set(build_info ${CMAKE_BINARY_DIR}/generated/report/build_info.cpp)
file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/rtl_files.txt CONTENT "${rtl_files}")
add_custom_command(
  OUTPUT ${build_info}
  COMMAND ${CMAKE_COMMAND} -D SOURCE=${build_info} -D FILES=${CMAKE_CURRENT_BINARY_DIR}/rtl_files.txt
    -D ROOT=${CMAKE_SOURCE_DIR} -D VERSION=${PROJECT_VERSION} -D VERILATOR=${verilator_version}
    "-DCOMPILER=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}"
    -P ${CMAKE_CURRENT_LIST_DIR}/build_info.cmake
  DEPENDS ${rtl_files} ${CMAKE_CURRENT_BINARY_DIR}/rtl_files.txt ${CMAKE_CURRENT_LIST_DIR}/build_info.cmake
  COMMENT "Hashing the RTL"
  VERBATIM)
target_sources(eddy_driver PRIVATE ${build_info})
set_source_files_properties(${build_info} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)

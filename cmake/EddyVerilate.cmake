# SPDX-License-Identifier: Apache-2.0
#
# Verilator as part of the build.
#
#   eddy_verilate(TARGET name TOP module [SOURCES file.sv ...] [PREFIX Vx] [TRACE] [CSR] [SAVABLE] [QUICK]
#                 [UNITS n] [ARGS argument ...] [PARAMS Name=value ...])
#
# makes the static library `name` of the C++ class `Vmodule` (or PREFIX) that simulates `module`. Link it and
# `#include "Vmodule.h"`. The packages come first; any other module is found by its file name in the folders of rtl/
# or beside the given SOURCES. TRACE adds FST waves. CSR brings the generated register
# block (a module that contains it needs that). SAVABLE: the state can be written and read. QUICK compiles fast what runs for a short time.
# UNITS is the number of pieces that are compiled in parallel (1).
# Assertions are on; registers without reset start with random values, which the seed of the context decides.
#
# Warnings are shown here, and errors in `make lint`.
# An edit of any SystemVerilog file that the module read makes it new (Verilator writes the list).

set(EDDY_RTL_DIRS common noc core tile host csr chip)
list(TRANSFORM EDDY_RTL_DIRS PREPEND ${CMAKE_SOURCE_DIR}/rtl/)
set(EDDY_LINT_WAIVERS ${CMAKE_SOURCE_DIR}/rtl/lint.vlt)

# How generated code is compiled: the part that runs every cycle, and the part that runs once.
set(EDDY_VERILATED_FAST -O3 -w)
set(EDDY_VERILATED_SLOW -O0 -w)
set(EDDY_VERILATED_QUICK -O1 -w)
if(EDDY_NATIVE)
  list(APPEND EDDY_VERILATED_FAST -march=native)
  list(APPEND EDDY_VERILATED_SLOW -march=native)
endif()

# The runtime that all verilated modules share, with FST waves.
find_package(ZLIB REQUIRED)
find_library(EDDY_LZ4 lz4 REQUIRED)
set(runtime ${EDDY_VERILATOR_ROOT}/include)
file(GLOB fst_writer ${runtime}/fstcpp/*.cpp)
add_library(verilated_rt STATIC
  ${runtime}/verilated.cpp
  ${runtime}/verilated_save.cpp
  ${runtime}/verilated_threads.cpp
  ${runtime}/verilated_fst_c.cpp
  ${fst_writer})
target_include_directories(verilated_rt SYSTEM PUBLIC ${runtime} ${runtime}/vltstd)
# Start, end and waves; what a cycle calls is in its headers, and compiled with the model.
target_compile_options(verilated_rt PRIVATE -O1 -w)
target_link_libraries(verilated_rt PUBLIC Threads::Threads ZLIB::ZLIB ${EDDY_LZ4})

function(eddy_verilate)
  cmake_parse_arguments(PARSE_ARGV 0 arg "TRACE;CSR;SAVABLE;QUICK" "TARGET;TOP;PREFIX;UNITS" "SOURCES;ARGS;PARAMS")
  if(NOT arg_TARGET OR NOT arg_TOP OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "eddy_verilate needs TARGET and TOP; not understood: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_PREFIX)
    set(arg_PREFIX V${arg_TOP})
  endif()
  if(NOT arg_UNITS)
    set(arg_UNITS 1)
  endif()

  set(dir ${CMAKE_CURRENT_BINARY_DIR}/${arg_TARGET}.verilated)
  set(options --cc --quiet --assert --x-initial unique --x-assign unique -Wall -Wno-fatal
    --top-module ${arg_TOP} --prefix ${arg_PREFIX})
  foreach(library_dir IN LISTS EDDY_RTL_DIRS)
    list(APPEND options -y ${library_dir} -I${library_dir})
  endforeach()
  if(arg_TRACE)
    list(APPEND options --trace-fst --trace-structs)
  endif()
  if(arg_SAVABLE)
    list(APPEND options --savable)
  endif()
  foreach(param IN LISTS arg_PARAMS)
    list(APPEND options -G${param})
  endforeach()
  set(sources)
  if(arg_CSR)
    list(APPEND sources ${EDDY_CSR_SV})
  endif()
  foreach(source IN LISTS arg_SOURCES)
    get_filename_component(source ${source} ABSOLUTE)
    get_filename_component(source_dir ${source} DIRECTORY)
    list(APPEND sources ${source})
    list(APPEND options -y ${source_dir})
  endforeach()
  if(NOT arg_SOURCES)
    # The module is found like any other, but Verilator wants one file to begin with.
    foreach(library_dir IN LISTS EDDY_RTL_DIRS)
      if(EXISTS ${library_dir}/${arg_TOP}.sv)
        list(APPEND sources ${library_dir}/${arg_TOP}.sv)
        set(arg_SOURCES found)
      endif()
    endforeach()
  endif()
  if(NOT arg_SOURCES)
    message(FATAL_ERROR "eddy_verilate: no file ${arg_TOP}.sv in the folders of rtl/, and no SOURCES")
  endif()

  set(fast_units)
  math(EXPR last_unit "${arg_UNITS} - 1")
  foreach(unit RANGE ${last_unit})
    list(APPEND fast_units ${dir}/${arg_PREFIX}__fast${unit}.cc)
  endforeach()
  set(slow_unit ${dir}/${arg_PREFIX}__slow.cc)

  add_custom_command(
    OUTPUT ${dir}/${arg_PREFIX}.h ${fast_units} ${slow_unit}
    COMMAND ${EDDY_PYTHON} ${CMAKE_SOURCE_DIR}/cmake/verilate.py
      --root ${EDDY_VERILATOR_ROOT} --dir ${dir} --prefix ${arg_PREFIX} --units ${arg_UNITS}
      --depfile ${dir}/${arg_PREFIX}.d --
      ${options} ${arg_ARGS} ${EDDY_LINT_WAIVERS} ${EDDY_PACKAGES_SV} ${sources}
    DEPENDS ${CMAKE_SOURCE_DIR}/cmake/verilate.py ${EDDY_LINT_WAIVERS} ${EDDY_PACKAGES_SV} ${sources}
    DEPFILE ${dir}/${arg_PREFIX}.d
    COMMENT "Verilating ${arg_TOP} for ${arg_TARGET}"
    COMMAND_EXPAND_LISTS
    VERBATIM)

  add_library(${arg_TARGET} STATIC ${fast_units} ${slow_unit} ${dir}/${arg_PREFIX}.h)
  set(fast ${EDDY_VERILATED_FAST})
  if(arg_QUICK)
    set(fast ${EDDY_VERILATED_QUICK})
  endif()
  set_source_files_properties(${fast_units} PROPERTIES COMPILE_OPTIONS "${fast}")
  set(slow ${EDDY_VERILATED_SLOW})
  if(arg_SAVABLE)
    list(APPEND slow -include ${CMAKE_SOURCE_DIR}/cmake/savable_structs.hpp)
  endif()
  set_source_files_properties(${slow_unit} PROPERTIES COMPILE_OPTIONS "${slow}")
  target_include_directories(${arg_TARGET} SYSTEM PUBLIC ${dir})
  target_link_libraries(${arg_TARGET} PUBLIC verilated_rt)
  if(arg_TRACE)
    target_compile_definitions(${arg_TARGET} PUBLIC VM_TRACE=1 VM_TRACE_FST=1)
  endif()
endfunction()

# SPDX-License-Identifier: Apache-2.0
#
# Tests, all of them GoogleTest programs known to ctest by the names of their cases.
#
#   eddy_unit_test(NAME x SOURCES file.cpp ... [LIBS target ...] [LABELS label ...] [ON_REQUEST])
#   eddy_rtl_test(NAME x TOP module SOURCES file.cpp|file.sv ... [PARAMS Name=value ...] [LIBS target ...]
#                 [CSR] [FAST] [ARGS argument ...] [LABELS label ...])
#
# eddy_rtl_test verilates the module first (see EddyVerilate.cmake); the test includes "Vmodule.h", and has the
# package's C++ mirror and rtl/testing on its include path. FAST: it runs for long, so speed counts for more than building
# it soon. Labels: `rtl` or `cpp`, and those given: `nightly` keeps a test
# out of `make test`, `slow` out of `make sanitize`. ON_REQUEST: what takes long to compile is built by name only
# (`make nightly` does), and ctest knows the program as one test, nightly.x.
include(GoogleTest)

add_library(rtl_testing STATIC ${CMAKE_SOURCE_DIR}/rtl/testing/main.cpp)
target_include_directories(rtl_testing PUBLIC ${CMAKE_SOURCE_DIR}/rtl/testing)
target_link_libraries(rtl_testing PUBLIC GTest::gtest verilated_rt PRIVATE eddy_warnings)

# gtest_discover_tests takes one label at most: the labels are set afterwards, in ctest's own list of files.
function(eddy_register_test name)
  gtest_discover_tests(${name} TEST_PREFIX "${name}." NO_PRETTY_VALUES DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT 600)
  set(labels_file ${CMAKE_CURRENT_BINARY_DIR}/${name}_labels.cmake)
  file(WRITE ${labels_file}
    "if(${name}_TESTS)\n  set_tests_properties(\${${name}_TESTS} PROPERTIES LABELS \"${ARGN}\")\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${labels_file})
endfunction()

# Most of compiling a test is reading headers: the most used are precompiled for all of them (as a program has them: of
# a library's flags the compiler would take none), and the files of a test are compiled as one. What they test is compiled
# for speed elsewhere.
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/test_headers.cpp CONTENT "int main() {}\n")
add_executable(test_headers EXCLUDE_FROM_ALL ${CMAKE_BINARY_DIR}/generated/test_headers.cpp)
target_link_libraries(test_headers PRIVATE eddy_warnings GTest::gmock)
target_compile_options(test_headers PRIVATE -O1)
target_precompile_headers(test_headers PRIVATE <gmock/gmock.h> <gtest/gtest.h> <algorithm> <array> <filesystem> <fstream>
  <functional> <map> <memory> <optional> <random> <set> <span> <sstream> <string> <vector>)

function(eddy_compile_test name)
  set_target_properties(${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
  target_compile_options(${name} PRIVATE -O1)
  target_precompile_headers(${name} REUSE_FROM test_headers)
endfunction()

# A long test: a program, or some cases of one at length.
#   eddy_nightly(NAME rtl|cpp COMMAND program argument ... [ENVIRONMENT VARIABLE=value ...])
function(eddy_nightly name label)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "COMMAND;ENVIRONMENT")
  add_test(NAME nightly.${name} COMMAND ${arg_COMMAND})
  set_tests_properties(nightly.${name} PROPERTIES LABELS "${label};nightly" TIMEOUT 3600 ENVIRONMENT "${arg_ENVIRONMENT}")
endfunction()

# All programs of eddy_unit_test: those that are always built, and those on request.
add_custom_target(cpp_tests)
add_custom_target(nightly_tests)

function(eddy_unit_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "ON_REQUEST" "NAME" "SOURCES;LIBS;LABELS")
  add_executable(${arg_NAME} ${arg_SOURCES})
  target_link_libraries(${arg_NAME} PRIVATE ${arg_LIBS} eddy_warnings GTest::gmock GTest::gtest_main)
  eddy_compile_test(${arg_NAME})
  if(arg_ON_REQUEST)
    set_target_properties(${arg_NAME} PROPERTIES EXCLUDE_FROM_ALL ON)
    add_dependencies(nightly_tests ${arg_NAME})
    eddy_nightly(${arg_NAME} cpp COMMAND ${arg_NAME})
  else()
    add_dependencies(cpp_tests ${arg_NAME})
    eddy_register_test(${arg_NAME} cpp ${arg_LABELS})
  endif()
endfunction()

function(eddy_rtl_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "CSR;FAST" "NAME;TOP" "SOURCES;PARAMS;LIBS;ARGS;LABELS")
  set(verilog ${arg_SOURCES})
  set(cpp ${arg_SOURCES})
  list(FILTER verilog INCLUDE REGEX "\\.sv$")
  list(FILTER cpp EXCLUDE REGEX "\\.sv$")
  set(flags)
  if(arg_CSR)
    list(APPEND flags CSR)
  endif()
  if(NOT arg_FAST)
    list(APPEND flags QUICK)
  endif()
  eddy_verilate(TARGET ${arg_NAME}_model ${flags} TOP ${arg_TOP} SOURCES ${verilog} PARAMS ${arg_PARAMS} ARGS ${arg_ARGS})
  add_executable(${arg_NAME} ${cpp})
  target_link_libraries(${arg_NAME} PRIVATE
    ${arg_NAME}_model eddy_pkg ${arg_LIBS} rtl_testing eddy_warnings GTest::gmock)
  eddy_compile_test(${arg_NAME})
  eddy_register_test(${arg_NAME} rtl ${arg_LABELS})
endfunction()

# SPDX-License-Identifier: Apache-2.0
#
# What our own C++ is compiled with. Generated code links neither target.
#
#   eddy_warnings   warnings, as errors
#   eddy_sanitize   the sanitizers of EDDY_SANITIZE (nothing when it is empty); eddy_warnings brings it along
add_library(eddy_sanitize INTERFACE)
if(EDDY_SANITIZE)
  # Instrumented, GCC 12 takes parts of the standard library for uninitialised; the other builds keep that warning.
  target_compile_options(eddy_sanitize INTERFACE
    -fsanitize=${EDDY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -O1 -g1
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(eddy_sanitize INTERFACE -fsanitize=${EDDY_SANITIZE})
endif()

if(EDDY_FUZZ)
  target_compile_options(eddy_sanitize INTERFACE -fsanitize=fuzzer-no-link)
endif()

add_library(eddy_warnings INTERFACE)
# GCC is the compiler whose warnings the code is kept clean of.
target_compile_options(eddy_warnings INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror>)
target_link_libraries(eddy_warnings INTERFACE eddy_sanitize)

# SPDX-License-Identifier: Apache-2.0
#
# The inner loops that run over all products of a frame.
set_source_files_properties(${CMAKE_CURRENT_SOURCE_DIR}/src/golden/population.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/src/golden/residue_bound.cpp ${CMAKE_CURRENT_SOURCE_DIR}/src/import/forward.cpp
  PROPERTIES COMPILE_OPTIONS -O3 SKIP_PRECOMPILE_HEADERS ON)

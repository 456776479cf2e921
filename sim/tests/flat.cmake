# SPDX-License-Identifier: Apache-2.0
target_link_libraries(sim_flat PRIVATE eddy_sim_flat_tiny)
target_compile_definitions(sim_flat PRIVATE EDDY_FLAT_SIDE=2)

eddy_unit_test(NAME sim_flat_small SOURCES ${sources} LIBS eddy_sim_flat_small ON_REQUEST)
target_include_directories(sim_flat_small PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/tests)
target_compile_definitions(sim_flat_small PRIVATE EDDY_FLAT_SIDE=4)

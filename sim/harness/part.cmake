# SPDX-License-Identifier: Apache-2.0
# Waves cost nothing measurable while no file is open, so one model serves with and without.
eddy_verilate(TARGET sim_tile_model TOP eddy_tile TRACE SAVABLE UNITS 4 ARGS ${CMAKE_CURRENT_LIST_DIR}/public.vlt)
target_link_libraries(eddy_sim PRIVATE sim_tile_model)

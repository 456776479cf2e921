# SPDX-License-Identifier: Apache-2.0
# Devices over the flat torus, a program of its own: its model takes long to build.
eddy_unit_test(NAME driver_device_flat SOURCES ${CMAKE_CURRENT_LIST_DIR}/../../tests/flat_device_test.cpp
  LIBS eddy_driver eddy_sim_flat_tiny eddy_pkg fmt::fmt LABELS slow)
target_include_directories(driver_device_flat PRIVATE ${CMAKE_CURRENT_LIST_DIR}/../../tests)

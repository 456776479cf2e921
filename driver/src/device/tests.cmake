# SPDX-License-Identifier: Apache-2.0
#
# Devices over the flat torus, programs of their own: their models take long to build.
function(eddy_flat_device_test name chip side)
  eddy_unit_test(NAME ${name} SOURCES ${PROJECT_SOURCE_DIR}/driver/tests/flat_device_test.cpp
    LIBS eddy_driver eddy_sim_flat_${chip} eddy_pkg fmt::fmt ${ARGN})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/driver/tests)
  target_compile_definitions(${name} PRIVATE EDDY_FLAT_SIDE=${side})
endfunction()
eddy_flat_device_test(driver_device_flat tiny 2 LABELS slow)
eddy_flat_device_test(driver_device_flat_small small 4 ON_REQUEST)

# What must hold of the whole stack, golden model to RTL.
file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/../../tests/invariants_*_test.cpp)
eddy_unit_test(NAME driver_invariants SOURCES ${sources} LIBS eddy_driver eddy_pkg fmt::fmt LABELS slow)
target_include_directories(driver_invariants PRIVATE ${CMAKE_CURRENT_LIST_DIR}/../../tests ${CMAKE_CURRENT_LIST_DIR}/..)
target_compile_definitions(driver_invariants PRIVATE EDDY_TESTVECTORS="${CMAKE_SOURCE_DIR}/testvectors")

# The same at length.
function(eddy_invariants_at_length name filter)
  eddy_nightly(${name} cpp COMMAND driver_invariants --gtest_filter=${filter} ENVIRONMENT ${ARGN})
endfunction()
eddy_invariants_at_length(people_on_rtl ThetaZero.PeopleOnRtl EDDY_FRAMES=24)
eddy_invariants_at_length(people_on_model ThetaZero.PeopleOnModel EDDY_FRAMES=120)
eddy_invariants_at_length(people_mapping Mapping.OfPeopleChangesNoAnswer EDDY_FRAMES=2)
eddy_invariants_at_length(formats_of_weights "Unit/Model.GivesTheGoldenEventsInOtherFormatsOfWeights/*" EDDY_FORMATS=all)
eddy_invariants_at_length(zoo_on_rtl "Trained/Zoo.*" EDDY_FRAMES=4)
# As many networks as fit into 10 minutes of two processors: some 2000 on a fast machine.
foreach(share RANGE 9)
  eddy_invariants_at_length(networks_${share} "Random/Networks.*/${share}" EDDY_SEEDS=201:5200 EDDY_SECONDS=120)
endforeach()

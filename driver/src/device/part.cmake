# SPDX-License-Identifier: Apache-2.0
#
# Devices have a folder each. `rings` drives a gateway behind a transport, `sim` brings the simulator.
file(GLOB device_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/rings/*.cpp ${CMAKE_CURRENT_LIST_DIR}/sim/*.cpp)
target_sources(eddy_driver PRIVATE ${device_sources})
set_source_files_properties(${device_sources} PROPERTIES UNITY_GROUP device)

# The model's inner loops are worth the processor's vectors: flags of its own, so objects of its own.
file(GLOB model_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/model/*.cpp ${CMAKE_CURRENT_LIST_DIR}/perf/*.cpp)
add_library(eddy_model_device OBJECT ${model_sources})
set_target_properties(eddy_model_device PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
target_include_directories(eddy_model_device PRIVATE $<TARGET_PROPERTY:eddy_driver,INCLUDE_DIRECTORIES>)
target_compile_options(eddy_model_device PRIVATE -fno-trapping-math $<$<BOOL:${EDDY_NATIVE}>:-march=native>)
target_link_libraries(eddy_model_device PRIVATE eddy_pkg fmt::fmt eddy_warnings)
target_sources(eddy_driver PRIVATE $<TARGET_OBJECTS:eddy_model_device>)

target_link_libraries(eddy_driver PUBLIC eddy_sim PRIVATE eddy_csr)

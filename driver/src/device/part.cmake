# SPDX-License-Identifier: Apache-2.0
#
# Devices have a folder each. `rings` drives a gateway behind a transport, `sim` brings the simulator.
file(GLOB device_sources CONFIGURE_DEPENDS
  ${CMAKE_CURRENT_LIST_DIR}/model/*.cpp ${CMAKE_CURRENT_LIST_DIR}/rings/*.cpp ${CMAKE_CURRENT_LIST_DIR}/sim/*.cpp)
target_sources(eddy_driver PRIVATE ${device_sources})
set_source_files_properties(${device_sources} PROPERTIES UNITY_GROUP device)
# The model's inner loops are worth the processor's vectors.
file(GLOB model_sources ${CMAKE_CURRENT_LIST_DIR}/model/*.cpp)
set_source_files_properties(${model_sources} PROPERTIES UNITY_GROUP model SKIP_PRECOMPILE_HEADERS ON
  COMPILE_OPTIONS "-fno-trapping-math;$<$<BOOL:${EDDY_NATIVE}>:-march=native>")
target_link_libraries(eddy_driver PUBLIC eddy_sim PRIVATE eddy_csr)

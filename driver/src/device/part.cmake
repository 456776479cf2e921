# SPDX-License-Identifier: Apache-2.0
#
# Devices have a folder each. `rings` drives a gateway behind a transport, `sim` brings the simulator.
file(GLOB device_sources CONFIGURE_DEPENDS
  ${CMAKE_CURRENT_LIST_DIR}/model/*.cpp ${CMAKE_CURRENT_LIST_DIR}/rings/*.cpp ${CMAKE_CURRENT_LIST_DIR}/sim/*.cpp)
target_sources(eddy_driver PRIVATE ${device_sources})
set_source_files_properties(${device_sources} PROPERTIES UNITY_GROUP device)
target_link_libraries(eddy_driver PUBLIC eddy_sim PRIVATE eddy_csr)

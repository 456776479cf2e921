# SPDX-License-Identifier: Apache-2.0
#
# Devices have a folder each.
file(GLOB model_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/model/*.cpp)
target_sources(eddy_driver PRIVATE ${model_sources})

# SPDX-License-Identifier: Apache-2.0
#
# The image file's protobuf code.
configure_file(${CMAKE_CURRENT_LIST_DIR}/image.proto ${CMAKE_CURRENT_BINARY_DIR}/image.proto COPYONLY)
include(GNUInstallDirs)
add_library(eddy_image_proto STATIC)
protobuf_generate(TARGET eddy_image_proto LANGUAGE cpp APPEND_PATH PROTOS ${CMAKE_CURRENT_BINARY_DIR}/image.proto
  PROTOC_OUT_DIR ${CMAKE_CURRENT_BINARY_DIR})
target_include_directories(eddy_image_proto SYSTEM PUBLIC ${CMAKE_CURRENT_BINARY_DIR} ${Protobuf_INCLUDE_DIRS})
target_link_libraries(eddy_image_proto PUBLIC protobuf::libprotobuf)

target_link_libraries(eddy_driver PRIVATE eddy_image_proto)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/rtl/chips/ DESTINATION ${CMAKE_INSTALL_DATADIR}/eddy/chips)

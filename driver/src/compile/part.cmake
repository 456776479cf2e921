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
target_compile_options(eddy_image_proto PRIVATE -O1)

target_link_libraries(eddy_driver PRIVATE eddy_image_proto)
# Of two halves, so that neither takes long: where everything goes, and how it is written down.
file(GLOB encoders CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/encode*.cpp)
set_source_files_properties(${encoders} ${CMAKE_CURRENT_LIST_DIR}/chip.cpp ${CMAKE_CURRENT_LIST_DIR}/compile.cpp
  ${CMAKE_CURRENT_LIST_DIR}/image_file.cpp ${CMAKE_CURRENT_LIST_DIR}/report.cpp ${CMAKE_CURRENT_LIST_DIR}/shipped_files.cpp
  PROPERTIES UNITY_GROUP image)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/rtl/chips/ DESTINATION ${CMAKE_INSTALL_DATADIR}/eddy/chips)

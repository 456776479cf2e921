# SPDX-License-Identifier: Apache-2.0
#
# Sockets by Boost.Asio, of which only headers are used; messages by protobuf.
find_package(Boost 1.74 REQUIRED)
find_package(Threads REQUIRED)
configure_file(${CMAKE_CURRENT_LIST_DIR}/remote.proto ${CMAKE_CURRENT_BINARY_DIR}/remote.proto COPYONLY)
add_library(eddy_remote_proto STATIC)
protobuf_generate(TARGET eddy_remote_proto LANGUAGE cpp APPEND_PATH PROTOS ${CMAKE_CURRENT_BINARY_DIR}/remote.proto
  PROTOC_OUT_DIR ${CMAKE_CURRENT_BINARY_DIR})
target_include_directories(eddy_remote_proto SYSTEM PUBLIC ${CMAKE_CURRENT_BINARY_DIR} ${Protobuf_INCLUDE_DIRS})
target_link_libraries(eddy_remote_proto PUBLIC protobuf::libprotobuf)
target_compile_options(eddy_remote_proto PRIVATE -O1)
target_link_libraries(eddy_driver PRIVATE eddy_remote_proto Boost::headers Threads::Threads)

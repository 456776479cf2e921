# SPDX-License-Identifier: Apache-2.0
#
# Where the shipped networks lie.
include(GNUInstallDirs)
set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/networks.cpp PROPERTIES COMPILE_DEFINITIONS
  "EDDY_NETWORK_FOLDER=\"${CMAKE_SOURCE_DIR}/testvectors/networks\";EDDY_NETWORK_INSTALL_FOLDER=\"${CMAKE_INSTALL_FULL_DATADIR}/eddy/networks\"")
foreach(network IN ITEMS people digits)
  install(DIRECTORY ${CMAKE_SOURCE_DIR}/testvectors/networks/${network} DESTINATION ${CMAKE_INSTALL_DATADIR}/eddy/networks)
endforeach()

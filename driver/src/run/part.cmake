# SPDX-License-Identifier: Apache-2.0
#
# The shipped networks.
include(GNUInstallDirs)
foreach(network IN ITEMS people digits)
  install(DIRECTORY ${CMAKE_SOURCE_DIR}/testvectors/networks/${network} DESTINATION ${CMAKE_INSTALL_DATADIR}/eddy/networks)
endforeach()

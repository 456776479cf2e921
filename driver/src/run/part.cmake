# SPDX-License-Identifier: Apache-2.0
#
# The shipped networks, and the samples that several of them share.
include(GNUInstallDirs)
foreach(network IN ITEMS people digits residual separable unet autoencoder int4 int2 fp16 handwritten)
  install(DIRECTORY ${CMAKE_SOURCE_DIR}/testvectors/networks/${network} DESTINATION ${CMAKE_INSTALL_DATADIR}/eddy/networks)
endforeach()

# SPDX-License-Identifier: Apache-2.0
#
# What the program was built from, and its installation.
include(GNUInstallDirs)
target_include_directories(eddy PRIVATE ${CMAKE_CURRENT_LIST_DIR}/..)
install(TARGETS eddy RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

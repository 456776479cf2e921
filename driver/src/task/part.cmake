# SPDX-License-Identifier: Apache-2.0
#
# Pictures of results: libpng writes them, FreeType their captions. And the referee.
include(GNUInstallDirs)
find_package(PNG REQUIRED)
find_package(Freetype REQUIRED)
target_link_libraries(eddy_driver PRIVATE PNG::PNG Freetype::Freetype)
install(PROGRAMS ${CMAKE_SOURCE_DIR}/scripts/referee.py DESTINATION ${CMAKE_INSTALL_DATADIR}/eddy)

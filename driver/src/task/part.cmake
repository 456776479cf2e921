# SPDX-License-Identifier: Apache-2.0
#
# Pictures of results: libpng writes them, FreeType their captions. And where the referee is.
include(GNUInstallDirs)
find_package(PNG REQUIRED)
find_package(Freetype REQUIRED)
find_file(EDDY_FONT DejaVuSans.ttf PATHS /usr/share/fonts/truetype/dejavu PATH_SUFFIXES dejavu truetype/dejavu REQUIRED)
target_link_libraries(eddy_driver PRIVATE PNG::PNG Freetype::Freetype)
set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/font.cpp PROPERTIES COMPILE_DEFINITIONS "EDDY_FONT=\"${EDDY_FONT}\"")
set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/float_judge.cpp PROPERTIES COMPILE_DEFINITIONS
  "EDDY_PYTHON=\"${EDDY_PYTHON}\"")
install(PROGRAMS ${CMAKE_SOURCE_DIR}/scripts/referee.py DESTINATION ${CMAKE_INSTALL_DATADIR}/eddy)

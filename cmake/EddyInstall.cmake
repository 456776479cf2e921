# SPDX-License-Identifier: Apache-2.0
#
# The driver as a shared library for other programs: `cmake --install` puts it, its headers and the package file where
# find_package(eddy) finds them. In this build eddy::eddy is the driver's own static library.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
add_library(eddy::eddy ALIAS eddy_driver)

# All of the static library, and of what it links only what it needs.
file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/eddy_library.cpp CONTENT "")
add_library(eddy_library SHARED ${CMAKE_CURRENT_BINARY_DIR}/eddy_library.cpp)
target_link_libraries(eddy_library
  PRIVATE "$<LINK_LIBRARY:WHOLE_ARCHIVE,eddy_driver>" eddy_sanitize
  PUBLIC nlohmann_json::nlohmann_json)
target_include_directories(eddy_library INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_features(eddy_library INTERFACE cxx_std_20)
set_target_properties(eddy_library PROPERTIES
  OUTPUT_NAME eddy EXPORT_NAME eddy VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/eddy)
install(TARGETS eddy_library EXPORT eddyTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT eddyTargets NAMESPACE eddy:: DESTINATION ${package_dir})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/driver/include/eddy DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
# Those of the simulator's headers that the driver's show.
foreach(header IN ITEMS faults memory waves)
  install(FILES ${CMAKE_SOURCE_DIR}/sim/include/eddy/sim/${header}.hpp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/eddy/sim)
endforeach()
configure_package_config_file(${CMAKE_SOURCE_DIR}/cmake/eddyConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/eddyConfig.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/eddyConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/eddyConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/eddyConfigVersion.cmake
  DESTINATION ${package_dir})

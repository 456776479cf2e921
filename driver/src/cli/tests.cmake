# SPDX-License-Identifier: Apache-2.0
#
# These tests run the program.
target_compile_definitions(driver_cli PRIVATE EDDY_PROGRAM="$<TARGET_FILE:eddy>")
add_dependencies(driver_cli eddy)

# SPDX-License-Identifier: Apache-2.0
#
# Tests of pictures read them back.
target_link_libraries(driver_task PRIVATE PNG::PNG)

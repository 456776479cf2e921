# SPDX-License-Identifier: Apache-2.0
#
# Windows of a clip are measured side by side.
find_package(Threads REQUIRED)
target_link_libraries(eddy_driver PRIVATE Threads::Threads)

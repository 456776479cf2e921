# SPDX-License-Identifier: Apache-2.0
#
# Tests speak the protocol themselves.
target_link_libraries(driver_remote PRIVATE eddy_remote_proto Boost::headers)

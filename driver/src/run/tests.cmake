# SPDX-License-Identifier: Apache-2.0
#
# Tests of runs write models of their own.
target_link_libraries(driver_run PRIVATE eddy_onnx_proto)

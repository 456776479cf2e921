# SPDX-License-Identifier: Apache-2.0
#
# Tests of the importer write models of their own.
target_link_libraries(driver_import PRIVATE eddy_onnx_proto)

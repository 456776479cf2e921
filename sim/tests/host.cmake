# SPDX-License-Identifier: Apache-2.0
target_link_libraries(sim_host PRIVATE eddy_csr)

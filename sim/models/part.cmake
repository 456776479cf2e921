# SPDX-License-Identifier: Apache-2.0
eddy_verilate(TARGET sim_gateway_model TOP eddy_gateway CSR SAVABLE)
target_link_libraries(eddy_sim PRIVATE sim_gateway_model eddy_csr)

# SPDX-License-Identifier: Apache-2.0
#
# Registers from rtl/csr/eddy.rdl, by PeakRDL.
#
#   eddy_csr        C++: `#include "eddy_csr.h"`, offsets and masks of all registers
#   EDDY_CSR_SV     the register block in SystemVerilog, package first (the option CSR of eddy_verilate brings it)
#   docs_registers  the register page, generated/registers/index.html
set(EDDY_CSR_RDL ${CMAKE_SOURCE_DIR}/rtl/csr/eddy.rdl)
set(EDDY_CSR_DIR ${CMAKE_BINARY_DIR}/generated/csr)
set(EDDY_CSR_SV ${EDDY_CSR_DIR}/eddy_csr_pkg.sv ${EDDY_CSR_DIR}/eddy_csr.sv)
set(peakrdl ${EDDY_VENV}/bin/peakrdl)

if(EXISTS ${EDDY_CSR_RDL})
  add_custom_command(
    OUTPUT ${EDDY_CSR_SV} ${EDDY_CSR_DIR}/eddy_csr.h
    COMMAND ${peakrdl} regblock ${EDDY_CSR_RDL} -o ${EDDY_CSR_DIR} --cpuif axi4-lite-flat --default-reset arst_n --rename eddy_csr
    COMMAND ${peakrdl} c-header ${EDDY_CSR_RDL} --rename eddy_csr -o ${EDDY_CSR_DIR}/eddy_csr.h
    DEPENDS ${EDDY_CSR_RDL}
    COMMENT "Generating registers from eddy.rdl"
    VERBATIM)
  add_custom_target(eddy_csr_generate DEPENDS ${EDDY_CSR_SV} ${EDDY_CSR_DIR}/eddy_csr.h)

  add_library(eddy_csr INTERFACE)
  target_include_directories(eddy_csr SYSTEM INTERFACE ${EDDY_CSR_DIR})
  add_dependencies(eddy_csr eddy_csr_generate)

  add_custom_target(docs_registers
    COMMAND ${peakrdl} html ${EDDY_CSR_RDL} -o ${CMAKE_BINARY_DIR}/generated/registers
    DEPENDS ${EDDY_CSR_RDL}
    COMMENT "Writing the register page"
    VERBATIM)
endif()

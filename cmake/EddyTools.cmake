# SPDX-License-Identifier: Apache-2.0
#
# Finds the pinned Python tools that scripts/setup installs.
#
#   EDDY_PYTHON         the interpreter of the virtual environment
#   EDDY_VERILATOR_ROOT Verilator's folder (VERILATOR_ROOT)
#   EDDY_ONNX_PROTO     onnx.proto, the definition of ONNX files, for protoc
set(EDDY_VENV ${CMAKE_SOURCE_DIR}/.venv CACHE PATH "Virtual environment with the pinned tools (scripts/setup)")
set(EDDY_PYTHON ${EDDY_VENV}/bin/python)

file(GLOB site_packages ${EDDY_VENV}/lib/python3.*/site-packages)
set(EDDY_VERILATOR_ROOT ${site_packages}/verilator)
set(EDDY_ONNX_PROTO ${site_packages}/onnx/onnx.proto)

foreach(tool IN ITEMS ${EDDY_PYTHON} ${EDDY_VERILATOR_ROOT}/bin/verilator_bin ${EDDY_ONNX_PROTO} ${EDDY_VENV}/bin/peakrdl)
  if(NOT EXISTS ${tool})
    message(FATAL_ERROR "${tool} is missing: run scripts/setup, then configure again")
  endif()
endforeach()

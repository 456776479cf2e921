// SPDX-License-Identifier: Apache-2.0
// Assertions in the immediate form, which Verilator, slang and formal tools all take.
//
// They are read at the rising edge of `clk_i` and are off while `rst_ni` is low, so both names must be in scope. They
// hold in Verilator with --assert and in formal (read without SYNTHESIS), and vanish in synthesis. Invoke at the end of a
// module, no semicolon.
//
// Immediate, not concurrent: for those Verilator keeps a sampled copy of every signal named, made at each evaluation.
//
//   `EDDY_ASSERT(Name, expr)                      expr holds in every cycle
//   `EDDY_ASSERT_HELD(Name, valid, ready, data)   what is valid but not taken stays so, with the same data
//   `EDDY_ASSERT_CLK(Name, expr)                  for cells without reset: expr holds at every clock edge
//   `EDDY_ASSUME(Name, expr)                      what the module asks of its surroundings; checked in simulation
`ifndef EDDY_ASSERT_SVH
`define EDDY_ASSERT_SVH

`ifdef SYNTHESIS
`define EDDY_CHECK(NAME, VERB, EXPR)
`define EDDY_ASSERT_CLK(NAME, EXPR)
`define EDDY_ASSERT_HELD(NAME, VALID, READY, DATA)
`else
// An assertion reads the asynchronous reset at the clock edge, on purpose: hence the lint waiver, here and only here.
`define EDDY_CHECK(NAME, VERB, EXPR) \
  /* verilator lint_off SYNCASYNCNET */ \
  always_ff @(posedge clk_i) if (rst_ni) NAME : VERB (EXPR); \
  /* verilator lint_on SYNCASYNCNET */
`define EDDY_ASSERT_CLK(NAME, EXPR) \
  always_ff @(posedge clk_i) NAME : assert (EXPR);
`define EDDY_ASSERT_HELD(NAME, VALID, READY, DATA) \
  logic NAME``_waited; \
  logic [$bits(DATA)-1:0] NAME``_data; \
  always_ff @(posedge clk_i or negedge rst_ni) begin \
    if (!rst_ni) NAME``_waited <= 1'b0; \
    else NAME``_waited <= (VALID) && !(READY); \
  end \
  always_ff @(posedge clk_i) if ((VALID) && !(READY)) NAME``_data <= DATA; \
  `EDDY_CHECK(NAME, assert, !NAME``_waited || ((VALID) && DATA == NAME``_data))
`endif

`define EDDY_ASSERT(NAME, EXPR) `EDDY_CHECK(NAME, assert, EXPR)
`define EDDY_ASSUME(NAME, EXPR) `EDDY_CHECK(NAME, assume, EXPR)

`endif

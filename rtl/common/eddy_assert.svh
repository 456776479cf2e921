// SPDX-License-Identifier: Apache-2.0
// Assertions in the boolean forms that Verilator and slang both take.
//
// They sample `clk_i` and are off while `rst_ni` is low, so both names must be in scope. They hold in Verilator with
// --assert and in formal (read without SYNTHESIS), and vanish in synthesis. Invoke at the end of a module, no semicolon.
//
// Expressions name signals, never the contents of a memory, not even through a wire: Verilator does not sample those,
// slang refuses them.
// A test that drives a Verilated model sets the inputs, evaluates with the clock low, then with the clock high: an
// assertion samples what the evaluation before the rising edge has left.
//
//   `EDDY_ASSERT(Name, expr)            expr holds in every cycle
//   `EDDY_ASSERT_NEXT(Name, a, b)       after a cycle with a comes a cycle with b
//   `EDDY_ASSERT_CLK(Name, expr)        for cells without reset: expr holds at every clock edge
//   `EDDY_ASSUME(Name, expr)            what the module asks of its surroundings; checked in simulation
//   `EDDY_COVER(Name, expr)             this can happen
`ifndef EDDY_ASSERT_SVH
`define EDDY_ASSERT_SVH

`ifdef SYNTHESIS
`define EDDY_PROPERTY(NAME, VERB, EXPR)
`define EDDY_ASSERT_CLK(NAME, EXPR)
`else
// An assertion samples the asynchronous reset at the clock edge, on purpose: hence the lint waiver, here and only here.
`define EDDY_PROPERTY(NAME, VERB, EXPR) \
  /* verilator lint_off SYNCASYNCNET */ \
  NAME : VERB property (@(posedge clk_i) disable iff (!rst_ni) (EXPR)); \
  /* verilator lint_on SYNCASYNCNET */
`define EDDY_ASSERT_CLK(NAME, EXPR) \
  NAME : assert property (@(posedge clk_i) (EXPR));
`endif

`define EDDY_ASSERT(NAME, EXPR) `EDDY_PROPERTY(NAME, assert, EXPR)
`define EDDY_ASSERT_NEXT(NAME, EXPR_A, EXPR_B) \
  `EDDY_PROPERTY(NAME, assert, !$past(rst_ni && (EXPR_A)) || (EXPR_B))
`define EDDY_ASSUME(NAME, EXPR) `EDDY_PROPERTY(NAME, assume, EXPR)
`define EDDY_COVER(NAME, EXPR) `EDDY_PROPERTY(NAME, cover, EXPR)

`endif

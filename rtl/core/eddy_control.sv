// SPDX-License-Identifier: Apache-2.0
/// Registers of a tile, and its first error: kept until the host clears it, and sent once to the gateway from a slot of its own.
module eddy_control
  import eddy_pkg::*;
(
    input  logic                clk_i,
    input  logic                rst_ni,
    // register access of the host port; reads are answered in the same cycle
    input  logic                reg_we_i,
    input  logic   [       7:0] reg_addr_i,
    input  logic   [      31:0] reg_wdata_i,
    output logic   [      31:0] reg_rdata_o,
    input  logic   [      31:0] counter_i,         // the counter word at reg_addr_i
    input  logic   [AddrBits:0] fill_left_i,
    // settings
    output logic                run_o,
    output logic                protocol_reset_o,
    output addr_t               queue_base_o,
    output logic   [AddrBits:0] queue_words_o,
    output logic   [AxonBits:0] in_axons_o,
    output logic   [AxonBits:0] out_axons_o,
    output logic   [ PopBits:0] pops_o,
    // errors, most telling first
    input  logic   [       2:0] error_valid_i,
    input  error_t [       2:0] error_i,
    output logic                error_valid_o,
    input  logic                error_ready_i,
    output flit_t               error_o,
    output logic                active_o
);
  logic run_q, halt_q;
  dest_t error_dest_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      run_q  <= 1'b0;
      halt_q <= 1'b0;
    end else if (reg_we_i && reg_addr_i == RegControl) begin
      run_q  <= reg_wdata_i[0];
      halt_q <= reg_wdata_i[1];
    end
  end
  assign run_o            = run_q && !halt_q;
  assign protocol_reset_o = reg_we_i && reg_addr_i == RegReset;

  // In use from reset on, before the image comes: nothing.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      in_axons_o    <= '0;
      out_axons_o   <= '0;
      pops_o        <= '0;
      queue_base_o  <= '0;
      queue_words_o <= '0;
      error_dest_q  <= '0;
    end else if (reg_we_i) begin
      unique case (reg_addr_i)
        RegQueueBase:  queue_base_o <= reg_wdata_i[AddrBits-1:0];
        RegQueueWords: queue_words_o <= reg_wdata_i[AddrBits:0];
        RegInAxons:    in_axons_o <= reg_wdata_i[AxonBits:0];
        RegOutAxons:   out_axons_o <= reg_wdata_i[AxonBits:0];
        RegPops:       pops_o <= reg_wdata_i[PopBits:0];
        RegErrorDest:  error_dest_q <= reg_wdata_i[$bits(dest_t)-1:0];
        default:       ;
      endcase
    end
  end

  // ------------------------------------------------------------- first error
  logic clear, first;
  error_t error_q;
  assign clear = reg_we_i && (reg_addr_i == RegErrorLo || reg_addr_i == RegErrorHi);
  assign first = |error_valid_i && (clear || error_q.code == ErrNone);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) error_q <= '0;
    else if (first) error_q <= error_valid_i[0] ? error_i[0] : error_valid_i[1] ? error_i[1] : error_i[2];
    else if (clear) error_q <= '0;
  end

  // The flit is a copy: what is on offer stays as it is, whatever the host does to the registers.
  logic   unsent_q;
  error_t sent_q;
  dest_t  sent_dest_q;
  logic   send;
  assign send = unsent_q && !clear && !error_valid_o;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      unsent_q      <= 1'b0;
      error_valid_o <= 1'b0;
    end else begin
      unsent_q <= first || (unsent_q && !clear && !send);
      if (send) error_valid_o <= 1'b1;
      else if (error_ready_i) error_valid_o <= 1'b0;
    end
  end
  always_ff @(posedge clk_i) begin
    if (send) begin
      sent_q      <= error_q;
      sent_dest_q <= error_dest_q;
    end
  end
  assign error_o  = '{kind: KindError, dest: sent_dest_q, body: sent_q};
  assign active_o = unsent_q || error_valid_o;

  // ------------------------------------------------------------- reads
  always_comb begin
    unique case (reg_addr_i)
      RegControl:    reg_rdata_o = {30'b0, halt_q, run_q};
      RegQueueBase:  reg_rdata_o = 32'(queue_base_o);
      RegQueueWords: reg_rdata_o = 32'(queue_words_o);
      RegInAxons:    reg_rdata_o = 32'(in_axons_o);
      RegOutAxons:   reg_rdata_o = 32'(out_axons_o);
      RegPops:       reg_rdata_o = 32'(pops_o);
      RegFillWords:  reg_rdata_o = 32'(fill_left_i);
      RegErrorDest:  reg_rdata_o = 32'(error_dest_q);
      RegErrorLo:    reg_rdata_o = error_q[31:0];
      RegErrorHi:    reg_rdata_o = 32'(error_q[$bits(error_t)-1:32]);
      default:       reg_rdata_o = counter_i;
    endcase
  end
endmodule

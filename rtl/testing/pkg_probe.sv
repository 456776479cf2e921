// SPDX-License-Identifier: Apache-2.0
/// Takes packed structs apart and puts them together again, for the test of the package's C++ mirror.
module pkg_probe
  import eddy_pkg::*;
(
    input  port_t              port_i,
    output logic signed [15:0] port_y_offset_o,
    output weight_e            port_format_o,
    output logic        [17:0] port_w_x_o,
    output logic signed [ 7:0] port_pool_x_pad_o,
    output coord_t             port_out_cols_o,
    // one element of an array of structs
    input  param_word_t        params_i,
    output logic signed [31:0] param1_bias_o,
    output logic        [13:0] param1_theta_o,
    // an array of vectors among other members
    input  group_t             group_i,
    output act_t               group_value2_o,
    // the other way: from members to bits
    input  axon_id_t           axon_i,
    input  pos_t               pos_i,
    input  act_t               value_i,
    input  tile_id_t           tile_i,
    output flit_t              flit_o
);
  assign port_y_offset_o   = port_i.y.offset;
  assign port_format_o     = port_i.format;
  assign port_w_x_o        = port_i.w_x;
  assign port_pool_x_pad_o = port_i.pool_x.pad;
  assign port_out_cols_o   = port_i.out_cols;

  assign param1_bias_o     = params_i[1].bias;
  assign param1_theta_o    = params_i[1].theta;

  assign group_value2_o    = group_i.value[2];

  event_t packet;
  assign packet = '{axon: axon_i, pos: pos_i, value: value_i};
  assign flit_o = '{kind: KindCredit, dest: '{tile: tile_i, io: 1'b1}, body: packet};
endmodule

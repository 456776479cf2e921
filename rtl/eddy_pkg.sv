// SPDX-License-Identifier: Apache-2.0
/// Widths, limits, messages and table layouts of the chip: the one source for RTL, compiler and simulator.
///
/// A C++ mirror is generated from this file as elaborated (scripts/gen_pkg.py). docs/contract.md explains every field.
package eddy_pkg;
  // ---------------------------------------------------------------- sizes
  parameter int unsigned Lanes = 4;  // neurons a MAC cycle
  parameter int unsigned Banks = 16;  // RAM banks a tile
  parameter int unsigned BankWords = 1024;  // words a bank: 16 KB at 4 lanes
  parameter int unsigned WordBits = 32 * Lanes;
  parameter int unsigned WordMask = WordBits / 16;  // write mask granularity: 16 bits
  parameter int unsigned BankBits = $clog2(Banks);
  parameter int unsigned BankAddrBits = $clog2(BankWords);
  parameter int unsigned AddrBits = BankBits + BankAddrBits;  // word address in a tile

  parameter int unsigned MaxAxons = 512;  // in-axons and out-axons a tile
  parameter int unsigned MaxPorts = 32;
  parameter int unsigned MaxPops = 16;
  parameter int unsigned MaxParams = 256;  // words of Lanes channels
  parameter int unsigned MarkWords = 1024;
  parameter int unsigned MarkBits = 32;  // pixels a mark word
  parameter int unsigned RowAxons = 32;  // out-axons of one population that may match one row
  parameter int unsigned CurveSegments = 64;  // straight lines of an activation's table
  parameter int unsigned CurveWords = CurveSegments / Lanes;  // RAM words that it takes
  parameter int unsigned MaxCodes = 1024;  // FP16 values that codes of weights stand for

  /// Events and weights in FP16 beside those of whole numbers. Without, their bits in tables must be 0.
`ifdef EDDY_NO_FP16
  parameter bit Fp16 = 1'b0;
`else
  parameter bit Fp16 = 1'b1;
`endif

  parameter int unsigned AxonBits = $clog2(MaxAxons);
  parameter int unsigned PortBits = $clog2(MaxPorts);
  parameter int unsigned PopBits = $clog2(MaxPops);
  parameter int unsigned ParamAddrBits = $clog2(MaxParams);
  parameter int unsigned MarkAddrBits = $clog2(MarkWords);
  parameter int unsigned CodeAddrBits = $clog2(MaxCodes);
  parameter int unsigned CoordBits = 12;  // rows and columns
  parameter int unsigned ChanBits = 16;
  parameter int unsigned PosBits = 27;
  parameter int unsigned CountBits = 16;
  parameter int unsigned HostAddrBits = 18;  // 32-bit words
  parameter int unsigned MaxVcs = 2;

  typedef logic [AddrBits-1:0] addr_t;
  typedef logic [WordBits-1:0] word_t;
  typedef logic [WordMask-1:0] mask_t;
  typedef logic [AxonBits-1:0] axon_id_t;
  typedef logic [PortBits-1:0] port_id_t;
  typedef logic [PopBits-1:0] pop_id_t;
  typedef logic [CoordBits-1:0] coord_t;
  typedef logic [ChanBits-1:0] chan_t;
  typedef logic [PosBits-1:0] pos_t;
  typedef logic [CountBits-1:0] count_t;
  typedef logic [HostAddrBits-1:0] host_addr_t;
  typedef logic [MarkAddrBits-1:0] mark_addr_t;
  typedef logic [MarkBits-1:0] mark_word_t;
  typedef logic signed [15:0] act_t;  // activation, difference
  typedef logic [15:0] fp16_t;  // IEEE 754 binary16
  typedef logic [CodeAddrBits-1:0] code_addr_t;
  typedef logic [$clog2(CurveWords)-1:0] curve_addr_t;

  // ---------------------------------------------------------------- messages: one 64-bit flit each
  typedef struct packed {
    logic [3:0] y;
    logic [3:0] x;
  } tile_id_t;

  typedef struct packed {
    tile_id_t tile;
    logic     io;    // 0: the core, 1: the i/o end (gateway)
  } dest_t;

  typedef enum logic [2:0] {
    KindEvent  = 3'd0,
    KindToken  = 3'd1,
    KindCredit = 3'd2,
    KindWrite  = 3'd3,
    KindRead   = 3'd4,
    KindAnswer = 3'd5,
    KindError  = 3'd6
  } kind_e;

  parameter int unsigned BodyBits = 52;

  typedef struct packed {
    kind_e               kind;
    dest_t               dest;
    logic [BodyBits-1:0] body;
  } flit_t;

  typedef struct packed {
    axon_id_t axon;
    pos_t     pos;
    act_t     value;
  } event_t;

  /// Token: receiver rows up to `row` (a count, 1..rows) are enabled in the frame of `parity`.
  /// Credit: the consumer has swept `row` rows of the frame of `parity`, and said `count` in its credit before.
  typedef struct packed {
    axon_id_t    axon;
    coord_t      row;
    logic        parity;
    logic        last;
    count_t      count;
    logic [12:0] unused;
  } token_t;

  typedef struct packed {
    host_addr_t  addr;
    logic [31:0] data;
    logic [1:0]  unused;
  } write_t;  // and answer

  typedef struct packed {
    host_addr_t  addr;
    dest_t       reply;
    logic [24:0] unused;
  } read_t;

  typedef enum logic [7:0] {
    ErrNone     = 8'd0,
    ErrCount    = 8'd1,  // events received differ from the token's count
    ErrToken    = 8'd2,  // token's row not above the one before, or wrong frame parity
    ErrCredit   = 8'd3,  // credit does not follow the one before it, or wrong frame parity
    ErrAxon     = 8'd4,  // axon not in the table
    ErrAddress  = 8'd5,  // host access outside the map
    ErrOverflow = 8'd6,  // more events between two tokens than the counter holds
    ErrKind     = 8'd7   // a message kind that this end does not take
  } err_e;

  typedef struct packed {
    err_e        code;
    tile_id_t    tile;
    axon_id_t    axon;
    logic [26:0] info;
  } error_t;

  /// What waits in the event queue: the body of an event or of a token.
  typedef struct packed {
    logic                token;
    logic [BodyBits-1:0] body;
  } entry_t;

  // ---------------------------------------------------------------- tables of a tile
  /// How events of one in-axon are decoded.
  typedef struct packed {
    port_id_t   port;
    logic [3:0] xbits;  // pos = y << (xbits + cbits) | x << cbits | c
    logic [4:0] cbits;
  } in_axon_t;

  /// Who feeds an in-axon, and how many receiver rows need nothing from it.
  typedef struct packed {
    dest_t    dest;  // where the credit goes
    axon_id_t axon;  // out-axon at the source
    coord_t   idle;  // rows [0, idle) of the population do not depend on this axon
  } in_source_t;

  /// One axis of a port: output `o` and tap `k` with o * stride = i * up + offset + k * dilation.
  typedef struct packed {
    logic [2:0]         up;        // 1..4
    logic [2:0]         stride;    // 1..4
    logic [3:0]         dilation;  // 1..15
    logic signed [15:0] offset;
    coord_t             taps;      // kernel size on this axis
    coord_t             size;      // outputs of the slice on this axis
    logic [2:0]         tap_step;  // stride / gcd(stride, dilation)
    logic [3:0]         out_step;  // dilation / gcd(stride, dilation)
  } axis_t;

  /// Windows of a folded max-pool on one axis: output p covers [p * stride - pad, + size). No pool: 1, 1, 0.
  typedef struct packed {
    logic [2:0]        stride;  // 1..5
    logic [2:0]        size;    // 1..5
    logic signed [7:0] pad;
  } pool_axis_t;

  /// The low two bits are the width, the highest says FP16: by themselves, or as codes of a table.
  typedef enum logic [2:0] {
    WeightInt8  = 3'd0,  // 4 runs a word
    WeightInt16 = 3'd1,  // 2
    WeightInt4  = 3'd2,  // 8
    WeightInt2  = 3'd3,  // 16
    WeightCode8 = 3'd4,
    WeightFp16  = 3'd5,
    WeightCode4 = 3'd6,
    WeightCode2 = 3'd7
  } weight_e;

  typedef struct packed {
    pop_id_t     pop;
    axis_t       y;
    axis_t       x;
    chan_t       c0;         // first source channel: c - c0 indexes the weights
    logic        depthwise;  // an event touches one word a position
    logic [1:0]  dw_shift;   // depthwise: that word is (c - c0) >> dw_shift
    logic        c_lane;     // weights are indexed by (c - c0) % Lanes
    weight_e     format;
    code_addr_t  code_base;  // what code 0 stands for, in TabCode
    logic        fp16;       // events are FP16
    logic [5:0]  point;      // accumulators have so many bits behind the point; 0 where nothing is FP16
    addr_t       w_base;     // word address
    logic [17:0] w_c;        // run strides: run = c * w_c + ky * w_y + kx * w_x + word
    logic [17:0] w_y;
    logic [17:0] w_x;
    addr_t       acc_base;   // accumulator address of the slice's first word
    addr_t       acc_row;    // words a row
    logic [7:0]  acc_words;  // words a pixel
    logic [7:0]  word0;      // first word that this port touches in a pixel
    logic [7:0]  words;      // words that it touches (depthwise: 1)
    logic        flip;       // accumulator phase is address[0] ^ (flip & y[0])
    mark_addr_t  mark_base;
    logic [6:0]  mark_row;   // mark words a row
    pool_axis_t  pool_y;
    pool_axis_t  pool_x;
    coord_t      out_rows;   // of the pooled slice
    coord_t      out_cols;
  } port_t;

  typedef struct packed {
    coord_t                   y0;           // origin of the slice in its layer (pooled coordinates)
    coord_t                   x0;
    chan_t                    c0;
    coord_t                   rows;         // of the pooled slice
    coord_t                   cols;
    logic [7:0]               words;
    addr_t                    acc_base;
    addr_t                    acc_row;
    coord_t                   acc_rows;     // of the slice before the pool
    coord_t                   acc_cols;
    logic                     flip;
    addr_t                    ref_base;
    logic [ParamAddrBits-1:0] param_base;
    mark_addr_t               mark_base;
    logic [6:0]               mark_row;
    act_t                     lo;
    act_t                     hi;
    logic                     curve;        // a table of straight lines follows the range
    logic [2:0]               curve_shift;  // fraction bits of its entries
    addr_t                    curve_base;   // word address of the first of its CurveWords words
    pool_axis_t               pool_y;
    pool_axis_t               pool_x;
    logic                     keep_acc;     // sources send differences: accumulators persist
    logic                     send_delta;   // sends differences: references persist
    logic                     visit_all;    // every pixel is swept in every frame
    logic [3:0]               xbits;
    logic [4:0]               cbits;
    axon_id_t                 in_first;
    logic [AxonBits:0]        in_count;
    axon_id_t                 out_first;
    logic [AxonBits:0]        out_count;
  } pop_t;

  /// One out-axon: where it leads, which neurons it carries, and the row rule.
  ///   rows enabled at the receiver after source row y:  clip(floor((a * y + b_token) / d), 0, rows)
  ///   last receiver row that source row y touches:      clip(floor((a * y + b_credit) / d), 0, rows - 1)
  typedef struct packed {
    pop_id_t            pop;       // the population that it belongs to
    dest_t              dest;
    axon_id_t           axon;      // in-axon at the receiver
    coord_t             y0;        // ranges are inclusive, in coordinates of the source layer
    coord_t             y1;
    coord_t             x0;
    coord_t             x1;
    chan_t              c0;
    chan_t              c1;
    logic [1:0]         y_mask;    // sent only where ((y - y0) & y_mask) == 0
    logic [1:0]         x_mask;
    logic [4:0]         a;
    logic signed [15:0] b_token;
    logic signed [15:0] b_credit;
    logic [4:0]         d;         // 1..16
    coord_t             rows;
    logic               fp16;      // events are sent as FP16 numbers, value * 2^-point
    logic signed [5:0]  point;
  } out_axon_t;

  /// Where one side of an axon stands. Counts restart with every token, rows with every frame.
  typedef struct packed {
    logic   parity;
    coord_t row;
    count_t count;
  } axon_state_t;

  /// One channel's requantisation: a = (((acc + bias) * mul + 2^(shift-1)) >> shift), and its threshold.
  typedef struct packed {
    logic signed [31:0] bias;
    logic [15:0]        mul;
    logic [5:0]         shift;  // 1..47
    logic [13:0]        theta;
  } param_t;

  typedef param_t [Lanes-1:0] param_word_t;

  /// One segment of an activation's table, in RAM: Lanes to a word, ascending. With z the requantised sum, f its low 10
  /// bits: a = (base * 2^10 + step * f + 2^(9 + shift)) >> (10 + shift).
  typedef struct packed {
    act_t base;  // at the segment's lower end
    act_t step;  // from there to the next one's
  } segment_t;

  // ---------------------------------------------------------------- host map of a tile, in 32-bit words
  // addr[17:16] = 0: RAM, word address = addr >> 2. addr[17] = 1: table addr[16:13], offset addr[12:0].
  // A table entry takes 2^TableStep words; writing its last used word commits the entry.
  typedef enum logic [3:0] {
    TabInAxon   = 4'd0,
    TabInSource = 4'd1,
    TabPort     = 4'd2,
    TabPop      = 4'd3,
    TabOutAxon  = 4'd4,
    TabParam    = 4'd5,
    TabMark     = 4'd6,
    TabArrival  = 4'd7,   // axon_state_t by in-axon: what has arrived
    TabProgress = 4'd8,   // axon_state_t by in-axon: what is in the accumulators (count unused)
    TabSent     = 4'd9,   // axon_state_t by out-axon: what has been sent
    TabCredit   = 4'd10,  // axon_state_t by out-axon: what the consumer has swept (count unused)
    TabCode     = 4'd11,  // fp16_t: what codes of weights stand for
    TabRegs     = 4'd15
  } table_e;

  parameter int unsigned TableIndexBits = 10;
  parameter int unsigned TableDataBits = 448;  // the widest entry, in whole words

  /// Broadcast to all tables of a tile: one entry written.
  typedef struct packed {
    logic                      valid;
    table_e                    sel;
    logic [TableIndexBits-1:0] index;
    logic [TableDataBits-1:0]  data;   // entry in the low bits
  } table_write_t;

  // Words (32 bits) that an entry takes: its bits rounded up to words; its stride is the next power of two.
  parameter int unsigned WordsInAxon = ($bits(in_axon_t) + 31) / 32;
  parameter int unsigned WordsInSource = ($bits(in_source_t) + 31) / 32;
  parameter int unsigned WordsPort = ($bits(port_t) + 31) / 32;
  parameter int unsigned WordsPop = ($bits(pop_t) + 31) / 32;
  parameter int unsigned WordsOutAxon = ($bits(out_axon_t) + 31) / 32;
  parameter int unsigned WordsParam = ($bits(param_word_t) + 31) / 32;
  parameter int unsigned WordsState = ($bits(axon_state_t) + 31) / 32;

  typedef enum logic [7:0] {
    RegControl     = 8'd0,   // bit 0 run, bit 1 halt
    RegQueueBase   = 8'd1,   // word address of the event queue's ring
    RegQueueWords  = 8'd2,   // its length in words, a power of two, two entries a word
    RegInAxons     = 8'd3,   // entries in use
    RegOutAxons    = 8'd4,
    RegPops        = 8'd5,
    RegFillBase    = 8'd6,   // word address
    RegFillWords   = 8'd7,   // writing starts the engine that fills with zeros; reads as words left
    RegReset       = 8'd8,   // any write: protocol state of the sweep (row and parity of all populations) to 0
    RegErrorDest   = 8'd9,   // dest_t of the gateway that errors go to
    RegErrorLo     = 8'd10,  // first error, 52 bits (read only; any write clears it)
    RegErrorHi     = 8'd11,
    RegCounters    = 8'd32,  // counters from here on, two words each (low, high)
    RegPopCounters = 8'd128  // counters of population 0, then 1, ...: PopCounterWords each
  } reg_e;

  /// Counters of a tile, in the order in which they are read.
  typedef enum logic [5:0] {
    CntEventsIn     = 6'd0,   // events taken by decode
    CntMacWords     = 6'd1,   // cycles in which the MAC took a word
    CntMacWaiting   = 6'd2,   // cycles in which queue or decode held an event (denominator of mac_busy)
    CntBubblePhase  = 6'd3,   // MAC bubbles: wrong accumulator phase
    CntBubbleSteal  = 6'd4,   // the sweep took the banks
    CntBubbleWeight = 6'd5,   // weight bank busy
    CntBubbleDecode = 6'd6,   // events wait, none is ready
    CntBubbleMark   = 6'd7,   // marks not taken in time
    CntPixelsSwept  = 6'd8,
    CntNeuronsSwept = 6'd9,
    CntFired        = 6'd10,
    CntEventsOut    = 6'd11,  // event flits sent, copies count
    CntTokensOut    = 6'd12,
    CntCreditsOut   = 6'd13,
    CntSweepNetwork = 6'd14,  // cycles in which the sweep waits for the network
    CntSweepCredit  = 6'd15,  // cycles in which a row has its input but no credit
    CntRamReads     = 6'd16,
    CntRamWrites    = 6'd17,
    CntFlitsNorth   = 6'd18,  // flits that left the router, by output
    CntFlitsEast    = 6'd19,
    CntFlitsSouth   = 6'd20,
    CntFlitsWest    = 6'd21,
    CntFlitsCore    = 6'd22,
    CntFlitsIo      = 6'd23,
    CntSweepInput   = 6'd24,  // cycles in which no row is swept, because none has its input
    CntQueuePeak    = 6'd25,  // most entries that waited
    CntCut          = 6'd26   // FP16: words of products, and events, of which bits were cut
  } counter_e;
  parameter int unsigned NumCounters = 27;
  parameter int unsigned CounterBits = 48;

  /// Counters of one population, in the order in which they are read.
  typedef enum logic [1:0] {
    PopEventsIn     = 2'd0,  // events decoded for it, copies count
    PopMacWords     = 2'd1,  // cycles in which the MAC took a word for it
    PopNeuronsSwept = 2'd2
  } pop_counter_e;
  parameter int unsigned NumPopCounters = 3;
  parameter int unsigned PopCounterWords = 8;  // in the map of registers, two words a counter

  // ---------------------------------------------------------------- between parts of a tile
  /// Request to the banks. Grant comes in the same cycle, read data in the next.
  typedef struct packed {
    logic  valid;
    logic  we;
    addr_t addr;
    mask_t mask;
    word_t data;
  } mem_req_t;

  /// Ports of the banks, highest priority first.
  parameter int unsigned MemPorts = 8;
  typedef enum logic [2:0] {
    MemSweepA   = 3'd0,  // the pair of accumulator words of the sweep: never on one bank, always granted
    MemSweepB   = 3'd1,
    MemSweepRef = 3'd2,
    MemAccWrite = 3'd3,
    MemAccRead  = 3'd4,
    MemWeight   = 3'd5,
    MemQueue    = 3'd6,
    MemHost     = 3'd7
  } mem_port_e;

  /// A token that has run down the MAC pipeline.
  typedef struct packed {
    logic     valid;
    axon_id_t axon;
    pop_id_t  pop;
    coord_t   row;
    logic     parity;
    logic     last;
  } progress_t;

  /// A group of neighbouring channels that the delta unit let through.
  typedef struct packed {
    coord_t           x;      // in coordinates of the layer
    chan_t            c;      // channel of lane 0
    logic [Lanes-1:0] fire;
    act_t [Lanes-1:0] value;
  } group_t;

  /// Trace: one neuron group as it fires, once whatever the number of axons, and the end of a population's frame. No load
  /// in silicon. Where both come in one cycle, the group is the frame's last.
  typedef struct packed {
    logic    valid;
    logic    frame_end;
    pop_id_t pop;
    logic    parity;
    coord_t  y;
    group_t  group;
  } trace_t;

  /// floor(n / d) for n in [0, 65535] and d in 1..16, by reciprocal; exact.
  function automatic logic [15:0] div_small(input logic [15:0] n, input logic [4:0] d);
    logic [20:0] recip;
    unique case (d)
      5'd1: recip = 21'd1048576;
      5'd2: recip = 21'd524288;
      5'd3: recip = 21'd349526;
      5'd4: recip = 21'd262144;
      5'd5: recip = 21'd209716;
      5'd6: recip = 21'd174763;
      5'd7: recip = 21'd149797;
      5'd8: recip = 21'd131072;
      5'd9: recip = 21'd116509;
      5'd10: recip = 21'd104858;
      5'd11: recip = 21'd95326;
      5'd12: recip = 21'd87382;
      5'd13: recip = 21'd80660;
      5'd14: recip = 21'd74899;
      5'd15: recip = 21'd69906;
      default: recip = 21'd65536;
    endcase
    return 16'((37'(n) * 37'(recip)) >> 20);
  endfunction
endpackage

// SPDX-License-Identifier: Apache-2.0
/// The gateway's side of the chip: descriptors, records and codes in host memory, and its own settings.
///
/// Everything that host software reads or writes in memory is laid out here; docs/gateway.md explains it. All layouts
/// are little-endian: the last field of a struct stands in byte 0.
package eddy_host_pkg;
  import eddy_pkg::*;

  // ---------------------------------------------------------------- sizes
  parameter int unsigned AxiAddrBits = 40;
  parameter int unsigned AxiDataBits = 128;
  parameter int unsigned AxiIdBits = 4;
  parameter int unsigned BeatBytes = AxiDataBits / 8;
  parameter int unsigned BurstBeats = 16;  // longest burst; a burst never leaves an aligned block of this size
  parameter int unsigned PixelLanes = AxiDataBits / 8;  // u8 pixels compared in a cycle
  parameter int unsigned ValueLanes = AxiDataBits / 16;  // int16 activations compared in a cycle
  parameter int unsigned PixelChans = 4;  // channels that have a table and a threshold
  parameter int unsigned MaxMerge = 16;  // rows without a fired pixel that one token may close
  parameter int unsigned RegAddrBits = 9;  // of the AXI4-Lite port, in bytes

  typedef logic [AxiAddrBits-1:0] axi_addr_t;
  typedef logic [AxiDataBits-1:0] beat_t;
  typedef logic [BeatBytes-1:0] strobe_t;
  typedef logic [AxiIdBits-1:0] axi_id_t;
  typedef logic [1:0] pixel_chan_t;

  // ---------------------------------------------------------------- codes
  typedef enum logic [7:0] {
    OpNone  = 8'd0,  // refused, so that zeroed memory is no command
    OpLoad  = 8'd1,  // `count` load records at `address`: writes to tiles
    OpFrame = 8'd2,  // one frame: input at `address`, references at `address_b`
    OpRead  = 8'd3,  // `count` words from `word` on of tile `dest` to `address`
    OpFence = 8'd4,  // `count` load records at `address`: each is read back, its data ignored
    OpTable = 8'd5,  // `count` load records at `address`: written to the gateway's own tables
    OpDrain = 8'd16  // room for `count` records of one frame at `address` (drain ring only)
  } op_e;

  /// How a command or a drain ended, and the first error. Codes below 16 are those of err_e, found by the gateway
  /// in what it received.
  typedef enum logic [7:0] {
    HostOk            = 8'd0,
    HostErrOpcode     = 8'd16,  // unknown command, or in the wrong ring
    HostErrDescriptor = 8'd17,  // address not aligned or too wide, count 0
    HostErrShape      = 8'd18,  // frame with rows, columns or channels out of range
    HostErrAxiRead    = 8'd19,  // memory answered a read with an error
    HostErrAxiWrite   = 8'd20,  // memory answered a write with an error
    HostErrTile       = 8'd21,  // a tile sent an error flit; it stands beside this code
    HostErrAnswer     = 8'd22,  // an answer that no read waits for, or to another address
    HostErrRoom       = 8'd23,  // events while no drain buffer is open: lost
    HostErrCapacity   = 8'd24,  // more events in a frame than its drain buffer holds: the rest is lost
    HostErrAbort      = 8'd25,  // ended by a soft abort: results discarded
    HostErrWaitRead   = 8'd32,  // a limit passed: memory does not answer a read
    HostErrWaitWrite  = 8'd33,  // memory does not take or does not confirm a write
    HostErrWaitNet    = 8'd34,  // the network does not take a flit
    HostErrWaitAnswer = 8'd35,  // a tile does not answer a read
    HostErrWaitCredit = 8'd36,  // a row of the input has no credit
    HostErrWaitFrame  = 8'd37,  // a frame may not start: frames in flight, or no drain buffer open
    HostErrWaitResult = 8'd38   // a frame in flight has not delivered all its results
  } host_err_e;

  // ---------------------------------------------------------------- in host memory
  /// Second half of a descriptor, written by the gateway before the ring's tail moves on.
  typedef struct packed {
    logic [63:0] finish;    // cycle: command done; drain: last result written
    logic [63:0] start;     // cycle: command taken; frame: first pixel read; drain: buffer opened
    logic [11:0] unused_b;
    error_t      error;     // first error flit, if `code` is HostErrTile or below 16
    logic [31:0] count;     // frame: fired pixels; drain: event records; else records or words done
    logic [15:0] unused_a;
    host_err_e   code;
    logic [7:0]  done;      // 1
  } completion_t;

  /// Both rings: 64 bytes, on a 64-byte boundary. Addresses are multiples of BeatBytes.
  typedef struct packed {
    completion_t done;
    logic [4:0]  unused_b;
    dest_t       dest;
    host_addr_t  word;
    logic [31:0] count;
    logic [63:0] address_b;
    logic [63:0] address;
    logic [31:0] tag;        // the driver's own; not looked at
    logic [20:0] unused_a;
    logic        parity;     // frame: its parity
    logic        first;      // frame: no references yet, all are set
    logic        irq;        // interrupt when done
    op_e         op;
  } descriptor_t;

  /// 64 bits: one word for a tile or for the gateway's own tables.
  typedef struct packed {
    logic [4:0]  unused;
    dest_t       dest;
    host_addr_t  addr;
    logic [31:0] data;
  } load_t;

  /// 64 bits in a drain buffer: an event of an output population, or (`last`) the end of the frame.
  typedef struct packed {
    logic        last;    // end of frame: axon and value are 0, pos is the number of records before
    logic [10:0] unused;
    axon_id_t    axon;    // in-axon of the gateway
    pos_t        pos;
    act_t        value;
  } record_t;

  parameter int unsigned DescriptorBytes = $bits(descriptor_t) / 8;
  parameter int unsigned DescriptorBeats = DescriptorBytes / BeatBytes;
  parameter int unsigned CompletionBeats = DescriptorBeats / 2;
  parameter int unsigned RecordsPerBeat = AxiDataBits / 64;

  // ---------------------------------------------------------------- the gateway's own tables
  // Same map as a tile (host_addr_t): addr[17] = 1: TabOutAxon, TabSent, TabCredit of the frame input;
  // TabArrival, TabInSource of the results (`idle` holds the axon's number of rows). addr[17] = 0: the pixel table,
  // addr[9:8] channel, addr[7:0] pixel, data[15:0] its activation.

  // ---------------------------------------------------------------- memory engines
  /// A burst of `len` + 1 beats within one aligned block of BurstBeats.
  typedef struct packed {
    axi_addr_t  addr;
    logic [3:0] len;
  } burst_t;

  typedef struct packed {
    beat_t   data;
    strobe_t strb;
  } write_beat_t;

  /// One full beat to an address; beats that follow each other become bursts.
  typedef struct packed {
    axi_addr_t   addr;
    write_beat_t beat;
  } store_t;

  /// Between a client of memory and the engines: what it asks for, what it gets.
  typedef struct packed {
    logic   valid;  // a burst; room for its data is there
    burst_t burst;
  } read_ask_t;

  typedef struct packed {
    logic  ready;       // burst taken
    logic  data_valid;  // taken at once
    beat_t data;
  } read_give_t;

  typedef struct packed {
    logic        valid;  // a burst; all its data is there
    burst_t      burst;
    write_beat_t beat;   // of the burst taken last
  } write_ask_t;

  typedef struct packed {
    logic ready;       // burst taken
    logic beat_ready;  // beat taken
    logic confirmed;   // all bursts taken are in memory
  } write_give_t;

  typedef enum logic [2:0] {
    ReadCommand = 3'd0,  // descriptors
    ReadDrain   = 3'd1,
    ReadList    = 3'd2,  // load records
    ReadValue   = 3'd3,  // frame input
    ReadRef     = 3'd4   // its references
  } read_client_e;
  parameter int unsigned ReadClients = 5;

  typedef enum logic [2:0] {
    WriteCommand = 3'd0,  // completions
    WriteDrain   = 3'd1,
    WriteResult  = 3'd2,
    WriteRef     = 3'd3,
    WriteBack    = 3'd4   // words read from tiles
  } write_client_e;
  parameter int unsigned WriteClients = 5;

  // ---------------------------------------------------------------- engines
  typedef enum logic [1:0] {
    SendLoad   = 2'd0,
    SendWord   = 2'd1,
    SendFrame  = 2'd2,
    SendCredit = 2'd3
  } sender_e;
  parameter int unsigned Senders = 4;
  parameter int unsigned EngineErrors = 7;  // sources of errors within the engines

  // ---------------------------------------------------------------- frame input
  /// A beat of the input in which something fires, or the last of a row.
  typedef struct packed {
    beat_t                 value;
    beat_t                 base;   // references
    logic [PixelLanes-1:0] fire;
    coord_t                x;      // of lane 0
    chan_t                 c;
    logic                  last;   // of the row
  } scan_t;

  typedef struct packed {
    coord_t dx;
    chan_t  c;
  } step_t;

  /// Where the element `n` behind channel `c` of a pixel lies, channels innermost.
  function automatic step_t pixel_step(input chan_t c, input logic [4:0] n, input chan_t chans);
    logic [ChanBits:0] k;
    logic [15:0] q;
    k = (ChanBits + 1)'(c) + (ChanBits + 1)'(n);
    if (chans <= chan_t'(16)) q = div_small(16'(k[5:0]), chans[4:0]);
    else q = 16'(k >= (ChanBits + 1)'(chans));
    // A beat holds 16 elements at most: the quotient fits in 5 bits.
    return '{dx: coord_t'(q), c: chan_t'(k - (ChanBits + 1)'(21'(q[4:0]) * 21'(chans)))};
  endfunction

  // ---------------------------------------------------------------- errors, status, counters
  typedef struct packed {
    logic      valid;
    host_err_e code;
    tile_id_t  tile;   // that it is about
    error_t    error;  // the message's, or zero
  } host_error_t;

  typedef struct packed {
    logic        active;
    logic        open;
    logic [7:0]  in_flight;
    host_error_t error;         // first; valid while it stands
    logic [15:0] command_tail;
    logic [15:0] drain_tail;
  } host_status_t;

  /// Steps of the counters in one cycle.
  typedef struct packed {
    logic       frame_started;
    logic       frame_done;
    logic       rx;
    kind_e      rx_kind;
    logic       tx;
    kind_e      tx_kind;
    logic [4:0] scanned;
    logic       fired;
    logic       read;           // beats
    logic       written;
    logic       stall_net;
    logic       stall_read;
    logic       stall_write;
    logic       stall_credit;
    logic       stall_frame;
  } host_count_t;

  // ---------------------------------------------------------------- settings, from the registers
  typedef struct packed {
    axi_addr_t   base;
    logic [3:0]  size;  // log2 of the number of descriptors
    logic [15:0] head;  // descriptors posted, modulo 2^16
  } ring_config_t;

  typedef struct packed {
    coord_t                      rows;
    coord_t                      cols;
    chan_t                       chans;
    logic                        wide;     // int16 activations, no table; else u8 pixels
    logic                        spatial;  // send what is not zero; no references
    logic [3:0]                  xbits;    // pos = y << (xbits + cbits) | x << cbits | c
    logic [4:0]                  cbits;
    logic [PixelChans-1:0][14:0] theta;    // with more than PixelChans channels, entry 0 holds for all
  } input_config_t;

  typedef struct packed {
    logic              run;          // commands are taken
    logic              halt;         // no new command, no new row of the input
    logic              abort;        // frames send closing tokens only, results are discarded
    ring_config_t      command;
    ring_config_t      drain;
    input_config_t     frame;
    logic [AxonBits:0] in_axons;     // in use by the results
    logic [AxonBits:0] out_axons;    // in use by the frame input
    logic [7:0]        in_flight;    // frames between first pixel and last result
    logic [31:0]       limit_net;    // cycles; 0: no limit
    logic [31:0]       limit_mem;
    logic [31:0]       limit_frame;
  } host_config_t;
endpackage

// SPDX-License-Identifier: Apache-2.0
/// What takes how long on the chip, cycles. The source of each figure is the page of the part; what no page says was
/// fitted to the RTL.
#pragma once

#include <cstdint>

namespace eddy::perf {

using Cycle = std::uint64_t;

// Network (docs/noc.md): a flit is at its end's door links + 1 cycles after it was taken.
inline constexpr Cycle Door = 1;

// Integrate (docs/core-integrate.md): queue, decode and walk before the MAC; write, marks and progress behind it.
inline constexpr Cycle BeforeMac = 14, BehindMac = 6;
inline constexpr Cycle LeastEvent = 1;  // an event that hits nothing

// Sweep (docs/core-sweep.md, "Measured"): a dense row costs 21 cycles beside its words, a clean one 3 beside its marks.
inline constexpr Cycle RowStart = 10, RowLook = 3, ResultsBehind = 8;
inline constexpr Cycle PairOfWords = 2;  // 4 neurons a cycle
inline constexpr Cycle ResultsWait = 8;  // cycles of words whose events may wait for the network

// Emitting a row (docs/core-sweep.md, "Emit"): a cycle an out-axon to open it, to save its counts and to send its
// tokens, and between these steps:
inline constexpr Cycle OpenBehind = 3, SaveBehind = 4;

// Frame input (docs/gateway.md): a beat of the input a cycle, and a beat of references; elements of a beat.
inline constexpr Cycle FrameStart = 60, FrameEnd = 60, ScanBehind = 10;
inline constexpr int BeatBytes = 16;

// Result store: flits that wait at the gateway, which takes one a cycle; from the last record's flit to memory.
inline constexpr std::uint64_t ResultsRoom = 16;
inline constexpr Cycle ResultBehind = 30;

}  // namespace eddy::perf

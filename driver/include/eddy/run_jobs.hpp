// SPDX-License-Identifier: Apache-2.0
/// One run as several, side by side, of networks that keep nothing from frame to frame.
#pragma once

#include <functional>
#include <memory>

#include "eddy/run.hpp"

namespace eddy {

/// No layer remembers anything: each frame is as if it were the first.
bool frames_are_independent(const Network& network);

/// The frames of the run in `jobs` parts of neighbours, each on a device of its own in a thread of its own. The result
/// is that of one run: sums, frames in their order; cycles are counted as if the parts had run one after the other,
/// each from its own start. The callbacks are called from the caller's thread, in order. A part that fails, or is
/// stopped, ends the run there: parts behind it are left out. Throws UsageError where frames depend on each other or
/// their number is not known, and what loading throws.
RunResult run_jobs(const Prepared& prepared, int jobs, const std::function<std::unique_ptr<Device>()>& make_device,
                   const RunOptions& options = {});

}  // namespace eddy

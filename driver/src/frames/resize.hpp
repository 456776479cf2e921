// SPDX-License-Identifier: Apache-2.0
/// Pictures of one size from pictures of another, in integers.
#pragma once

#include "eddy/frames.hpp"

namespace eddy {

/// Each result is the rounded mean of the area that it covers; for whole factors that is (sum + n/2) / n over the
/// block. `fit` keeps the aspect and leaves black borders, `crop` cuts the longer side at both ends, `stretch` does
/// neither.
Picture resize(const Picture& picture, int width, int height, Resize how);

}  // namespace eddy

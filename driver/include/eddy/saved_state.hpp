// SPDX-License-Identifier: Apache-2.0
/// A run between two frames, in a file: chip and host memory as they are, to the last register. What goes on from it
/// takes the same cycles as the run that saved it. docs/driver.md, "Saved states".
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "eddy/device.hpp"
#include "eddy/prepare.hpp"

namespace eddy {

/// Writes the file (schema eddy.state/1), whole or not at all. `frames`: that the device has done; none is in flight.
/// Throws FileError, and UsageError where the device saves no states.
void save_state(const std::filesystem::path& file, const Prepared& prepared, Device& device, int frames);

class SavedState {
 public:
  /// Throws FileError where the file is no state, cut off or damaged, or written by another build.
  explicit SavedState(const std::filesystem::path& file);

  /// Frames done since the first of the run.
  [[nodiscard]] int frames() const { return frames_; }
  /// Instead of Device::load. Throws FileError where the state is of another network, chip or clip's range, UsageError
  /// where it is behind the last frame.
  void restore(const Prepared& prepared, Device& device) const;

 private:
  std::filesystem::path file_;
  std::string image_digest_;
  int first_frame_ = 0, frames_ = 0;
  std::string bytes_;
};

}  // namespace eddy

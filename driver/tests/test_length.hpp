// SPDX-License-Identifier: Apache-2.0
/// How long a test runs: as it says itself, or as the environment says.
///   EDDY_SEED=17       one seed alone, to see a failure again
///   EDDY_SEEDS=1:5000  many
///   EDDY_SECONDS=600   no further seed after so many seconds
///   EDDY_FRAMES=60     so many frames of a clip
///   EDDY_FORMATS=all   every unit model in every format of weights
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>

namespace eddy::testing {

struct SeedRange {
  std::uint64_t first = 1, last = 1;
};

inline SeedRange seeds(SeedRange usual) {
  if (const char* one = std::getenv("EDDY_SEED"); one != nullptr) return {std::stoull(one), std::stoull(one)};
  const char* range = std::getenv("EDDY_SEEDS");
  if (range == nullptr) return usual;
  const std::string text = range;
  const auto colon = text.find(':');
  if (colon == std::string::npos) throw std::invalid_argument("EDDY_SEEDS=" + text + ": expected FIRST:LAST");
  return {std::stoull(text.substr(0, colon)), std::stoull(text.substr(colon + 1))};
}

/// From when it is made, the time that the environment allows.
class TimeAllowed {
 public:
  TimeAllowed() {
    const char* text = std::getenv("EDDY_SECONDS");
    if (text != nullptr) end_ = Clock::now() + std::chrono::seconds(std::stoi(text));
  }
  bool is_over() const { return end_ && Clock::now() >= *end_; }

 private:
  using Clock = std::chrono::steady_clock;
  std::optional<Clock::time_point> end_;
};

inline std::optional<int> frames_asked_for() {
  const char* text = std::getenv("EDDY_FRAMES");
  if (text == nullptr) return std::nullopt;
  return std::stoi(text);
}

inline bool all_formats_asked_for() {
  const char* text = std::getenv("EDDY_FORMATS");
  if (text == nullptr) return false;
  if (std::string(text) != "all") throw std::invalid_argument("EDDY_FORMATS=" + std::string(text) + ": expected all");
  return true;
}

}  // namespace eddy::testing

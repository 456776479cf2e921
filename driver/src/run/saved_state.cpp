// SPDX-License-Identifier: Apache-2.0
#include "eddy/saved_state.hpp"

#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "build_info.hpp"
#include "eddy/error.hpp"
#include "eddy/report.hpp"
#include "json_text.hpp"
#include "task/whole_file.hpp"

namespace eddy {
namespace {

constexpr const char* Schema = "eddy.state/1";

/// A state is the memory of the program: of this one it must be.
std::string build_text() {
  return fmt::format("{} {} {} {}", build::version, build::rtl_sha1, build::verilator, build::compiler);
}

}  // namespace

// A line of JSON, and the device's bytes.
void save_state(const std::filesystem::path& file, const Prepared& prepared, Device& device, int frames) {
  std::ostringstream body;
  device.save(body);
  const std::string bytes = std::move(body).str();
  const nlohmann::ordered_json head{{"schema", Schema},
                                    {"build", build_text()},
                                    {"chip", prepared.chip.name},
                                    {"image_digest", digest(prepared.image())},
                                    {"first_frame", prepared.frames.first},
                                    {"frames", frames},
                                    {"cycle", device.cycles()},
                                    {"bytes", bytes.size()},
                                    {"sha1", bytes_hash(bytes)}};
  write_whole(file, json_text(head) + "\n" + bytes);
}

SavedState::SavedState(const std::filesystem::path& file) : file_(file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw FileError(fmt::format("{}: cannot be read", file.string()));
  std::string line;
  std::getline(stream, line);
  std::string build, hash;
  std::size_t size = 0;
  try {
    const auto head = parsed_ordered_json(line);
    if (head.at("schema").get<std::string>() != Schema)
      throw FileError(fmt::format("{}: no saved state", file.string()));
    build = head.at("build").get<std::string>();
    image_digest_ = head.at("image_digest").get<std::string>();
    first_frame_ = head.at("first_frame").get<int>();
    frames_ = head.at("frames").get<int>();
    size = head.at("bytes").get<std::size_t>();
    hash = head.at("sha1").get<std::string>();
  } catch (const nlohmann::json::exception&) {
    throw FileError(fmt::format("{}: no saved state (eddy run --save-state writes them)", file.string()));
  }
  if (build != build_text()) {
    throw FileError(fmt::format("{}: saved by another build ({}), this one is {}: run the frames again", file.string(),
                                build, build_text()));
  }
  std::ostringstream rest;
  rest << stream.rdbuf();
  bytes_ = std::move(rest).str();
  if (bytes_.size() != size || bytes_hash(bytes_) != hash)
    throw FileError(fmt::format("{}: the saved state is damaged or cut off", file.string()));
}

void SavedState::restore(const Prepared& prepared, Device& device) const {
  if (digest(prepared.image()) != image_digest_) {
    throw FileError(
        fmt::format("{}: saved with another image: model, clip, frames, thresholds or chip differ from that run's",
                    file_.string()));
  }
  if (prepared.frames.first != first_frame_) {
    throw FileError(fmt::format("{}: saved in a run from frame {} on, this one begins at {}", file_.string(),
                                first_frame_, prepared.frames.first));
  }
  if (const int last = prepared.frames.last; last >= 0 && first_frame_ + frames_ >= last)
    throw UsageError(fmt::format("{}: saved behind frame {}, nothing is left to run of frames {}:{}", file_.string(),
                                 first_frame_ + frames_ - 1, first_frame_, last));
  std::istringstream body(bytes_);
  device.restore(prepared.image(), body);
}

}  // namespace eddy

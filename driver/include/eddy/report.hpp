// SPDX-License-Identifier: Apache-2.0
/// What is told of a run: JSON for tools (schema eddy.run/1, docs/driver.md), tables for people.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "eddy/output_errors.hpp"
#include "eddy/prepare.hpp"
#include "eddy/run.hpp"

namespace eddy {

/// What a run was made of.
struct Provenance {
  std::vector<std::string> command_line;
  std::uint64_t seed = 1;
  int threads = 1;
};

/// Fields of schema eddy.run/1, without `task` and what else the program adds.
nlohmann::ordered_json run_report(const Prepared& prepared, const RunResult& result, const Provenance& provenance);

/// What the compiler made of it: bytes, load and tiles by layer (schema eddy.compile/1).
nlohmann::ordered_json compile_report(const Prepared& prepared);

/// What stands under `error`, an entry an output: each frame's error and bound, p50 and max.
nlohmann::ordered_json error_report(const std::vector<OutputErrors>& outputs);
/// p50 and max of the largest error of a frame, and of its bound: a line for each output.
std::string error_lines(const std::vector<OutputErrors>& outputs);

/// Layers: events, products done of dense, share skipped. Ends in a newline.
std::string layer_table(const RunResult& result);
/// A line for each.
std::string note_lines(const std::vector<std::string>& notes);
/// Cycles a frame and speed of the simulation. Ends in a newline; empty where the device knows no time.
std::string cycle_lines(const RunResult& result);
/// How many layers send FP16 numbers, and whether the device cut any. Ends in a newline; empty where none does.
std::string fp16_line(const Network& network, const RunResult& result);
/// "MATCH: n events equal to the golden model", "MISMATCH: ...", or what was done before the interruption.
std::string verdict(const Prepared& prepared, const RunResult& result);

/// Layers in which the device counted fewer multiplications than the golden model did products, one line each: its
/// counters, or its answers, are wrong. And FP16 numbers that lost bits, which the compiler rules out.
std::vector<std::string> counter_errors(const RunResult& result);

/// SHA-1, as `sha1sum` prints it.
std::string bytes_hash(std::string_view bytes);
/// The same of a file's bytes. Throws FileError.
std::string file_hash(const std::filesystem::path& file);
/// SHA-1 of what `sha1sum *` prints in a folder, names in the order of their bytes. Throws FileError.
std::string folder_hash(const std::filesystem::path& folder);

}  // namespace eddy

// SPDX-License-Identifier: Apache-2.0
#include "cli/recorded_run.hpp"

#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "build_info.hpp"
#include "eddy/error.hpp"
#include "json_text.hpp"

namespace eddy::cli {
namespace {

/// What a run that is repeated does again: all that does not depend on the machine.
constexpr const char* repeated[] = {"frames", "match", "events_checked", "failure", "first_mismatch"};

nlohmann::ordered_json read_report(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw FileError(fmt::format("{}: cannot be read", file.string()));
  std::ostringstream text;
  text << stream.rdbuf();
  try {
    auto report = parsed_ordered_json(text.str());
    if (report.value("schema", "") == "eddy.run/1") return report;
  } catch (const nlohmann::json::exception&) {
    // The same is wrong with it.
  }
  throw FileError(fmt::format("{}: no report of a run (report.json in the run's folder)", file.string()));
}

}  // namespace

RecordedRun::RecordedRun(const std::filesystem::path& report) : file_(report), report_(read_report(report)) {
  try {
    arguments_ = report_.at("provenance").at("command_line").get<std::vector<std::string>>();
    report_.at("provenance").at("image_digest").get<std::string>();
    for (const char* key : repeated) report_.at(key);
    report_.at("provenance").at("rtl_sha1").get<std::string>();
    report_.at("cycles").at("total").get<std::uint64_t>();
    ended_ = report_.at("finished").get<bool>() && !report_.at("interrupted").get<bool>();
  } catch (const nlohmann::json::exception& error) {
    throw FileError(fmt::format("{}: {}", file_.string(), json_problem(error)));
  }
  if (arguments_.size() < 2 || arguments_[1] != "run")
    throw FileError(fmt::format("{}: the report does not say what `eddy run` was called with", file_.string()));
  arguments_.erase(arguments_.begin());
}

void RecordedRun::check_same(const Prepared& prepared) const {
  const auto& from = report_["provenance"];
  if (digest(prepared.image()) != from["image_digest"].get<std::string>()) {
    throw FileError(fmt::format(
        "{}: the chip is given another image now: model, clip, thresholds or this program changed since that run",
        file_.string()));
  }
  if (from["rtl_sha1"].get<std::string>() != build::rtl_sha1)
    spdlog::warn("{}: the RTL changed since that run: it may take other cycles", file_.string());
}

Comparison RecordedRun::compared_with(const nlohmann::ordered_json& report) const {
  if (!ended_) return {true, fmt::format("REPLAY: {} tells of no end to compare with", file_.string())};
  std::string differences;
  const auto compare = [&](const char* name, const auto& then, const auto& now) {
    if (then != now) differences += fmt::format(" {}: {}, now {};", name, json_text(then), json_text(now));
  };
  for (const char* key : repeated) compare(key, report_.at(key), report.at(key));
  compare("cycles", report_.at("cycles").at("total"), report.at("cycles").at("total"));
  if (differences.empty()) return {true, fmt::format("REPLAY: as in {}, to the cycle", file_.string())};
  differences.pop_back();
  return {false, fmt::format("REPLAY: not as in {}:{}", file_.string(), differences)};
}

}  // namespace eddy::cli

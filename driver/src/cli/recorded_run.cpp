// SPDX-License-Identifier: Apache-2.0
#include "cli/recorded_run.hpp"

#include <algorithm>
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
    report_.at("cycles").at("total").get<std::uint64_t>();
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
  if (from.value("rtl_sha1", "") != build::rtl_sha1)
    spdlog::warn("{}: the RTL changed since that run: it may take other cycles", file_.string());
}

bool RecordedRun::can_compare() const {
  return report_.value("finished", true) && !report_.value("interrupted", false);
}

bool RecordedRun::went_like(const nlohmann::ordered_json& report) const {
  if (!can_compare()) return true;
  return std::ranges::all_of(repeated, [&](const char* key) { return report_[key] == report.at(key); }) &&
         report_["cycles"]["total"] == report.at("cycles").at("total");
}

std::string RecordedRun::compared_with(const nlohmann::ordered_json& report) const {
  if (!can_compare()) return fmt::format("REPLAY: {} tells of no end to compare with", file_.string());
  if (went_like(report)) return fmt::format("REPLAY: as in {}, to the cycle", file_.string());
  std::string text = fmt::format("REPLAY: not as in {}:", file_.string());
  for (const char* key : repeated) {
    if (report_[key] != report.at(key))
      text += fmt::format(" {} was {}, is {};", key, json_text(report_[key]), json_text(report.at(key)));
  }
  const auto& then = report_["cycles"]["total"];
  const auto& now = report.at("cycles").at("total");
  if (then != now) text += fmt::format(" cycles were {}, are {};", json_text(then), json_text(now));
  text.back() = '.';
  return text;
}

}  // namespace eddy::cli

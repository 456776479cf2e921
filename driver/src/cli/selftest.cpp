// SPDX-License-Identifier: Apache-2.0
/// `eddy selftest`: the digits network on a device, in well under a minute: does this build, or this chip, work?
#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "cli/options.hpp"
#include "cli/verb.hpp"
#include "eddy/error.hpp"
#include "eddy/report.hpp"
#include "eddy/run.hpp"
#include "eddy/task.hpp"

namespace eddy::cli {
namespace {

struct SelftestVerb {
  BackendOptions backend;
  std::string chip = "tiny";
  std::uint64_t seed = 1;
};

int act(const SelftestVerb& options) {
  PrepareOptions prepare_options;
  prepare_options.model = "digits";
  prepare_options.chip = options.chip;
  const Prepared p = prepare(prepare_options);
  const auto device = open_device(options.backend.uri, options.backend.get(p.chip, options.seed));
  const auto task = open_task(p.model);
  const GoldenDense dense(p.network());
  int differing = 0;
  RunOptions run_options;
  run_options.on_frame = [&](int frame, const Picture& picture, std::span<const Tensor> outputs) {
    if (task) task->add_frame(p.frames.first + frame, picture, real_outputs(p.network(), outputs));
    // Thresholds are 0: what changed is all there is, and must make the same numbers as everything.
    const auto layers = dense.run(to_frame(p.network(), picture));
    const auto& o = p.network().outputs;
    for (std::size_t i = 0; i < o.size(); ++i) differing += outputs[i] != layers[static_cast<std::size_t>(o[i].layer)];
  };
  const auto clip = open_frames(p);
  const RunResult result = run(p, *device, *clip, run_options);
  if (result.failure) throw *result.failure;
  fmt::print("{} digits on {}, chip {}\n{}{}", result.frames, result.backend, p.chip.name, note_lines(result.notes),
             cycle_lines(result));
  if (task) {
    for (const std::string& line : task->finish().lines) fmt::print("{}\n", line);
  }
  fmt::print("{} of {} frames equal the dense network\n", result.frames - differing, result.frames);
  const auto errors = counter_errors(result);
  for (const std::string& error : errors) fmt::print("COUNTERS: {}\n", error);
  fmt::print("{}\n", verdict(p, result));
  const bool good = result.match() && differing == 0 && errors.empty();
  fmt::print("self-test: {}\n", good ? "good" : "FAILED");
  return static_cast<int>(good ? ExitStatus::good : ExitStatus::mismatch);
}

}  // namespace

void add_selftest(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("selftest", "run the digits network, everything checked: does it work here?");
  auto options = std::make_shared<SelftestVerb>();
  options->backend.add_to(*verb);
  verb->add_option("--chip", options->chip, "a shipped chip, or a chip's JSON file")->capture_default_str();
  verb->add_option("--seed", options->seed, "of the simulator")->check(CLI::NonNegativeNumber)->capture_default_str();
  verb->footer(
      "Examples:\n"
      "  eddy selftest\n"
      "  eddy selftest --chip small --backend tcp://localhost:7450\n"
      "  eddy selftest --fault drop-event:0,0:100          a broken chip: does the check notice?");
  verb->callback([options, &context] { context.action = [options] { return act(*options); }; });
}

}  // namespace eddy::cli

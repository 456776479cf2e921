// SPDX-License-Identifier: Apache-2.0
/// `eddy serve`: a device behind a socket.
#include <chrono>
#include <memory>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "cli/options.hpp"
#include "cli/verb.hpp"
#include "eddy/error.hpp"
#include "eddy/serve.hpp"

namespace eddy::cli {
namespace {

struct ServeVerb {
  BackendOptions backend;
  ServeOptions serve;
  std::string chip = "small";
  std::uint64_t seed = 1;
  double silence = 60;  // seconds
};

int act(const ServeVerb& options) {
  const Chip chip = find_chip(options.chip);
  const DeviceOptions device = options.backend.get(chip, options.seed);
  const std::string& uri = options.backend.uri;
  if (uri != "sim:" && uri != "model:" && uri != "perf:" && !uri.starts_with("tcp://") && !uri.starts_with("unix://"))
    throw UsageError(fmt::format("backend \"{}\": expected sim:, model:, perf:, tcp://HOST:PORT or unix://PATH", uri));
  ServeOptions serve_options = options.serve;
  serve_options.silence = std::chrono::milliseconds(static_cast<std::int64_t>(options.silence * 1000));
  serve_options.log = [](const std::string& line) { spdlog::info("{}", line); };
  serve_options.on_listening = [&](const std::string& address) {
    fmt::print("serving {} with chip {} at {}, Ctrl-C ends it\n", uri, chip.name, address);
    std::fflush(stdout);
  };
  const ServeSummary summary = serve(
      chip, [&] { return open_device(uri, device); }, serve_options);
  fmt::print("ended; clients served: {}, dropped: {}, told to come later: {}\n", summary.clients, summary.failed,
             summary.refused);
  return static_cast<int>(ExitStatus::good);
}

}  // namespace

void add_serve(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("serve", "put a device behind a socket, for one client after another");
  auto options = std::make_shared<ServeVerb>();
  options->backend.add_to(*verb);
  verb->add_option("--chip", options->chip, "a shipped chip, or a chip's JSON file")->capture_default_str();
  verb->add_option("--seed", options->seed, "of the simulator")->check(CLI::NonNegativeNumber)->capture_default_str();
  verb->add_option("--listen", options->serve.listen, "tcp://HOST:PORT, port 0: one that is free; or unix://PATH")
      ->capture_default_str();
  verb->add_flag("--allow-remote", options->serve.allow_remote,
                 "let HOST be reached from other machines: no password, no cipher");
  verb->add_option("--silence", options->silence, "seconds without a byte after which a client is dropped")
      ->check(CLI::Range(0.1, 86'400.0))
      ->capture_default_str();
  verb->add_flag("--once", options->serve.once, "end after the first client");
  verb->footer(
      "Examples:\n"
      "  eddy serve                                        the RTL of chip small at tcp://127.0.0.1:7450\n"
      "  eddy serve --backend model: --chip tiny --listen unix:///tmp/eddy.sock\n"
      "  eddy run --backend unix:///tmp/eddy.sock --chip tiny --model digits     in another window\n"
      "Exit status: 0 after Ctrl-C or SIGTERM, 2 usage, 6 the address is taken. A client's faults end that client "
      "only.");
  verb->callback([options, &context] { context.action = [options] { return act(*options); }; });
}

}  // namespace eddy::cli

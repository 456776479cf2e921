// SPDX-License-Identifier: Apache-2.0
/// The program: finds the verb, does what it says, prints an error once. docs/driver.md.
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <system_error>

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "build_info.hpp"
#include "cli/verb.hpp"
#include "eddy/error.hpp"

namespace eddy::cli {
namespace {

constexpr auto add_verbs = {add_run, add_tune, add_compile, add_check, add_inspect, add_serve, add_selftest, add_chips};

/// Results go to standard output; what is being done, to standard error.
void set_up_log() {
  auto logger = std::make_shared<spdlog::logger>("eddy", std::make_shared<spdlog::sinks::stderr_sink_st>());
  logger->set_pattern("eddy: %v");
  spdlog::set_default_logger(std::move(logger));
}

/// Does not throw where standard error is full, too.
void complain(const std::string& what) { std::fputs(("eddy: " + what + "\n").c_str(), stderr); }

int usage_error(const CLI::App& app, const CLI::ParseError& error) {
  const int status = app.exit(error);  // prints help or what is wrong
  return status == 0 ? 0 : static_cast<int>(ExitStatus::usage);
}

int main(int count, char** arguments) {
  set_up_log();
  Context context;
  context.command_line.assign(arguments, arguments + count);
  CLI::App app("eddy: trained networks and videos on a chip that computes only what changed", "eddy");
  app.set_version_flag("--version", fmt::format("eddy {}", build::version));
  app.require_subcommand(1);
  app.footer(
      "Exit status: 0 good, 1 the device differs from the golden model, 2 usage, 3 model not supported,\n"
      "4 network too large for the chip, 5 watchdog or an error of the chip, 6 file or connection, 130 interrupted.\n"
      "`eddy VERB --help` tells more, with examples.");
  for (const auto add : add_verbs) add(app, context);
  try {
    app.parse(count, arguments);
    const int status = context.action();
    if (std::fflush(stdout) == 0) return status;
    throw FileError("standard output cannot be written");
  } catch (const CLI::ParseError& error) {
    return usage_error(app, error);
  } catch (const Error& error) {
    complain(error.what());
    return error.exit_status();
  } catch (const std::system_error& error) {  // of a print
    complain(error.what());
    return static_cast<int>(ExitStatus::input_output);
  } catch (const std::bad_alloc&) {
    complain("out of memory");
    return static_cast<int>(ExitStatus::input_output);
  } catch (const std::exception& error) {
    complain(std::string("internal error: ") + error.what());
    return static_cast<int>(ExitStatus::stuck);
  }
}

}  // namespace
}  // namespace eddy::cli

int main(int count, char** arguments) { return eddy::cli::main(count, arguments); }

// SPDX-License-Identifier: Apache-2.0
/// Verbs of the program: one file each, which adds a subcommand. The table of them is in main.cpp.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace eddy::cli {

/// What main gives to verbs, and what it gets from them.
struct Context {
  std::vector<std::string> command_line;
  /// Set by the verb that was chosen: does the work and returns the exit status. Errors are main's to print.
  std::function<int()> action;
};

constexpr int interrupted_status = 130;  // 128 + SIGINT, as shells have it

void add_run(CLI::App& app, Context& context);
void add_compile(CLI::App& app, Context& context);
void add_check(CLI::App& app, Context& context);
void add_inspect(CLI::App& app, Context& context);
void add_selftest(CLI::App& app, Context& context);
void add_chips(CLI::App& app, Context& context);
void add_tune(CLI::App& app, Context& context);
void add_serve(CLI::App& app, Context& context);

}  // namespace eddy::cli

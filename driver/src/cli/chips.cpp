// SPDX-License-Identifier: Apache-2.0
/// `eddy chips`: the chips that are shipped.
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/verb.hpp"
#include "eddy/chip.hpp"
#include "json_text.hpp"

namespace eddy::cli {
namespace {

void print_table(const std::vector<Chip>& chips) {
  fmt::print("{:<8}  {:>7}  {:>11}  {:>9}  {:>5}  {:>7}\n", "chip", "tiles", "KB a tile", "KB in all", "lanes",
             "gateway");
  for (const Chip& c : chips) {
    fmt::print("{:<8}  {:>7}  {:>11}  {:>9}  {:>5}  {:>7}\n", c.name, fmt::format("{}x{}", c.rows, c.columns),
               c.ram_bytes() / 1024, c.tiles() * (c.ram_bytes() / 1024), c.lanes,
               fmt::format("({}, {})", c.gateway.y, c.gateway.x));
  }
  fmt::print("from {}\n", chip_folder().string());
}

void print_json(const std::vector<Chip>& chips) {
  auto json = nlohmann::ordered_json::array();
  for (const Chip& c : chips) {
    json.push_back({{"name", c.name},
                    {"rows", c.rows},
                    {"columns", c.columns},
                    {"banks", c.banks},
                    {"ram_bytes", c.ram_bytes()},
                    {"lanes", c.lanes},
                    {"axi_bits", c.axi_bits},
                    {"scan_pixels", c.scan_pixels},
                    {"gateway", {{"y", c.gateway.y}, {"x", c.gateway.x}}}});
  }
  fmt::print("{}\n", json_text(json, 2));
}

}  // namespace

void add_chips(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("chips", "list the chips that are shipped");
  auto json = std::make_shared<bool>(false);
  verb->add_flag("--json", *json, "for tools");
  verb->footer("A chip of your own is a JSON file like these; give its path with --chip.");
  verb->callback([json, &context] {
    context.action = [json] {
      *json ? print_json(shipped_chips()) : print_table(shipped_chips());
      return 0;
    };
  });
}

}  // namespace eddy::cli

// SPDX-License-Identifier: Apache-2.0
/// `eddy compile`: from a model to an image file, and a report of where everything went.
#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "cli/options.hpp"
#include "cli/verb.hpp"
#include "eddy/report.hpp"
#include "json_text.hpp"
#include "task/whole_file.hpp"

namespace eddy::cli {
namespace {

namespace fs = std::filesystem;

struct CompileVerb {
  ModelOptions model;
  std::string file, json;
};

int act(const CompileVerb& options) {
  const Prepared p = prepare(options.model.get());
  const fs::path file = !options.file.empty()
                            ? fs::path(options.file)
                            : fs::path("out") / fmt::format("{}-{}.eddy", p.model.stem().string(), p.chip.name);
  if (file.has_parent_path()) fs::create_directories(file.parent_path());
  write_image(p.image(), file);
  if (!options.json.empty()) write_whole(options.json, json_text(compile_report(p), 2) + "\n");
  if (p.weight_choice) fmt::print("{}\n", to_text(*p.weight_choice));
  if (p.mode_choice) fmt::print("{}\n", to_text(*p.mode_choice));
  if (p.partition_choice) fmt::print("{}\n", to_text(*p.partition_choice));
  fmt::print("{}\n{}", to_text(p.quantised.report), to_text(p.compiled.report));
  for (const std::string& note : p.notes) fmt::print("Note: {}\n", note);
  fmt::print("Image {}, digest {}\n", file.string(), digest(p.image()));
  return 0;
}

}  // namespace

void add_compile(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("compile", "make an image file of a network, for a chip");
  auto options = std::make_shared<CompileVerb>();
  options->model.add_to(*verb);
  verb->add_option("-o,--output", options->file, "the image file; out/MODEL-CHIP.eddy unless it is given");
  verb->add_option("--json", options->json, "the report in this file, for tools");
  verb->footer(
      "The clip calibrates ranges and balances the load of the tiles.\n"
      "Examples:\n"
      "  eddy compile\n"
      "  eddy compile --model net.onnx --clip film.mp4 --chip full -o net.eddy\n"
      "  eddy compile --weights int8,c6=int4,c7=int4       these two layers take half of the bytes\n"
      "  eddy compile --weights auto --budget 0.5%         as few bytes as this growth of the error allows\n"
      "  eddy compile --mode auto --state-budget 1.2x      changes where they save most, in little more memory\n"
      "  eddy compile --partitions 20                      the fastest of twenty ways to cut it");
  verb->callback([options, &context] { context.action = [options] { return act(*options); }; });
}

}  // namespace eddy::cli

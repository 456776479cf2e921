// SPDX-License-Identifier: Apache-2.0
/// `eddy inspect`: what is in a model, or in an image file.
#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "cli/verb.hpp"
#include "eddy/image.hpp"
#include "eddy/prepare.hpp"
#include "json_text.hpp"
#include "report/describe.hpp"

namespace eddy::cli {
namespace {

struct InspectVerb {
  std::string what;
  bool json = false;
};

bool is_image(const std::filesystem::path& file) {
  return std::filesystem::is_regular_file(file) && file.extension() != ".onnx";
}

int act(const InspectVerb& options) {
  if (is_image(options.what)) {
    const Image image = read_image(options.what);
    fmt::print("{}", options.json ? json_text(image_json(image), 2) + "\n" : image_text(image));
  } else {
    const Imported model = import_model(options.what);
    fmt::print("{}", options.json ? json_text(model_json(model), 2) + "\n" : model_text(model));
  }
  return 0;
}

}  // namespace

void add_inspect(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("inspect", "show what is in a model or an image file");
  auto options = std::make_shared<InspectVerb>();
  verb->add_option("what", options->what, "a shipped network, an ONNX file, or an image of eddy compile")->required();
  verb->add_flag("--json", options->json, "for tools");
  verb->footer(
      "Examples:\n"
      "  eddy inspect people\n"
      "  eddy inspect out/people-small.eddy --json");
  verb->callback([options, &context] { context.action = [options] { return act(*options); }; });
}

}  // namespace eddy::cli

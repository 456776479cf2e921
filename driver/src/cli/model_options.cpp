// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>
#include <charconv>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include "cli/options.hpp"
#include "eddy/error.hpp"
#include "eddy/networks.hpp"

namespace eddy::cli {
namespace {

const std::string usual_budget = "1%";
const std::string own_group = "Options";  // of a verb: CLI11's name for what has no other

int bits_of(const std::string& text, const std::string& all) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    throw UsageError(fmt::format("--bits {}: expected a number, or LAYER=NUMBER", all));
  return value;
}

WeightFormat format_of(const std::string& text, const std::string& all) {
  if (const auto format = weight_format(text)) return *format;
  throw UsageError(fmt::format(
      "--weights {}: expected int16, int8, int4, int2, fp16, code8, code4, code2, LAYER=FORMAT, or auto", all));
}

Mode mode_of(const std::string& text, const std::string& all) {
  if (text == "temporal") return Mode::temporal;
  if (text == "spatial") return Mode::spatial;
  throw UsageError(fmt::format("--mode {}: expected temporal, spatial, LAYER=MODE, or auto", all));
}

/// "64KB", "1MB", "65536"; "50%"; "1.2x".
StateBudget state_budget_of(const std::string& text) {
  double value = 0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  const std::string_view unit(end, last);
  using Of = StateBudget::Of;
  if (error == std::errc{} && value >= 0) {
    if (unit.empty()) return {Of::bytes, value};
    if (unit == "KB") return {Of::bytes, 1024 * value};
    if (unit == "MB") return {Of::bytes, 1024 * 1024 * value};
    if (unit == "%") return {Of::share, value / 100};
    if (unit == "x" && value >= 1) return {Of::memory, value};
  }
  throw UsageError(fmt::format(
      "--state-budget {}: expected bytes as 64KB, a share as 50%, or a multiple of the memory as 1.2x", text));
}

/// "8", "c3=12": each goes to `all`, or with its layer to `by_layer`.
template <typename T, typename Parse>
void read_by_layer(const std::vector<std::string>& texts, auto& all, std::map<std::string, T>& by_layer, Parse parse) {
  for (const std::string& text : texts) {
    const auto equals = text.rfind('=');
    if (equals == std::string::npos)
      all = parse(text, text);
    else
      by_layer[text.substr(0, equals)] = parse(text.substr(equals + 1), text);
  }
}

}  // namespace

std::string shell_word(const std::string& text) {
  const bool plain = !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("-_./:,=+@%").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (plain) return text;
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

double read_share(const std::string& option, const std::string& text) {
  double value = 0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  const std::string_view rest(end, last);
  if (error != std::errc{} || !(rest.empty() || rest == "%"))
    throw UsageError(fmt::format("{} {}: expected a share, as 0.5% or 0.005", option, text));
  return rest.empty() ? value : value / 100;
}

void ModelOptions::add_to(CLI::App& verb) {
  verb.add_option("model,--model", model,
                  fmt::format("a shipped network ({}), an ONNX file, or a folder with one",
                              fmt::join(shipped_networks(), ", ")))
      ->capture_default_str()
      ->group("Network and clip");
  verb.add_option(
          "clip,--clip", clip,
          "video, folder of images, .npy, - (raw u8 frames on standard input), generated[:SEED]; of several inputs "
          "NAME=CLIP,NAME=CLIP; the model's own where it has one")
      ->group("Network and clip");
  verb.add_option("--frames", frames,
                  "frames A:B of the clip, without B; as many as there are, 120 at most, unless given")
      ->group("Network and clip");
  verb.add_option("--chip", chip, "a shipped chip (eddy chips), or a chip's JSON file")
      ->capture_default_str()
      ->group("Network and clip");
  verb.add_option("--tap", taps_, "an inner tensor, or a node for its output, that becomes an output too")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->group("Network and clip");
  verb.add_option("--partitions", partitions_,
                  "compile so many times, each with a seed of its own, and take what is fastest by the model with time")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str()
      ->group("Network and clip");
  verb.add_option("--seed", seed, "of all that is left to chance")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->group("Network and clip");

  const char* group = "How the model wants its input (else input.json beside it)";
  verb.add_option("--input", input_file_, "a file like input.json, instead of it")->group(group);
  verb.add_option("--channels", channels_, "gray, rgb or bgr")
      ->check(CLI::IsMember({"gray", "rgb", "bgr"}))
      ->group(group);
  verb.add_option("--resize", resize_, "stretch, fit or crop")
      ->check(CLI::IsMember({"stretch", "fit", "crop"}))
      ->group(group);
  verb.add_option("--scale", scale_, "the input is (pixel * scale - mean) / std")->group(group);
  verb.add_option("--mean", mean_, "one number, or one a channel: 0.485,0.456,0.406")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->group(group);
  verb.add_option("--std", std_, "one number, or one a channel")->delimiter(',')->allow_extra_args(false)->group(group);

  group = "What is worth an event";
  verb.add_option("--mode", modes_,
                  "what layers send. temporal: changes; spatial: values that are not zero; by layer: "
                  "temporal,c3=spatial; auto: changes where they save products")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->default_str("temporal")
      ->group(group);
  verb.add_option("--state-budget", state_budget_,
                  "with --mode auto: what may be kept from frame to frame, as 64KB or 50% of what changes in all "
                  "layers need; or 1.2x: accumulators and references over those of values in all layers")
      ->group(group);
  verb.add_option("--theta-pixel", theta_pixel_, "threshold of pixels, in grey levels")
      ->check(CLI::Range(0, 255))
      ->group(group);
  verb.add_option("--theta", theta_, "threshold of all layers, as a share of their range")
      ->check(CLI::Range(0.0, 1.0))
      ->group(group);
  verb.add_option("--thresholds", thresholds_, "thresholds by layer, instead of thresholds.json beside the model")
      ->group(group);
  verb.add_option("--bits", bits_,
                  "magnitude bits of activations, 8 to 14 (FP16: 10, or 11 without negative values); by layer: 8,c3=12")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->default_str("8, of FP16 as many as there may be")
      ->group(group);
  verb.add_option("--weights", weights_,
                  "format of weights: int16, int8, int4 or int2; fp16, or code8, code4, code2 for FP16 values from a "
                  "table, with events in FP16; by layer: int8,c3=int4; auto: fewer bits where --budget allows. "
                  "Additions and averages have their own")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->default_str("int8, of a model in FP16 fp16")
      ->group("How weights are kept");
  verb.add_option("--budget", budget_,
                  "with --weights auto: by how much the error of the outputs may grow, root mean square on the "
                  "calibration frames, as a share of their range")
      ->default_str(usual_budget)
      ->group("How weights are kept");
}

std::string ModelOptions::command_line(const CLI::App& verb, std::initializer_list<std::string_view> but) const {
  std::string text;
  for (const CLI::Option* option : verb.get_options()) {
    const std::string name = option->get_lnames().empty() ? "" : option->get_lnames().front();
    if (option->count() == 0 || option->get_group() == own_group || std::ranges::count(but, name) > 0) continue;
    text += fmt::format(" --{} {}", name, shell_word(fmt::format("{}", fmt::join(option->results(), ","))));
  }
  return text;
}

PrepareOptions ModelOptions::get() const {
  PrepareOptions options;
  options.model = model;
  options.clip = clip;
  if (!frames.empty()) options.frames = parse_range(frames);
  options.chip = chip;
  options.taps = taps_;
  options.input.file = input_file_;
  if (!channels_.empty())
    options.input.channels = channels_ == "gray" ? Channels::gray : channels_ == "rgb" ? Channels::rgb : Channels::bgr;
  if (!resize_.empty())
    options.input.resize = resize_ == "fit" ? Resize::fit : resize_ == "crop" ? Resize::crop : Resize::stretch;
  options.input.scale = scale_;
  options.input.mean = mean_;
  options.input.std = std_;
  options.thresholds = thresholds_;
  options.theta_pixel = theta_pixel_;
  options.theta = theta_;
  std::vector<std::string> modes = modes_;
  options.choose_modes = std::erase(modes, "auto") > 0;
  read_by_layer(modes, options.mode, options.layer_modes, mode_of);
  if (!state_budget_.empty()) {
    if (!options.choose_modes) throw UsageError("--state-budget goes with --mode auto");
    options.state_budget = state_budget_of(state_budget_);
  }
  read_by_layer(bits_, options.bits, options.layer_bits, bits_of);
  std::vector<std::string> weights = weights_;
  const bool choose = std::erase(weights, "auto") > 0;
  if (!choose && !budget_.empty()) throw UsageError("--budget goes with --weights auto");
  if (choose) options.weight_budget = read_share("--budget", budget_.empty() ? usual_budget : budget_);
  read_by_layer(weights, options.weights, options.layer_weights, format_of);
  options.compile.seed = seed;
  options.partitions = partitions_;
  options.say = [](const std::string& text) { spdlog::info(text); };
  return options;
}

}  // namespace eddy::cli

// SPDX-License-Identifier: Apache-2.0
#include "eddy/compile.hpp"

#include <algorithm>
#include <optional>
#include <random>

#include <fmt/format.h>

#include "compile/cut.hpp"
#include "compile/encode.hpp"
#include "compile/fits.hpp"
#include "compile/load.hpp"
#include "compile/memory.hpp"
#include "compile/report.hpp"
#include "compile/search.hpp"
#include "eddy/error.hpp"

namespace eddy {
namespace {

using namespace mapping;

constexpr int ChanceTries = 200;  // of a partition by chance, until one fits
constexpr int MostSplitsByChance = 3;
constexpr int AdviceIterations = 20;  // of the search that asks whether something would fit

class Compiler {
 public:
  Compiler(const Network& network, const Chip& chip, const LoadProfile& profile, const CompileOptions& options)
      : network_(network), chip_(chip), options_(options), traits_(network), maps_(network, profile) {}

  Compiled run() {
    std::optional<Compiled> result = options_.random_partition ? by_chance() : by_search();
    if (result) return std::move(*result);
    throw FitError(
        fmt::format("network {} does not fit on chip {}: {}{}", network_.name, chip_.name, shortage(), advice()));
  }

  Compiled encode_partition(Partition partition) {
    const Plan plan = make_plan(network_, traits_, partition.slices);
    Compiled result;
    result.image = encode_plan(network_, chip_, plan, options_);
    result.report = make_report(network_, chip_, maps_, plan, partition, result.image);
    result.partition = std::move(partition);
    return result;
  }

  bool fits() { return by_search().has_value(); }

 private:
  std::optional<Compiled> attempt(Partition partition) {
    try {
      return encode_partition(std::move(partition));
    } catch (const FitError& error) {
      problem_ = error.what();
      return std::nullopt;
    }
  }

  std::optional<Compiled> by_search() {
    for (auto& candidate : search(network_, traits_, maps_, chip_, options_)) {
      if (auto result = attempt(std::move(candidate.partition))) return result;
    }
    return std::nullopt;
  }

  std::optional<Compiled> by_chance() {
    std::mt19937_64 random(options_.seed);
    for (int i = 0; i < ChanceTries; ++i) {
      Partition partition;
      partition.splits.resize(network_.layers.size());
      for (std::size_t l = 1; l < network_.layers.size(); ++l) {
        const SplitLimits most = split_limits(network_.layers[l]);
        const auto pick = [&](int limit) {
          return std::uniform_int_distribution<int>(1, std::min(limit, MostSplitsByChance))(random);
        };
        partition.splits[l] = {pick(most.rows), pick(most.columns), pick(most.channels)};
      }
      partition.slices = cut_by_chance(network_, partition.splits, chip_.tiles(), random);
      std::ranges::stable_sort(partition.slices, {}, &Slice::tile);
      if (auto result = attempt(std::move(partition))) return result;
    }
    return std::nullopt;
  }

  /// What is short: the sum of memory, or tiles that hold the pieces; and the limit that encoding broke.
  [[nodiscard]] std::string shortage() const {
    std::int64_t words = 0;
    for (int l = 1; l < static_cast<int>(network_.layers.size()); ++l) {
      const Shape& out = network_.layers[static_cast<std::size_t>(l)].out;
      const Slice whole{.layer = l, .rows = out.h, .cols = out.w, .channels = out.c};
      words += plan_population(network_, traits_, whole).needs.ram();
    }
    const std::int64_t need = words * 4 * chip_.lanes / 1024;
    const std::int64_t have = std::int64_t{chip_.ram_bytes()} * chip_.tiles() / 1024;
    std::string text =
        need > have
            ? fmt::format("it needs at least {} KB of memory in {} tiles, there are {} KB", need, chip_.tiles(), have)
            : fmt::format(
                  "whole, its layers take {} of the {} KB in {} tiles, but no cut was found whose pieces fit "
                  "tiles of {} KB: pieces of rows or columns each hold the weights again",
                  need, have, chip_.tiles(), chip_.ram_bytes() / 1024);
    if (!problem_.empty()) text += fmt::format(" ({})", problem_);
    return text;
  }

  [[nodiscard]] std::string advice() const {
    for (const Chip& larger : shipped_chips()) {
      if (larger.tiles() * larger.ram_words() <= chip_.tiles() * chip_.ram_words()) continue;
      if (eddy::fits(network_, larger, options_)) return fmt::format(". Chip {} would do", larger.name);
    }
    return ". No shipped chip would do";
  }

  const Network& network_;
  const Chip chip_;
  const CompileOptions options_;
  NetworkTraits traits_;
  LoadMaps maps_;
  std::string problem_;
};

}  // namespace

Compiled compile(const Network& network, const Chip& chip, const LoadProfile& profile, const CompileOptions& options) {
  return Compiler(network, chip, profile, options).run();
}

bool fits(const Network& network, const Chip& chip, const CompileOptions& options) {
  CompileOptions quick = options;
  quick.iterations = std::min(quick.iterations, AdviceIterations);
  quick.random_partition = false;
  quick.splits.clear();
  return Compiler(network, chip, {}, quick).fits();
}

Image encode(const Network& network, const Chip& chip, const Partition& partition, const LoadProfile& profile,
             const CompileOptions& options) {
  return Compiler(network, chip, profile, options).encode_partition(partition).image;
}

}  // namespace eddy

// SPDX-License-Identifier: Apache-2.0
#include "eddy/sim/tile_array.hpp"

#include <algorithm>
#include <stdexcept>

#include "harness/common.hpp"
#include "harness/tile_array_impl.hpp"

namespace eddy::sim {
namespace {

constexpr int MostTiles = 16;  // a side

}  // namespace

TileArray::Impl::Impl(const ArrayOptions& options)
    : rows(options.rows), columns(options.columns), skip_quiet_(options.skip_quiet) {
  if (rows < 1 || rows > MostTiles || columns < 1 || columns > MostTiles) {
    throw std::invalid_argument("an array of " + std::to_string(rows) + " x " + std::to_string(columns) +
                                " tiles: a side has 1 to 16");
  }
  const auto count = static_cast<std::size_t>(rows * columns);
  for (VerilatedContext& context : contexts_) {
    context.randReset(2);
    context.randSeed(context_seed(options.seed));
  }
  contexts_[1].traceEverOn(true);
  const auto& chosen = options.waves.tiles;
  const auto with_waves = [&](int y, int x) {
    if (options.waves.file.empty()) return false;
    return chosen.empty() || std::find(chosen.begin(), chosen.end(), std::pair(y, x)) != chosen.end();
  };
  for (const auto& [y, x] : chosen) index(y, x);  // throws for a tile that is not there

  tiles_.reserve(count);
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < columns; ++x) {
      tiles_.emplace_back(contexts_[with_waves(y, x) ? 1 : 0], y, x);
      const auto at = [&](int row, int column) {
        return static_cast<std::uint32_t>((row + rows) % rows * columns + (column + columns) % columns);
      };
      neighbours_.push_back({at(y - 1, x), at(y, x + 1), at(y + 1, x), at(y, x - 1)});
    }
  }
  for (auto& buffer : inputs_) buffer.resize(count);
  for (auto& buffer : awake_) buffer.resize((count + 7) / 8 * 8);
  last_edge_.resize(count);
  chains_.resize(count);
  faults_.resize(count);
  ends_.resize(count, unused_end());
  end_used_.resize(count);
  stepped_.reserve(count);

  const int threads = std::clamp(options.threads, 1, static_cast<int>(count));
  members_.resize(static_cast<std::size_t>(threads));
  if (threads > 1) {
    crew_ = std::make_unique<Crew>(threads, [this] { Verilated::threadContextp(&contexts_[0]); });
  }

  if (!options.waves.file.empty()) waves_ = std::make_unique<WaveFile>(contexts_[1], options.waves);
  reset();
}

std::size_t TileArray::Impl::index(int y, int x) const {
  if (y < 0 || y >= rows || x < 0 || x >= columns) {
    throw std::out_of_range("no tile (" + std::to_string(y) + "," + std::to_string(x) + ")");
  }
  return static_cast<std::size_t>(y * columns + x);
}

void TileArray::Impl::reset() {
  for (std::size_t tile = 0; tile < tiles_.size(); ++tile) {
    tiles_[tile].reset(rows, columns);
    tiles_[tile].read_io(ends_[tile]);
    inputs_[0][tile] = inputs_[1][tile] = {};
    chains_[tile] = last_edge_[tile] = 0;
    awake_[now_][tile] = tiles_[tile].active();
    awake_[now_ ^ 1U][tile] = 0;
  }
  cycle = evaluated = 0;
}

TileArray::TileArray(const ArrayOptions& options) : impl_(std::make_unique<Impl>(options)) {}
TileArray::~TileArray() = default;

int TileArray::rows() const { return impl_->rows; }
int TileArray::columns() const { return impl_->columns; }
void TileArray::reset() { impl_->reset(); }
void TileArray::step() { impl_->step(on_trace); }
std::uint64_t TileArray::cycle() const { return impl_->cycle; }
bool TileArray::quiet() const { return impl_->quiet(); }
std::uint64_t TileArray::checksum() const { return impl_->checksum(); }
IoEnd& TileArray::io(int y, int x) { return impl_->io(impl_->index(y, x)); }
void TileArray::write_ram(int y, int x, std::uint32_t word, std::span<const std::uint32_t> lanes) {
  impl_->state(impl_->index(y, x)).write_ram(word, lanes);
}
void TileArray::read_ram(int y, int x, std::uint32_t word, std::span<std::uint32_t> lanes) const {
  impl_->state(impl_->index(y, x)).read_ram(word, lanes);
}
void TileArray::write_host(int y, int x, std::span<const HostWrite> writes) {
  impl_->write_host(impl_->index(y, x), writes);
}
void TileArray::save(std::ostream& out) { impl_->save(out); }
void TileArray::restore(std::istream& in) { impl_->restore(in); }
void TileArray::add_fault(const Fault& fault) { impl_->add_fault(fault); }
std::size_t TileArray::faults_pending() const { return impl_->faults_pending(); }
std::string TileArray::who_waits() const { return impl_->who_waits(); }
std::uint64_t TileArray::evaluated() const { return impl_->evaluated; }

}  // namespace eddy::sim

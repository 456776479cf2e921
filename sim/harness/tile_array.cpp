// SPDX-License-Identifier: Apache-2.0
#include "eddy/sim/tile_array.hpp"

#include <verilated.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <stdexcept>

#include "harness/checksum.hpp"
#include "harness/common.hpp"
#include "harness/crew.hpp"
#include "harness/link.hpp"
#include "harness/link_faults.hpp"
#include "harness/tile.hpp"
#include "harness/wave_file.hpp"

namespace eddy::sim {
namespace {

constexpr int MostTiles = 16;        // a side
constexpr std::size_t FewTiles = 3;  // fewer are not worth a second thread

}  // namespace

class TileArray::Impl {
 public:
  explicit Impl(const ArrayOptions& options);
  // Verilator takes a model's scopes out of the thread's context: another model's, ended before, must not be it.
  ~Impl() { Verilated::threadContextp(&contexts_[0]); }

  void reset();
  void step(const std::function<void(int, int, const pkg::trace_t&)>& on_trace);
  [[nodiscard]] bool quiet() const;
  [[nodiscard]] std::uint64_t checksum() const;
  IoEnd& io(std::size_t tile);
  void write_host(std::size_t tile, std::span<const HostWrite> writes);
  void save(std::ostream& out);
  void restore(std::istream& in);
  void add_fault(const Fault& fault);
  [[nodiscard]] std::size_t faults_pending() const;
  [[nodiscard]] std::string who_waits() const;
  [[nodiscard]] const TileState& state(std::size_t tile) const { return tiles_[tile].state(); }
  std::size_t index(int y, int x) const;

  const int rows;
  const int columns;
  std::uint64_t cycle = 0;
  std::uint64_t evaluated = 0;

 private:
  struct Seen {
    std::size_t tile;
    TraceWords trace;
  };
  /// What one member of the crew collects in a cycle.
  struct alignas(64) Member {
    std::vector<Seen> seen;
  };

  /// Tiles that must be stepped in this cycle, into stepped_.
  void find_awake();
  void share(void (Impl::*half)(std::size_t tile, Member& member));
  void show_traces(const std::function<void(int, int, const pkg::trace_t&)>& on_trace);
  void low_half(std::size_t tile, Member& member);
  void high_half(std::size_t tile, Member& member);
  void whole(std::size_t tile, Member& member);
  /// Gives the tile what came for it, through one of its calls.
  void feed(std::size_t tile, void (Tile::*call)(const LinkInputs&, const IoEnd&, std::uint32_t));
  /// After the edge: hands on what the tile puts out.
  void pass_on(std::size_t tile, Member& member);
  /// Flags are set by several threads, all to the same value.
  void wake(unsigned buffer, std::size_t tile) {
    std::atomic_ref(awake_[buffer][tile]).store(1, std::memory_order_relaxed);
  }

  // Of the tiles without waves, and of those with: a file takes all models of a context. They live longer than the
  // models.
  std::array<VerilatedContext, 2> contexts_;
  bool skip_quiet_;
  std::vector<Tile> tiles_;
  std::vector<std::array<std::uint32_t, kLinks>> neighbours_;

  // Two buffers: a cycle reads and clears one, and fills the other. What a quiet tile costs is a byte of awake_.
  unsigned now_ = 0;
  std::array<std::vector<LinkInputs>, 2> inputs_;
  std::array<std::vector<std::uint8_t>, 2> awake_;  // there is input, or the tile itself goes on; whole 64-bit words

  std::vector<std::uint64_t> last_edge_;  // cycle of the tile's last edge
  std::vector<std::uint64_t> chains_;     // of the checksum
  std::vector<std::unique_ptr<LinkFaults>> faults_;
  std::vector<IoEnd> ends_;
  std::vector<std::uint8_t> end_used_;
  std::vector<std::size_t> used_ends_;

  std::vector<std::uint32_t> stepped_;
  bool tracing_ = false;
  std::vector<Member> members_;
  std::vector<Seen> shown_;     // of all members, in the order of tiles
  std::unique_ptr<Crew> crew_;  // none: one thread
  std::unique_ptr<WaveFile> waves_;
};

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

void TileArray::Impl::find_awake() {
  std::vector<std::uint8_t>& awake = awake_[now_];
  for (const std::size_t tile : used_ends_) {
    if (ends_[tile].in_valid) awake[tile] = 1;
  }
  stepped_.clear();
  if (!skip_quiet_) {
    for (std::uint32_t tile = 0; tile < tiles_.size(); ++tile) stepped_.push_back(tile);
    std::fill(awake.begin(), awake.end(), std::uint8_t{0});
    return;
  }
  for (std::uint32_t group = 0; group < awake.size(); group += 8) {
    std::uint64_t flags = 0;
    std::memcpy(&flags, &awake[group], sizeof flags);
    if (flags == 0) continue;
    for (std::uint32_t tile = group; tile < group + 8; ++tile) {
      if (awake[tile]) stepped_.push_back(tile);
    }
    std::memset(&awake[group], 0, sizeof flags);
  }
}

void TileArray::Impl::whole(std::size_t tile, Member& member) {
  feed(tile, &Tile::cycle);
  pass_on(tile, member);
}

void TileArray::Impl::low_half(std::size_t tile, Member&) { feed(tile, &Tile::low); }

void TileArray::Impl::high_half(std::size_t tile, Member& member) {
  tiles_[tile].high();
  pass_on(tile, member);
}

void TileArray::Impl::feed(std::size_t tile, void (Tile::*call)(const LinkInputs&, const IoEnd&, std::uint32_t)) {
  LinkInputs& links = inputs_[now_][tile];
  if (faults_[tile]) faults_[tile]->credits(links.credit);
  (tiles_[tile].*call)(links, ends_[tile], static_cast<std::uint32_t>(cycle + 1 - last_edge_[tile]));
  last_edge_[tile] = cycle + 1;
  links = {};
}

void TileArray::Impl::pass_on(std::size_t tile, Member& member) {
  Tile& t = tiles_[tile];
  const unsigned next = now_ ^ 1U;
  if (end_used_[tile]) {
    IoEnd& end = ends_[tile];
    if (end.out_valid && end.out_ready) chain_flit(chains_[tile], cycle, kIoPort, 0, end.out_flit);
    t.read_io(end);
  }

  LinkFaults* const faults = faults_[tile].get();
  for (std::size_t port = 0; port < kLinks; ++port) {
    LinkFlit link = t.link(port);
    if (link.valid) chain_flit(chains_[tile], cycle, port, link.vc, link.flit);
    if (faults) faults->pass(port, link);
    const std::uint8_t credit = t.credit(port);
    if (!link.valid && credit == 0) continue;

    const std::size_t neighbour = neighbours_[tile][port];
    LinkInputs& to = inputs_[next][neighbour];
    if (link.valid) {
      to.flit[opposite(port)] = link.flit;
      to.link[opposite(port)] = static_cast<std::uint8_t>(2U | link.vc);
    }
    to.credit[opposite(port)] = credit;
    wake(next, neighbour);
  }
  if (t.active() || (faults && faults->owes())) wake(next, tile);

  if (tracing_) {
    TraceWords words{};
    if (t.trace(words)) member.seen.push_back({tile, words});
  }
}

void TileArray::Impl::share(void (Impl::*half)(std::size_t tile, Member& member)) {
  if (!crew_ || stepped_.size() < FewTiles) {
    for (const std::size_t tile : stepped_) (this->*half)(tile, members_[0]);
    return;
  }
  crew_->run(stepped_.size(),
             [&](std::size_t item, std::size_t member) { (this->*half)(stepped_[item], members_[member]); });
}

void TileArray::Impl::step(const std::function<void(int, int, const pkg::trace_t&)>& on_trace) {
  tracing_ = static_cast<bool>(on_trace);
  find_awake();
  if (waves_ && waves_->records(cycle)) {
    share(&Impl::low_half);
    waves_->dump(cycle, 0);
    share(&Impl::high_half);
    waves_->dump(cycle, 1);
  } else {
    share(&Impl::whole);
  }
  now_ ^= 1U;
  ++cycle;
  evaluated += stepped_.size();

  if (tracing_) show_traces(on_trace);
}

void TileArray::Impl::show_traces(const std::function<void(int, int, const pkg::trace_t&)>& on_trace) {
  shown_.clear();
  for (Member& member : members_) {
    shown_.insert(shown_.end(), member.seen.begin(), member.seen.end());
    member.seen.clear();
  }
  if (crew_) std::sort(shown_.begin(), shown_.end(), [](const Seen& a, const Seen& b) { return a.tile < b.tile; });
  for (const Seen& seen : shown_) {
    const auto tile = static_cast<int>(seen.tile);
    on_trace(tile / columns, tile % columns, pkg::trace_t::unpack(seen.trace));
  }
}

bool TileArray::Impl::quiet() const {
  return std::all_of(awake_[now_].begin(), awake_[now_].end(), [](std::uint8_t flag) { return flag == 0; }) &&
         std::none_of(used_ends_.begin(), used_ends_.end(), [&](std::size_t tile) { return ends_[tile].in_valid; });
}

std::uint64_t TileArray::Impl::checksum() const {
  std::uint64_t sum = 0;
  for (std::size_t tile = 0; tile < chains_.size(); ++tile) sum += tile_part(chains_[tile], tile);
  return sum;
}

IoEnd& TileArray::Impl::io(std::size_t tile) {
  if (!end_used_[tile]) {
    end_used_[tile] = 1;
    used_ends_.push_back(tile);
    ends_[tile].out_ready = false;
  }
  tiles_[tile].read_io(ends_[tile]);
  return ends_[tile];
}

// The tile alone is clocked, and the messages come in at its i/o end: what they do is what they would do in a run.
void TileArray::Impl::write_host(std::size_t tile, std::span<const HostWrite> writes) {
  if (!quiet()) throw std::logic_error("the back door is open only while all tiles are quiet");
  Tile& t = tiles_[tile];
  const int y = static_cast<int>(tile) / columns, x = static_cast<int>(tile) % columns;
  IoEnd end;
  t.read_io(end);
  for (std::size_t done = 0; done < writes.size() || t.active();) {
    end.in_valid = done < writes.size();
    if (end.in_valid) end.in_flit = write_flit(y, x, writes[done]);
    done += end.in_valid && end.in_ready;
    t.cycle({}, end, 0);
    t.read_io(end);
    for (std::size_t port = 0; port < kLinks; ++port) {
      if (t.link(port).valid) throw std::logic_error("a tile that is written by the back door has sent a message");
    }
  }
}

// A quiet array has nothing in its buffers.
void TileArray::Impl::save(std::ostream& out) {
  if (!quiet()) throw std::logic_error("a state is saved only while all tiles are quiet");
  put(out, cycle);
  put(out, evaluated);
  put(out, last_edge_);
  put(out, chains_);
  put(out, ends_);
  for (Tile& tile : tiles_) tile.save(out);
}

void TileArray::Impl::restore(std::istream& in) {
  get(in, cycle);
  get(in, evaluated);
  get(in, last_edge_);
  get(in, chains_);
  get(in, ends_);
  for (Tile& tile : tiles_) tile.restore(in);
  for (auto& buffer : inputs_) std::ranges::fill(buffer, LinkInputs{});
  for (auto& buffer : awake_) std::ranges::fill(buffer, std::uint8_t{0});
}

void TileArray::Impl::add_fault(const Fault& fault) {
  std::unique_ptr<LinkFaults>& faults = faults_[index(fault.y, fault.x)];
  if (!faults) faults = std::make_unique<LinkFaults>();
  faults->add(fault);
}

std::size_t TileArray::Impl::faults_pending() const {
  std::size_t sum = 0;
  for (const auto& faults : faults_) sum += faults ? faults->pending() : 0;
  return sum;
}

std::string TileArray::Impl::who_waits() const {
  std::string text;
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < columns; ++x) {
      const Tile& tile = tiles_[index(y, x)];
      const std::string name = "tile (" + std::to_string(y) + "," + std::to_string(x) + ")";
      if (tile.active()) text += name + " is at work\n";
      if (tile.waiting()) text += name + " has events or tokens that wait for its MAC\n";
      text += tile.state().who_waits(y, x, tile.wait());
    }
  }
  return text;
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

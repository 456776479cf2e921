// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <optional>
#include <random>
#include <utility>

#include <fmt/format.h>

#include "device/model/gateway.hpp"
#include "device/model/places.hpp"
#include "eddy/device.hpp"
#include "eddy/error.hpp"

namespace eddy {
namespace {

using namespace model;

constexpr int MostEntries = 64;  // of a queue, integrated in one turn

class ModelDevice final : public Device, private Fabric {
 public:
  explicit ModelDevice(std::uint64_t seed) : seed_(seed) {}

  [[nodiscard]] std::string backend() const override { return "model"; }

  void load(const Image& image) override {
    random_.seed(seed_);
    tiles_.clear();
    most_ahead_ = 2;
    places_.emplace(image);
    const int words = image.banks * static_cast<int>(pkg::BankWords);
    for (const TileImage& tile : image.tiles) {
      tiles_.push_back(std::make_unique<Tile>(tile, words));
      most_ahead_ += 2 * tiles_.back()->populations();
    }
    gateway_.emplace(image.gateway);
    gateway_->set_frames_in_flight(in_flight_);
    submitted_ = collected_ = 0;
  }

  void set_frames_in_flight(int frames) override {
    in_flight_ = frames;
    if (gateway_) gateway_->set_frames_in_flight(frames);
  }

  void submit(const Frame& frame) override {
    if (!gateway_) throw UsageError("model: no image is loaded");
    gateway_->submit(*this, frame);
    ++submitted_;
  }

  FrameResult collect() override {
    if (collected_ == submitted_) throw UsageError("model: no frame is in flight");
    while (!gateway_->finished()) {
      if (!turn()) throw RunError("model: no part can go on. Who waits for what:\n" + waiting());
    }
    ++collected_;
    return gateway_->take();
  }

  std::vector<TileCounters> counters() override {
    while (turn()) {
    }
    std::vector<TileCounters> result;
    for (const auto& tile : tiles_) result.push_back(tile->counters());
    return result;
  }

  [[nodiscard]] std::uint64_t cycles() const override { return 0; }

  bool trace(std::function<void(const Firing&)> f) override {
    trace_ = std::move(f);
    return true;
  }

 private:
  void send(const Message& message) override {
    if (message.dest.io)
      gateway_->receive(*this, message);
    else
      tiles_[(*places_)[message.dest.tile]]->receive(message);
  }

  /// Gives every part a turn, in an order by chance. False where none had anything to do.
  bool turn() {
    bool any = false;
    const std::size_t parts = tiles_.size() + 1, first = random_() % parts;
    for (std::size_t i = 0; i < parts; ++i) {
      const std::size_t part = (first + i) % parts;
      if (part == tiles_.size()) {
        if (!gateway_->ready()) continue;
        gateway_->step(*this, trace_);
        any = true;
      } else if (tiles_[part]->busy()) {
        step(*tiles_[part]);
        any = true;
      }
    }
    return any;
  }

  void step(Tile& tile) {
    for (std::size_t entries = 1 + random_() % MostEntries; entries > 0 && tile.queued(); --entries)
      tile.integrate_next();
    tile.sweep_next(*this, trace_);
    if (tile.frames() > submitted_ + most_ahead_)
      throw RunError(fmt::format("model: {} runs ahead of all frames: it waits for nobody", name_of(tile.place())));
  }

  [[nodiscard]] std::string waiting() const {
    std::string text = gateway_->waiting();
    for (const auto& tile : tiles_) text += tile->waiting();
    return text;
  }

  std::uint64_t seed_;
  std::mt19937_64 random_;
  std::vector<std::unique_ptr<Tile>> tiles_;
  std::optional<Places> places_;
  std::optional<Gateway> gateway_;
  std::function<void(const Firing&)> trace_;
  // Credit lets a population run two frames ahead of those that it sends to.
  int most_ahead_ = 2;
  int in_flight_ = 1;
  int submitted_ = 0, collected_ = 0;
};

}  // namespace

std::unique_ptr<Device> make_model_device(std::uint64_t seed) { return std::make_unique<ModelDevice>(seed); }

}  // namespace eddy

// SPDX-License-Identifier: Apache-2.0
/// Runs that go on from a saved state.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "eddy/error.hpp"
#include "eddy/run.hpp"
#include "eddy/sim_device.hpp"
#include "file_bytes.hpp"
#include "temp_folder.hpp"

namespace eddy {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr int AllFrames = 5, SavedFrames = 2;

Prepared prepared_digits(const std::string& mode) {
  PrepareOptions options;
  options.model = EDDY_TESTVECTORS "/networks/digits";
  options.chip = "tiny";
  options.frames = FrameRange{0, AllFrames};
  options.mode = mode == "spatial" ? Mode::spatial : Mode::temporal;
  return prepare(options);
}

/// The first frames of a clip.
class FirstFrames : public Clip {
 public:
  FirstFrames(std::unique_ptr<Clip> clip, int frames) : clip_(std::move(clip)), left_(frames) {}
  std::optional<Picture> next() override { return left_-- > 0 ? clip_->next() : std::nullopt; }

 private:
  std::unique_ptr<Clip> clip_;
  int left_;
};

class SavedRun : public ::testing::TestWithParam<std::string> {
 protected:
  RunResult go(int frames, const RunOptions& options, std::uint64_t seed = 1) const {
    const auto device = make_sim_device(prepared.chip, {.seed = seed});
    FirstFrames clip(open_frames(prepared), frames);
    return run(prepared, *device, clip, options);
  }

  const Prepared prepared = prepared_digits(GetParam());
  const TempFolder folder;
  const fs::path file = folder / "state", other = folder / "other";
};

TEST_P(SavedRun, GoesOnToTheCycleAsTheRunThatSavedIt) {
  const RunResult first = go(SavedFrames, {.save = file});
  ASSERT_TRUE(first.match());
  EXPECT_EQ(first.saved, SavedFrames);
  const RunResult whole = go(AllFrames, {.save = other, .save_every = SavedFrames});
  ASSERT_TRUE(whole.match());

  const SavedState state(file);
  EXPECT_EQ(state.frames(), SavedFrames);
  std::vector<int> frames;
  RunOptions options{.on_frame = [&](int frame, const Picture&, std::span<const Tensor>) { frames.push_back(frame); }};
  options.from = &state;
  // The state brings its own registers: another seed must not show. Nor may one more saved on the way be missing.
  options.save = file;
  options.save_every = SavedFrames;
  const RunResult rest = go(AllFrames, options, 7);
  ASSERT_TRUE(rest.match());
  EXPECT_EQ(rest.skipped, SavedFrames);
  EXPECT_EQ(rest.frames, AllFrames - SavedFrames);
  EXPECT_EQ(frames, (std::vector{2, 3, 4}));
  const auto behind = [](const std::vector<std::uint64_t>& all) {
    return std::vector(all.begin() + SavedFrames, all.end());
  };
  EXPECT_EQ(rest.first_cycles, behind(whole.first_cycles));
  EXPECT_EQ(rest.last_cycles, behind(whole.last_cycles));
  EXPECT_GT(rest.events_checked, 0);
  for (std::size_t l = 0; l < whole.layers.size(); ++l) {
    EXPECT_EQ(rest.layers[l].counts, whole.layers[l].counts);
    EXPECT_EQ(rest.layers[l].events_in, whole.layers[l].events_in);
    EXPECT_EQ(rest.layers[l].mac_words, whole.layers[l].mac_words);
  }
  EXPECT_EQ(SavedState(file).frames(), AllFrames);
}

INSTANTIATE_TEST_SUITE_P(Modes, SavedRun, ::testing::Values("temporal", "spatial"),
                         [](const auto& test) { return test.param; });

template <typename F>
std::string error_of(F&& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

class BadState : public SavedRun {};

TEST_P(BadState, IsRefused) {
  ASSERT_TRUE(go(1, {.save = file}).match());
  const std::string bytes = bytes_of(file);
  const auto refused = [&](const std::string& changed) {
    std::ofstream(other, std::ios::binary) << changed;
    return error_of([&] { const SavedState state(other); });
  };
  EXPECT_EQ(refused(bytes), "no error");
  EXPECT_THAT(refused(bytes.substr(0, bytes.size() / 2)), HasSubstr("damaged or cut off"));
  EXPECT_THAT(refused("P5 3 3 255"), HasSubstr("no saved state"));
  EXPECT_THAT(refused(""), HasSubstr("no saved state"));
  std::string wrong = bytes;
  wrong[bytes.size() - 100] = static_cast<char>(~wrong[bytes.size() - 100]);
  EXPECT_THAT(refused(wrong), HasSubstr("damaged or cut off"));
  EXPECT_THAT(error_of([&] { const SavedState state(folder / "none"); }), HasSubstr("cannot be read"));

  const SavedState state(file);
  const Prepared dense = prepared_digits("spatial");
  const auto device = make_sim_device(dense.chip);
  EXPECT_THAT(error_of([&] { state.restore(dense, *device); }), HasSubstr("saved with another image"));
  const auto model = make_model_device();
  EXPECT_THAT(error_of([&] { state.restore(prepared, *model); }), HasSubstr("takes no saved states"));
  EXPECT_THAT(error_of([&] { save_state(file, prepared, *model, 0); }), HasSubstr("saves no states"));
}

INSTANTIATE_TEST_SUITE_P(Mode, BadState, ::testing::Values("temporal"));

}  // namespace
}  // namespace eddy

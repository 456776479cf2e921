// SPDX-License-Identifier: Apache-2.0
/// Clips: videos, folders of images, arrays, raw bytes, and a generated scene, as frames of the size that a network
/// wants.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "eddy/golden.hpp"
#include "eddy/graph.hpp"
#include "eddy/network.hpp"

namespace eddy {

enum class Channels : std::uint8_t { gray, rgb, bgr };
enum class Resize : std::uint8_t { fit, crop, stretch };

struct InputPart;

/// How a model wants its input: real = (value * scale - mean[c]) / std[c]. Stands in `input.json` beside the model.
struct InputSpec {
  Channels channels = Channels::gray;
  int width = 0, height = 0;  // 0: as the model says
  Resize resize = Resize::stretch;
  double scale = 1.0 / 255;
  std::vector<double> mean{0.0}, std{1.0};  // one for all channels, or one for each
  // What is shipped with the network; empty where nothing is.
  std::string clip;                                               // relative to the file that names it
  std::string clip_package;                                       // Debian package that brings it
  std::optional<std::pair<int, int>> frames, calibration_frames;  // [first, last)

  // Of a model with several inputs, each; what stands above is theirs then, and pictures are real values.
  std::vector<InputPart> parts;

  [[nodiscard]] double real(double value, int c) const;
};

struct InputPart {
  std::string name;
  Shape shape;
  int c_first = 0;  // of the channels of layer 0
  InputSpec spec;
};

/// Reads input.json. Throws FileError or UsageError, naming the key.
InputSpec read_input_spec(const std::filesystem::path& file);
/// `input.json` beside the model if it is there, else the defaults for the graph's input; width, height and channels
/// filled in.
InputSpec input_spec_for(const Graph& graph, const std::filesystem::path& model);
/// Throws UsageError where the spec does not fit the graph's input: to be called again after options have changed it.
void check_input_spec(const InputSpec& spec, const Graph& graph);
/// The spec for this graph: sizes, and all of its inputs where it has several. Throws UsageError where it does not fit.
InputSpec fitted(InputSpec spec, const Graph& graph);
/// The same for a model that takes whole numbers: from pixels to what its codes stand for.
InputSpec decoded(InputSpec spec, const Codes& codes);
/// The spec as text, for printing and storing (JSON).
std::string to_json(const InputSpec& spec);

/// Frames [first, last) of a clip; last < 0: to its end. Text form "A:B", "A:", ":B".
struct FrameRange {
  int first = 0, last = -1;
};
FrameRange parse_range(const std::string& text);

/// One frame as the clip gives it, [h][w][c]: u8 pixels, or real values that need no scaling any more.
struct Picture {
  Shape shape;
  std::vector<std::uint8_t> pixels;
  std::vector<float> values;
};

/// A clip that is being read. Frames have the shape that was asked for.
class Clip {
 public:
  virtual ~Clip() = default;
  /// The next frame, or nothing at the end. Throws FileError where reading fails.
  virtual std::optional<Picture> next() = 0;
  /// Where frames may be long in coming (standard input), `stop` is asked while next() waits; when it says so, there is
  /// no next frame.
  virtual void stop_when(std::function<bool()> /*stop*/) {}
  /// What to tell the user: where frames come from, how they are scaled, that a scene is generated, where it ends.
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }
  [[nodiscard]] bool generated() const { return generated_; }

 protected:
  std::vector<std::string> notes_;
  bool generated_ = false;
};

/// Opens a clip: a video, a folder of images (in the order of their names, numbers in them by value; hidden ones left
/// out), a `.npy` file, "-" for raw u8 frames [h][w][c] on standard input, or "generated" ("generated:SEED") for the
/// generated scene. `shape` is the network's input. Several inputs: "NAME=CLIP,NAME=CLIP", frame by frame, as long as
/// all of them last; "generated" gives each a scene.
/// Throws FileError where there is no such clip, or no frame of the range in it (found with the first frame).
std::unique_ptr<Clip> open_clip(const std::string& clip, const InputSpec& spec, const Shape& shape,
                                FrameRange range = {});

/// All frames of a clip's range, at most `limit`.
std::vector<Picture> read_pictures(const std::string& clip, const InputSpec& spec, const Shape& shape, FrameRange range,
                                   int limit);

/// Frames spread evenly over a clip's range, `count` to twice as many (all where there are fewer): for calibration.
std::vector<Picture> sample_pictures(const std::string& clip, const InputSpec& spec, const Shape& shape,
                                     FrameRange range, int count);

/// Real values of a picture, [h][w][c], as the network's first layer gets them.
std::vector<float> normalise(const Picture& picture, const InputSpec& spec);

/// The picture as the chip takes it: pixels as they are, or activations where the network's input is not of pixels.
Frame to_frame(const Network& network, const Picture& picture);

/// Arrays of NumPy's format, C order.
struct Array {
  std::vector<std::int64_t> dims;
  std::vector<double> values;
  bool bytes = false;  // stored as u8
};
Array read_npy(const std::filesystem::path& file);
void write_npy(const std::filesystem::path& file, const std::vector<std::int64_t>& dims,
               const std::vector<float>& values);

}  // namespace eddy

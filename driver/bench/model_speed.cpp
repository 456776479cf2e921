// SPDX-License-Identifier: Apache-2.0
// How fast the untimed model computes the people network: scripts/model_speed.py times it beside ONNX Runtime.
//
//   model_speed FOLDER
//
// Writes the frames of each scene to FOLDER/SCENE.npy, float32 [frames][1][height][width], as the network takes them,
// and prints the scenes' names, one a line, then an empty line. For each name that it then reads on standard input it
// runs that scene from its first frame on and prints the seconds of all frames but the first, one line.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "eddy/device.hpp"
#include "eddy/error.hpp"
#include "eddy/frames.hpp"
#include "eddy/prepare.hpp"

namespace eddy {
namespace {

constexpr int Frames = 60;
constexpr int PanPixels = 2;  // a frame

using Scene = std::vector<Picture>;

/// The picture, moved to the left by `pixels`: what leaves on one side enters on the other.
Picture panned(Picture picture, int pixels) {
  for (int y = 0; y < picture.shape.h; ++y) {
    const auto row = picture.pixels.begin() + std::ptrdiff_t{y} * picture.shape.w;
    std::rotate(row, row + pixels % picture.shape.w, row + picture.shape.w);
  }
  return picture;
}

std::map<std::string, Scene> scenes(const Prepared& prepared) {
  std::map<std::string, Scene> result;
  const auto clip = open_frames(prepared);
  for (auto picture = clip->next(); picture && result["typical"].size() < Frames; picture = clip->next())
    result["typical"].push_back(std::move(*picture));
  const Scene& typical = result["typical"];
  for (std::size_t f = 0; f < typical.size(); ++f) {
    result["still"].push_back(typical.front());
    result["busy"].push_back(panned(typical[f], PanPixels * static_cast<int>(f)));
  }
  return result;
}

void write(const std::filesystem::path& file, const Scene& scene, const InputSpec& input) {
  const Shape& shape = scene.front().shape;
  std::vector<float> values;
  for (const Picture& picture : scene) {
    const std::vector<float> frame = normalise(picture, input);
    values.insert(values.end(), frame.begin(), frame.end());
  }
  write_npy(file, {static_cast<std::int64_t>(scene.size()), shape.c, shape.h, shape.w}, values);
}

double seconds(Device& device, const Prepared& prepared, const Scene& scene) {
  std::vector<Frame> frames;
  for (const Picture& picture : scene) frames.push_back(to_frame(prepared.network(), picture));
  device.load(prepared.image());
  const auto pass = [&](const Frame& frame) {
    device.submit(frame);
    device.collect();
  };
  pass(frames.front());
  const auto start = std::chrono::steady_clock::now();
  std::for_each(frames.begin() + 1, frames.end(), pass);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void serve(const std::filesystem::path& folder) {
  const Prepared prepared = prepare({});
  if (prepared.generated())
    throw FileError(
        "the people network's clip is missing: its figures are not those of a generated scene (scripts/setup clip)");
  const auto all = scenes(prepared);
  for (const auto& [name, scene] : all) {
    write(folder / (name + ".npy"), scene, prepared.input);
    std::cout << name << '\n';
  }
  std::cout << std::endl;
  const auto device = make_model_device();
  for (std::string name; std::getline(std::cin, name);)
    std::cout << seconds(*device, prepared, all.at(name)) << std::endl;
}

}  // namespace
}  // namespace eddy

int main(int argc, char** argv) try {
  if (argc != 2) throw eddy::UsageError("model_speed FOLDER");
  eddy::serve(argv[1]);
  return 0;
} catch (const eddy::Error& error) {
  std::cerr << error.what() << '\n';
  return error.exit_status();
}

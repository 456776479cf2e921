// SPDX-License-Identifier: Apache-2.0
/// Counts people in the shipped clip: a network on a simulated chip, every event compared with the golden model.
///
///   people_counter [MODEL [DEVICE]]     by default the shipped network "people" on "sim:", the RTL
#include <iostream>

#include <eddy/devices.hpp>
#include <eddy/error.hpp>
#include <eddy/prepare.hpp>
#include <eddy/run.hpp>
#include <eddy/task.hpp>

int main(int argc, char** argv) try {
  eddy::PrepareOptions options;  // thresholds, precision, chip, another clip: all in here
  if (argc > 1) options.model = argv[1];
  // ONNX to graph, ranges measured on the clip, integers, populations on tiles.
  const eddy::Prepared prepared = eddy::prepare(options);
  const auto device = eddy::open_device(argc > 2 ? argv[2] : "sim:", {prepared.chip, {}});
  const auto task = eddy::open_task(prepared.model, prepared.clip);  // what the outputs mean
  if (!task) throw eddy::UsageError("there is no task.json beside the model");

  eddy::RunOptions run;
  run.on_frame = [&](int frame, const eddy::Picture& picture, std::span<const eddy::Tensor> outputs) {
    const int number = prepared.frames.first + frame;
    task->add_frame(number, picture, eddy::real_outputs(prepared.network(), outputs));
    std::cout << "frame " << number << ": " << task->last_answer() << std::endl;
  };
  const auto result = eddy::run(prepared, *device, *eddy::open_frames(prepared), run);
  if (result.failure) throw *result.failure;
  for (const auto& line : task->finish().lines) std::cout << line << '\n';
  return result.match() ? 0 : 1;
} catch (const eddy::Error& error) {
  std::cerr << error.what() << '\n';
  return error.exit_status();
}

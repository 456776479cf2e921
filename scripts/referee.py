#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The float judge: ONNX Runtime on the frames of a run. The driver starts it and compares (driver/src/task/float_judge.cpp).

  referee.py                                  prints what judges, or ends with status 3 where it is not installed
  referee.py MODEL FRAMES.npy ... -- OUTPUT ...
                                              writes the outputs of each frame to standard output: float32, one after another

FRAMES, one file for each input in their order, is [frames][shape of the input], normalised; whole numbers where the
model takes them. An OUTPUT may be any tensor of the model; an input is the frame itself.
"""
import sys

import numpy

try:
    import onnx
    import onnxruntime
except ImportError as error:
    sys.exit(print(error, file=sys.stderr) or 3)


KINDS = {"tensor(float)": "f4", "tensor(float16)": "f2", "tensor(double)": "f8", "tensor(uint8)": "u1", "tensor(int8)": "i1"}


def with_outputs(path, outputs):
    """The model, with inner tensors of these names as outputs too."""
    model = onnx.load(path)
    known = {value.name for values in (model.graph.input, model.graph.output) for value in values}
    inner = [onnx.ValueInfoProto(name=name) for name in outputs if name not in known]
    model.graph.output.extend(inner)
    return model.SerializeToString() if inner else path


def answer(model, frames, outputs, stream):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors only
    # Each tensor as its node defines it: kernels that join nodes round elsewhere, and on some processors cut sums.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(with_outputs(model, outputs), options, providers=["CPUExecutionProvider"])
    inputs = session.get_inputs()
    names = [i.name for i in inputs]
    computed = [output for output in outputs if output not in names]
    for parts in zip(*(numpy.load(file, mmap_mode="r") for file in frames)):
        tensors = {i.name: numpy.ascontiguousarray(part, dtype=KINDS[i.type]) for i, part in zip(inputs, parts)}
        tensors.update(zip(computed, session.run(computed, tensors) if computed else []))
        for output in outputs:
            stream.write(numpy.ascontiguousarray(tensors[output], dtype="<f4").tobytes())
        stream.flush()


def main():
    if len(sys.argv) < 4:
        print("ONNX Runtime", onnxruntime.__version__)
        return
    model, *rest = sys.argv[1:]
    end = rest.index("--")
    frames, outputs = rest[:end], rest[end + 1 :]
    try:
        answer(model, frames, outputs, sys.stdout.buffer)
    except Exception as error:  # the driver shows the line; a trace of Python says no more
        sys.exit(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()

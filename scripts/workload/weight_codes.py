#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a table of weight values for each output channel would gain over equal steps, after training.

    .venv/bin/python scripts/workload/weight_codes.py testvectors/networks

Weights of the shipped networks become 4 to 32 values a channel, by three rules: equal steps that cut nothing, equal steps
with the least squared error, and the best free values (k-means). Everything else stays in floating point, but for the
biases, which take back what the weights' errors add in the mean. Prints the squared error of the weights, relative to
their squares, the distance of the outputs from the float network's on the test frames, and what the task makes of them.
"""
import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper

import clip
import people_score

ROUNDS = 60  # of k-means
TEST_FRAMES = slice(clip.TRAIN_FRAMES, clip.TRAIN_FRAMES + 120)
CALIBRATE_STEP = 24  # every so many training frames


def steps(row, step, bits):
    return step * np.clip(np.round(row / step), -(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def uncut(row, bits):
    most = 2 ** (bits - 1) - 1
    return steps(row, max(row.max() / most, -row.min() / (most + 1)), bits)


def least_squares(row, bits):
    top = np.abs(row).max() / (2 ** (bits - 1) - 1)
    return min((steps(row, s, bits) for s in top * np.geomspace(1 / 16, 1.5, 160)), key=lambda q: ((q - row) ** 2).sum())


def codes(row, bits):
    """k-means in one dimension, from quantiles; 0 is not among its values unless it is found."""
    values = np.quantile(row, (np.arange(2**bits) + 0.5) / 2**bits)
    for _ in range(ROUNDS):
        nearest = np.abs(row[:, None] - values).argmin(1)
        values = np.array([row[nearest == i].mean() if (nearest == i).any() else v for i, v in enumerate(values)])
    return values[np.abs(row[:, None] - values).argmin(1)]


def run(model, frames):
    """Outputs of the model one after another, and the mean of each tensor over frames and places, by channel."""
    named = onnx.shape_inference.infer_shapes(model)
    output = model.graph.output[0].name
    wanted = [output] + [n.output[0] for n in model.graph.node if n.output[0] != output]
    del named.graph.output[1:]
    known = {v.name: v for v in named.graph.value_info}
    named.graph.output.extend(known[name] for name in wanted[1:])
    session = onnxruntime.InferenceSession(named.SerializeToString(), providers=["CPUExecutionProvider"])
    source = session.get_inputs()[0].name
    outputs, sums = [], {}
    for frame in frames:
        tensors = session.run(wanted, {source: frame[None]})
        outputs.append(tensors[0])
        for name, tensor in [(source, frame[None]), *zip(wanted, tensors)]:
            sums[name] = sums.get(name, 0) + tensor.mean(tuple(range(2, tensor.ndim)))[0] / len(frames)
    return np.concatenate(outputs), sums


def with_weights(model, rule, bits, means):
    """The model with other weights, and the squared error of these, relative."""
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    tensors = {t.name: t for t in changed.graph.initializer}
    error = power = 0.0
    for node in changed.graph.node:
        if node.op_type not in ("Conv", "Gemm"):
            continue
        weight, bias = (numpy_helper.to_array(tensors[name]).astype(float) for name in node.input[1:3])
        rows = weight.reshape(len(weight), -1)
        new = np.stack([rule(row, bits) for row in rows])
        error, power = error + ((new - rows) ** 2).sum(), power + (rows**2).sum()
        shift = (new - rows).reshape(len(rows), len(means[node.input[0]]), -1).sum(2) @ means[node.input[0]]
        for name, value in ((node.input[1], new.reshape(weight.shape)), (node.input[2], bias - shift)):
            tensors[name].CopyFrom(numpy_helper.from_array(value.astype(np.float32), name))
    return changed, error / power


def people(folder):
    frames = clip.read_input()[:, None] / np.float32(255)
    labels = people_score.read_labels(folder / "labels.json")
    wanted = labels[TEST_FRAMES]
    judge = lambda outputs: f"F1 {people_score.score(outputs, wanted, 0.0)['f1']:.3f}"
    return frames[: clip.TRAIN_FRAMES : CALIBRATE_STEP], frames[TEST_FRAMES], judge


def digits(folder):
    frames = np.load(folder / "digits.npy") / np.float32(16)
    labels = json.loads((folder / "labels.json").read_text())["labels"]
    return frames, frames, lambda outputs: f"{(outputs.argmax(1) == labels).sum()} of {len(labels)} right"


def main():
    folder = Path(sys.argv[1])
    for name, load in (("people", people), ("digits", digits)):
        model = onnx.load(folder / name / f"{name}.onnx")
        calibration, test, judge = load(folder / name)
        _, means = run(model, calibration)
        real, _ = run(model, test)
        print(f"{name}: float {judge(real)}")
        for bits in (5, 4, 3, 2):
            for rule in (uncut, least_squares, codes):
                changed, error = with_weights(model, rule, bits, means)
                outputs, _ = run(changed, test)
                distance = np.sqrt(((outputs - real) ** 2).mean()) / real.std()
                print(f"{name}, {bits} bits, {rule.__name__:13}: weights {100 * error:5.2f} %, "
                      f"outputs {100 * distance:5.1f} % of their deviation, {judge(outputs)}", flush=True)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the networks and the clips of true dense frames: every neuron changes in every frame.

Same geometry as a given network, random weights, no activation function; frames of random pixels. With all thresholds 0
nothing can be skipped, whatever the data of a real network would have allowed.

    bench_network.py MODEL FOLDER

writes dense.onnx; chain.onnx, the same without residual additions, whose 1x1 ports touch one word an event; dense.npy,
random frames; still.npy, one of them again and again; and input.json. And ports/: a network of nothing but 3x3 ports of
16 channels and more, with its frames, so that every tile of it counts whatever the layers share.
"""
import json
import pathlib
import sys

import numpy as np
import onnx
from onnx import numpy_helper

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "workload"))
from onnx_graph import Graph  # noqa: E402

SEED = 1
FRAMES = 6
PORTS = (16, 32, 32, 32)  # channels of the input and of each layer
PORTS_SIZE = (16, 24)


def without(graph, operators):
    """Readers of such an operator read its first source instead."""
    source = {n.output[0]: n.input[0] for n in graph.node if n.op_type in operators}
    kept = [n for n in graph.node if n.output[0] not in source]
    for node in kept:
        for i, name in enumerate(node.input):
            while name in source:
                name = source[name]
            node.input[i] = name
    del graph.node[:]
    graph.node.extend(kept)


def randomise(graph, random):
    """Weights that keep the spread of activations from layer to layer."""
    for tensor in graph.initializer:
        shape = tuple(tensor.dims)
        scale = np.prod(shape[1:]) ** -0.5 if len(shape) > 1 else 0.0
        values = (random.standard_normal(shape) * scale).astype(np.float32)
        tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))


def write_ports(folder, random):
    folder.mkdir(exist_ok=True)
    graph = Graph("ports", {"image": [1, PORTS[0], *PORTS_SIZE]})
    source = "image"
    for i, (inputs, outputs) in enumerate(zip(PORTS, PORTS[1:])):
        weight = random.standard_normal((outputs, inputs, 3, 3)) * (9 * inputs) ** -0.5
        source = graph.conv(f"c{i}", source, weight, np.zeros(outputs), pads=[1] * 4)
    graph.output(source, [1, PORTS[-1], *PORTS_SIZE])
    graph.write(folder / "ports.onnx")
    np.save(folder / "dense.npy", random.standard_normal((FRAMES, PORTS[0], *PORTS_SIZE)).astype(np.float32))


def main(model_file, folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(SEED)
    model = onnx.load(model_file)
    randomise(model.graph, random)
    for name, operators in (("dense", {"Relu", "Clip"}), ("chain", {"Add"})):
        without(model.graph, operators)
        onnx.checker.check_model(model, full_check=True)
        (folder / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))

    _, channels, rows, columns = (d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim)
    spec = {"channels": "gray" if channels == 1 else "rgb", "width": columns, "height": rows}
    (folder / "input.json").write_text(json.dumps(spec) + "\n")
    frames = random.integers(0, 256, (FRAMES, rows, columns, channels), dtype=np.uint8)
    np.save(folder / "dense.npy", frames)
    np.save(folder / "still.npy", np.repeat(frames[:1], FRAMES, axis=0))
    write_ports(folder / "ports", random)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])

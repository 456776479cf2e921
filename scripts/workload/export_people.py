#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fourth step: writes the trained people network as ONNX, and what ONNX Runtime makes of it.

    .venv/bin/python scripts/workload/export_people.py WORK testvectors/networks/people

Reads WORK/people.npz; writes people.onnx and float_reference.npy.
Needs `scripts/setup core referee`.
"""
import sys
from pathlib import Path

import numpy as np

import clip
import referee
from onnx_graph import Graph

REFERENCE_FRAMES = slice(556, 701)


def build(layers):
    """The graph of people_net.PeopleNet with folded batch normalisation."""
    graph = Graph("people", {"image": [1, 1, 192, 256]})

    def conv(name, source, stride=1, output=None):
        weight, bias = layers[f"{name}.weight"], layers[f"{name}.bias"]
        pads = [weight.shape[2] // 2] * 4
        return graph.conv(name, source, weight, bias, output, strides=[stride] * 2, pads=pads)

    def relu(source):
        return graph.node("Relu", f"{source}_relu", source)

    near = relu(conv("c1", "image", stride=2))
    near = graph.node("MaxPool", "pool", near, kernel_shape=[2, 2], strides=[2, 2])
    skip = relu(conv("c2", near))
    body = conv("c4", relu(conv("c3", skip)))
    body = relu(graph.node("Add", "add", [body, skip]))
    body = relu(conv("c5", body, stride=2))
    body = relu(conv("c7", relu(conv("c6", body))))
    conv("c8", body, output="heat")
    graph.output("heat", [1, 4, 24, 32])
    return graph


def main():
    work, out = Path(sys.argv[1]), Path(sys.argv[2])
    trained = np.load(work / "people.npz")
    build(trained).write(out / "people.onnx")

    images = clip.read_input()[REFERENCE_FRAMES, None] / np.float32(255)
    answers = referee.answers(out / "people.onnx", images)
    np.save(out / "float_reference.npy", answers.astype(np.float16))

    print(f"answers of onnxruntime {referee.VERSION}")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the separable network as ONNX, and what ONNX Runtime makes of some frames of the clip.

    .venv/bin/python scripts/workload/export_separable.py WORK testvectors/networks/separable

Reads WORK/separable.npz. Needs `scripts/setup core referee`.
"""
import sys
from pathlib import Path

import numpy as np

import clip
import referee
from onnx_graph import Graph

REFERENCE_FRAMES = slice(556, 620)
STRIDED = ("b1", "b3")  # of separable_net.BLOCKS


def build(layers):
    """The graph of separable_net.SeparableNet with folded batch normalisation."""
    graph = Graph("separable", {"image": [1, 1, 192, 256]})
    low, high = graph.weight("least", np.float32(0)), graph.weight("most", np.float32(6))

    def conv(name, source, stride=1, groups=1, output=None):
        weight, bias = layers[f"{name}.weight"], layers[f"{name}.bias"]
        pads = [weight.shape[2] // 2] * 4
        return graph.conv(name, source, weight, bias, output, strides=[stride] * 2, pads=pads, group=groups)

    def cut(source):
        return graph.node("Clip", f"{source}_cut", [source, low, high])

    a = cut(conv("stem", "image", 2))
    size = (96, 128)
    for block in [name.removesuffix("_depth.weight") for name in layers if name.endswith("_depth.weight")]:
        stride = 2 if block in STRIDED else 1
        a = cut(conv(f"{block}_depth", a, stride, len(layers[f"{block}_depth.weight"])))
        a = cut(conv(f"{block}_point", a))
        size = tuple(n // stride for n in size)
    conv("head", a, output="heat")
    graph.output("heat", [1, 4, *size])
    return graph


def main():
    work, out = Path(sys.argv[1]), Path(sys.argv[2])
    build(np.load(work / "separable.npz")).write(out / "separable.onnx")
    images = clip.read_input()[REFERENCE_FRAMES, None] / np.float32(255)
    answers = referee.answers(out / "separable.onnx", images)
    np.save(out / "float_reference.npy", answers.astype(np.float16))
    print(f"answers of onnxruntime {referee.VERSION}")


if __name__ == "__main__":
    main()

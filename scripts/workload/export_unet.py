#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the U-Net as ONNX, and what ONNX Runtime makes of some frames of the clip.

    .venv/bin/python scripts/workload/export_unet.py WORK testvectors/networks/unet

Reads WORK/unet.npz. Needs `scripts/setup core referee`.
"""
import sys
from pathlib import Path

import numpy as np

import clip
import referee
from onnx_graph import Graph

REDUCE = 6
REFERENCE_FRAMES = slice(556, 572)


def build(layers, skips=True):
    """The graph of unet.UNet with folded batch normalisation. Without skips what comes up is joined to nothing."""
    graph = Graph("unet", {"image": [1, 1, 96, 128]})

    def conv(name, source, output=None):
        weight, bias = layers[f"{name}.weight"], layers[f"{name}.bias"]
        return graph.conv(name, source, weight, bias, output, pads=[weight.shape[2] // 2] * 4)

    def relu(source):
        return graph.node("Relu", f"{source}_relu", source)

    def pool(number, source):
        return graph.node("MaxPool", f"pool{number}", source, kernel_shape=[2, 2], strides=[2, 2])

    def up(number, source, skip):
        name = f"up{number}"
        inputs = [source, *(graph.weight(f"{name}.{kind}", layers[f"{name}.{kind}"]) for kind in ("weight", "bias"))]
        a = relu(graph.node("ConvTranspose", name, inputs, kernel_shape=[2, 2], strides=[2, 2]))
        return graph.node("Concat", f"join{number}", [a, skip], axis=1) if skips else a

    skip1 = relu(conv("e1", "image"))
    skip2 = relu(conv("e2b", relu(conv("e2a", pool(1, skip1)))))
    a = relu(conv("mb", relu(conv("ma", pool(2, skip2)))))
    a = relu(conv("d2", up(2, a, skip2)))
    a = relu(conv("d1", up(1, a, skip1)))
    conv("head", a, output="mask")
    graph.output("mask", [1, 1, 96, 128])
    return graph


def main():
    work, out = Path(sys.argv[1]), Path(sys.argv[2])
    build(np.load(work / "unet.npz")).write(out / "unet.onnx")
    images = clip.reduce_area(clip.read_gray(), REDUCE)[REFERENCE_FRAMES, None] / np.float32(255)
    answers = referee.answers(out / "unet.onnx", images)
    np.save(out / "float_reference.npy", answers.astype(np.float16))
    print(f"answers of onnxruntime {referee.VERSION}")


if __name__ == "__main__":
    main()

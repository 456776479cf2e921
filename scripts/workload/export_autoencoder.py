#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the autoencoder as ONNX, and what ONNX Runtime makes of some frames of the clip.

    .venv/bin/python scripts/workload/export_autoencoder.py WORK testvectors/networks/autoencoder

Reads WORK/autoencoder.npz. Weights are stored with 16 bits and cast: half the file. Needs `scripts/setup core referee`.
"""
import sys
from pathlib import Path

import numpy as np
from onnx import TensorProto

import clip
import referee
from onnx_graph import Graph

WIDTH, HEIGHT = 64, 48
REFERENCE_FRAMES = slice(556, 596)


def build(layers):
    """The graph of autoencoder_net.Autoencoder."""
    graph = Graph("autoencoder", {"image": [1, 1, HEIGHT, WIDTH]})

    def dense(name, source, output=None):
        graph.halves(f"{name}.half", layers[f"{name}.weight"])
        weight = graph.node("Cast", f"{name}.weight", f"{name}.half", to=TensorProto.FLOAT)
        bias = graph.weight(f"{name}.bias", layers[f"{name}.bias"])
        return graph.node("Gemm", name, [source, weight, bias], output, transB=1)

    def relu(source):
        return graph.node("Relu", f"{source}_relu", source)

    a = graph.node("Flatten", "flatten", "image")
    a = dense("narrow2", relu(dense("narrow1", a)))
    dense("wide2", relu(dense("wide1", a)), output="frame")
    graph.output("frame", [1, HEIGHT * WIDTH])
    return graph


def main():
    work, out = Path(sys.argv[1]), Path(sys.argv[2])
    build(np.load(work / "autoencoder.npz")).write(out / "autoencoder.onnx")
    images = clip.reduce_area(clip.read_gray(), clip.WIDTH // WIDTH)[REFERENCE_FRAMES, None] / np.float32(255)
    answers = referee.answers(out / "autoencoder.onnx", images)
    np.save(out / "float_reference.npy", answers.astype(np.float16))
    print(f"answers of onnxruntime {referee.VERSION}")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the self-test network as ONNX, its samples, their labels, and what ONNX Runtime makes of them.

    .venv/bin/python scripts/workload/export_digits.py WORK testvectors/networks/digits

Reads WORK/digits.npz. Needs `scripts/setup core referee`.
"""
import json
import sys
from pathlib import Path

import numpy as np

import referee
from onnx_graph import Graph


def build(layers):
    """The graph of train_digits.DigitsNet with folded batch normalisation."""
    graph = Graph("digits", {"image": [1, 1, 8, 8]})

    def block(name, number, source):
        conv = graph.conv(name, source, layers[f"{name}.weight"], layers[f"{name}.bias"], pads=[1] * 4)
        relu = graph.node("Relu", f"{name}_relu", conv)
        return graph.node("MaxPool", f"pool{number}", relu, kernel_shape=[2, 2], strides=[2, 2])

    flat = graph.node("Flatten", "flatten", block("c2", 2, block("c1", 1, "image")))
    dense = [graph.weight(f"dense.{kind}", layers[f"dense.{kind}"]) for kind in ("weight", "bias")]
    graph.node("Gemm", "dense", [flat, *dense], "scores", transB=1)
    graph.output("scores", [1, 10])
    return graph


def main():
    work, out = Path(sys.argv[1]), Path(sys.argv[2])
    trained = np.load(work / "digits.npz")
    samples, labels = trained["samples"], trained["labels"].tolist()
    build(trained).write(out / "digits.onnx")
    np.save(out / "digits.npy", samples)
    (out / "labels.json").write_text(json.dumps({"labels": labels}) + "\n")
    answers = referee.answers(out / "digits.onnx", samples / np.float32(16))
    np.save(out / "float_reference.npy", answers)
    right = (answers.argmax(1) == labels).sum()
    print(f"onnxruntime {referee.VERSION}: {right} of {len(labels)} stored samples right")


if __name__ == "__main__":
    main()

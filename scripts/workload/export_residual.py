#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the residual network as ONNX, and what ONNX Runtime makes of the handwritten digits.

    .venv/bin/python scripts/workload/export_residual.py WORK testvectors/networks/residual

Reads WORK/residual.npz and ../handwritten beside the output folder (export_handwritten.py). Needs
`scripts/setup core referee`.
"""
import sys
from pathlib import Path

import numpy as np

import classes
from onnx_graph import Graph


def build(layers):
    """The graph of residual_net.ResidualNet with folded batch normalisation."""
    graph = Graph("residual", {"image": [1, 1, 20, 20]})

    def conv(name, source, stride=1):
        weight = layers[f"{name}.weight"]
        pads = [weight.shape[2] // 2] * 4
        return graph.conv(name, source, weight, layers[f"{name}.bias"], strides=[stride] * 2, pads=pads)

    def relu(source):
        return graph.node("Relu", f"{source}_relu", source)

    a = relu(conv("stem", "image"))
    for block in [name.removesuffix("_c1.weight") for name in layers if name.endswith("_c1.weight")]:
        stride = 2 if f"{block}_shortcut.weight" in layers else 1
        body = conv(f"{block}_c2", relu(conv(f"{block}_c1", a, stride)))
        a = relu(graph.node("Add", f"{block}_add", [body, conv(f"{block}_shortcut", a, stride) if stride > 1 else a]))
    flat = graph.node("Flatten", "flatten", graph.node("GlobalAveragePool", "mean", a))
    dense = [graph.weight(f"dense.{kind}", layers[f"dense.{kind}"]) for kind in ("weight", "bias")]
    graph.node("Gemm", "dense", [flat, *dense], "scores", transB=1)
    graph.output("scores", [1, 10])
    return graph


def main():
    work, out = Path(sys.argv[1]), Path(sys.argv[2])
    build(np.load(work / "residual.npz")).write(out / "residual.onnx")
    classes.write_answers(out, "residual")


if __name__ == "__main__":
    main()

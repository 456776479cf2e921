#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the networks of few bits as ONNX, and what ONNX Runtime makes of the handwritten digits.

    .venv/bin/python scripts/workload/export_few_bits.py WORK testvectors/networks

Reads WORK/int4.npz, WORK/int2.npz. Weights are codes behind a DequantizeLinear with a scale for each output channel:
INT4 where they have 4 bits; where they have 2, INT8 whose values lie in -2..1, because ONNX has no smaller type that
runtimes know. Needs `scripts/setup core referee`.
"""
import sys
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper

import classes
from onnx_graph import Graph

INT4_OPSET = 21


def build(layers, bits):
    """The graph of few_bits_net.FewBits with folded batch normalisation."""
    graph = Graph(f"int{bits}", {"image": [1, 1, 20, 20]}, *([INT4_OPSET] if bits == 4 else []))

    def weights(name):
        codes = layers[f"{name}.codes"]
        if bits == 4:
            graph.weights.append(helper.make_tensor(f"{name}.codes", TensorProto.INT4, codes.shape, codes.reshape(-1).tolist()))
        else:
            graph.weight(f"{name}.codes", codes)
        steps = graph.weight(f"{name}.steps", layers[f"{name}.steps"])
        return graph.node("DequantizeLinear", f"{name}.weight", [f"{name}.codes", steps], axis=0)

    def bias(name):
        return graph.weight(f"{name}.bias", layers[f"{name}.bias"])

    a = "image"
    names = [name.removesuffix(".codes") for name in layers if name.endswith(".codes")]
    for i, name in enumerate(names[:-1]):
        a = graph.node("Conv", name, [a, weights(name), bias(name)], kernel_shape=[3, 3], pads=[1] * 4)
        a = graph.node("Relu", f"{name}_relu", a)
        if i % 2:
            a = graph.node("MaxPool", f"{name}_pool", a, kernel_shape=[2, 2], strides=[2, 2])
    flat = graph.node("Flatten", "flatten", a)
    graph.node("Gemm", "dense", [flat, weights("dense"), bias("dense")], "scores", transB=1)
    graph.output("scores", [1, 10])
    return graph


def main():
    work, networks = Path(sys.argv[1]), Path(sys.argv[2])
    for bits in (4, 2):
        out = networks / f"int{bits}"
        build(np.load(work / f"int{bits}.npz"), bits).write(out / f"int{bits}.onnx")
        classes.write_answers(out, f"int{bits}")


if __name__ == "__main__":
    main()

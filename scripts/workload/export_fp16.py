#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the residual network in FP16, as converters write it, and what ONNX Runtime makes of the handwritten digits.

    .venv/bin/python scripts/workload/export_fp16.py testvectors/networks

Weights and biases are rounded to FP16 and everything is computed in it; the ends stay float. Reads residual/residual.onnx
and handwritten/ in that folder. Needs `scripts/setup core referee`.
"""
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import classes


def to_fp16(model):
    """In place. The graph has one input and one output."""
    graph = model.graph
    graph.name = "fp16"
    for tensor in graph.initializer:
        if tensor.data_type == TensorProto.FLOAT:
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), tensor.name))
    first, last = graph.input[0].name, graph.output[0].name
    for node in graph.node:
        node.input[:] = [f"{name}_half" if name == first else name for name in node.input]
        node.output[:] = [f"{name}_half" if name == last else name for name in node.output]
    nodes = [
        helper.make_node("Cast", [first], [f"{first}_half"], name="to_half", to=TensorProto.FLOAT16),
        *graph.node,
        helper.make_node("Cast", [f"{last}_half"], [last], name="to_float", to=TensorProto.FLOAT),
    ]
    del graph.node[:]
    graph.node.extend(nodes)
    del graph.value_info[:]
    onnx.checker.check_model(model, full_check=True)


def main():
    networks = Path(sys.argv[1])
    model = onnx.load(networks / "residual/residual.onnx")
    to_fp16(model)
    out = networks / "fp16"
    (out / "fp16.onnx").write_bytes(model.SerializeToString(deterministic=True))
    classes.write_answers(out, "fp16")


if __name__ == "__main__":
    main()

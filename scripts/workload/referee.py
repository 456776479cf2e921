# SPDX-License-Identifier: Apache-2.0
"""The float judges, written by others: they run a model with one input and one output over many samples."""
import numpy as np
import onnxruntime
from onnx.reference import ReferenceEvaluator

VERSION = onnxruntime.__version__


def answers(model, samples, as_written=False):
    """ONNX Runtime's outputs, one after another along axis 0; each sample is [C][H][W]. `as_written`: node by node,
    where its fused integer kernels would cut sums of products to 16 bits (on processors without VNNI)."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    if as_written:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    first = session.get_inputs()[0]
    kind = np.uint8 if first.type == "tensor(uint8)" else np.float32
    return np.concatenate([session.run(None, {first.name: sample[None].astype(kind)})[0] for sample in samples])


def slow_answers(model, samples):
    """The same from the onnx package's own evaluator, for opsets that the runtime does not know yet."""
    session = ReferenceEvaluator(str(model))
    name = session.input_names[0]
    return np.concatenate([session.run(None, {name: sample[None].astype(np.float32)})[0] for sample in samples])

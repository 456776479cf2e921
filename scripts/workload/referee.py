# SPDX-License-Identifier: Apache-2.0
"""ONNX Runtime, the float judge: runs a model with one input and one output over many samples."""
import numpy as np
import onnxruntime

VERSION = onnxruntime.__version__


def answers(model, samples):
    """Float32 outputs of the model, one after another along axis 0; each sample is [C][H][W]."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return np.concatenate([session.run(None, {name: sample[None].astype(np.float32)})[0] for sample in samples])

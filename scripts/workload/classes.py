# SPDX-License-Identifier: Apache-2.0
"""Answers of ONNX Runtime to the handwritten digits, beside a network that names them."""
import json

import numpy as np

import referee
from handwritten import CALIBRATION


def write_answers(out, name):
    """Writes float_reference.npy, float16 [1000][10], and prints how many are right."""
    samples = out.parent / "handwritten"
    images = np.load(samples / "handwritten.npy")[CALIBRATION:] / np.float32(255)
    labels = json.loads((samples / "labels.json").read_text())["labels"][CALIBRATION:]
    answers = referee.answers(out / f"{name}.onnx", images)
    np.save(out / "float_reference.npy", answers.astype(np.float16))
    right = (answers.argmax(1) == labels).sum()
    print(f"{name}: onnxruntime {referee.VERSION}: {right} of {len(labels)} test samples right")

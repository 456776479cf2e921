#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the models of testvectors/networks/quantised: small networks that exporters have quantised.

    .venv/bin/python scripts/workload/make_quantised_models.py testvectors/networks/quantised

ONNX Runtime's static quantiser makes most of them, in both of its formats; the others are written node by node, as
PyTorch and older exporters write them. Beside each model lie frames, and ONNX Runtime's answers to them. Random numbers
are seeded by the name. Needs `scripts/setup core referee`.
"""
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

import referee
from make_unit_models import Unit

FORMATS = {  # name to arguments of the quantiser
    "qdq_u8s8": dict(quant_format=QuantFormat.QDQ, activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8),
    "qdq_s8s8_by_channel": dict(
        quant_format=QuantFormat.QDQ, activation_type=QuantType.QInt8, weight_type=QuantType.QInt8, per_channel=True
    ),
    "qoperator_u8u8": dict(
        quant_format=QuantFormat.QOperator, activation_type=QuantType.QUInt8, weight_type=QuantType.QUInt8
    ),
    "qoperator_s8s8_by_channel": dict(
        quant_format=QuantFormat.QOperator, activation_type=QuantType.QInt8, weight_type=QuantType.QInt8, per_channel=True
    ),
}


# ---- networks, real numbers ------------------------------------------------------------------------------------------
def chain(unit):
    a = unit.relu(unit.layer("first", unit.image(3, 16, 20), 8, 3))
    a = unit.node("MaxPool", "pool", a, kernel_shape=[2, 2], strides=[2, 2])
    a = unit.relu(unit.layer("second", a, 12, 8))
    a = unit.node("GlobalAveragePool", "mean", a)
    return unit.gemm("scores", unit.node("Flatten", "flat", a), 10, 12)


def residual(unit):
    a = unit.relu(unit.layer("first", unit.image(1, 12, 16), 8, 1))
    b = unit.layer("third", unit.relu(unit.layer("second", a, 8, 8)), 8, 8)
    a = unit.relu(unit.node("Add", "sum", [a, b]))
    return unit.layer("last", a, 4, 8, kernel=1)


def separable(unit):
    """Depthwise and pointwise, cut at 6, as MobileNet has them."""
    a = unit.clip("cut1", unit.layer("first", unit.image(3, 16, 16), 8, 3, strides=[2, 2], gain=3), 0, 6)
    a = unit.clip("cut2", unit.layer("depthwise", a, 8, 8, groups=8, gain=2), 0, 6)
    a = unit.clip("cut3", unit.layer("pointwise", a, 12, 8, kernel=1, gain=2), 0, 6)
    return unit.node("AveragePool", "mean", a, kernel_shape=[2, 2], strides=[2, 2])


def joined(unit):
    """Parts of different ranges side by side."""
    a = unit.relu(unit.layer("first", unit.image(1, 12, 12), 6, 1))
    b = unit.node("MaxPool", "pool", a, kernel_shape=[3, 3], strides=[1, 1], pads=[1, 1, 1, 1])
    c = unit.layer("branch", a, 6, 6, gain=3)
    return unit.layer("last", unit.node("Concat", "both", [b, c], axis=1), 5, 12)


def mask(unit):
    """A curve at the end."""
    return unit.node("Sigmoid", "mask", unit.layer("first", unit.image(1, 12, 16), 8, 1, gain=3))


def gate(unit):
    """A product of functions of one layer, whose factors the model rounds and the chip does not."""
    a = unit.layer("first", unit.image(1, 12, 16), 8, 1, gain=3)
    return unit.node("Mul", "swish", [a, unit.node("Sigmoid", "gate", a)])


def curved(unit):
    """Curves with layers behind them, which add up what the curves are off."""
    a = unit.layer("first", unit.image(1, 12, 16), 8, 1, gain=3)
    a = unit.node("Mul", "swish", [a, unit.node("Sigmoid", "gate", a)])
    a = unit.node("LeakyRelu", "leaky", unit.layer("second", a, 8, 8, gain=2), alpha=0.1)
    return unit.node("Sigmoid", "mask", unit.layer("last", a, 2, 8, gain=2))


NETWORKS = [chain, residual, separable, joined, mask, gate, curved]
STEPS = {"mask": 2, "gate": 2, "curved": 10}  # how far an answer may be from ONNX Runtime's; others: 1


# ---- written node by node --------------------------------------------------------------------------------------------
class Quantised(Unit):
    """Nodes as exporters spell them; codes of activations are unsigned bytes unless told otherwise."""

    def scale(self, name, scale, zero=0, kind=np.uint8):
        return [self.weight(f"{name}.scale", np.asarray(scale, np.float32)), self.weight(f"{name}.zero", np.asarray(zero, kind))]

    def round(self, name, source, scale, zero=0, kind=np.uint8):
        """To codes and back."""
        both = self.scale(name, scale, zero, kind)
        return self.node("DequantizeLinear", f"{name}.real", [self.node("QuantizeLinear", f"{name}.codes", [source, *both]), *both])

    def codes(self, *shape, most=127):
        return self.random.integers(-most, most + 1, shape)


def pytorch(unit):
    """Weights by channel without zero points, biases left real, activations with a zero point in the middle."""
    a = unit.round("image_q", unit.image(3, 12, 12), 1 / 127, 0, np.int8)
    for name, outputs, inputs, scale in (("first", 8, 3, 0.02), ("second", 6, 8, 0.05)):
        codes = unit.weight(f"{name}.codes", unit.codes(outputs, inputs, 3, 3).astype(np.int8))
        scales = unit.weight(f"{name}.scales", unit.random.uniform(0.001, 0.003, outputs).astype(np.float32))
        zeros = unit.weight(f"{name}.zeros", np.zeros(outputs, np.int8))
        weights = unit.node("DequantizeLinear", f"{name}.weights", [codes, scales, zeros], axis=0)
        bias = unit.weight(f"{name}.bias", unit.values(outputs) / 4)
        a = unit.relu(unit.node("Conv", name, [a, weights, bias], pads=[1, 1, 1, 1]))
        a = unit.round(f"{name}_q", a, scale, -128, np.int8)
    return a


def trained_for_it(unit):
    """Weights are real numbers that the model itself quantises, as networks trained so are exported."""
    a = unit.round("image_q", unit.image(1, 12, 12), 1 / 255)
    for name, inputs in (("first", 1), ("second", 6)):
        weight = unit.round(f"{name}.weights", unit.weight(f"{name}.weight", unit.values(6, inputs, 3, 3)), 0.01, 0, np.int8)
        a = unit.node("Conv", name, [a, weight], pads=[1, 1, 1, 1])
        a = unit.round(f"{name}_q", unit.relu(a), 0.012)
    return a


def four_bits(unit):
    """Weights of 4 bits by channel."""
    a = unit.round("image_q", unit.image(1, 12, 12), 1 / 255)
    codes = onnx.helper.make_tensor("conv.codes", onnx.TensorProto.INT4, [7, 1, 3, 3], unit.random.integers(-8, 8, 63))
    unit.weights.append(codes)
    scales = unit.weight("conv.scales", unit.random.uniform(0.02, 0.06, 7).astype(np.float32))
    weights = unit.node("DequantizeLinear", "conv.weights", ["conv.codes", scales], axis=0)
    return unit.round("conv_q", unit.relu(unit.node("Conv", "conv", [a, weights], pads=[1, 1, 1, 1])), 0.01)


def bytes_in_and_out(unit):
    """A model of codes alone, as microcontrollers run it: bytes in, an operator on codes, bytes out."""
    unit.image(1, 12, 12)
    unit.inputs[0].type.tensor_type.elem_type = onnx.TensorProto.UINT8
    weights = unit.weight("conv.codes", unit.codes(5, 1, 3, 3, most=63).astype(np.int8))
    bias = unit.weight("conv.bias", unit.random.integers(-2000, 2000, 5).astype(np.int32))
    inputs = ["image", *unit.scale("image_q", 1 / 128, 128), weights, *unit.scale("conv_w", 0.01, 0, np.int8)]
    a = unit.node("QLinearConv", "conv", [*inputs, *unit.scale("conv_q", 0.02, 3), bias], pads=[1, 1, 1, 1])
    return unit.node("MaxPool", "pool", a, kernel_shape=[2, 2], strides=[2, 2])


WRITTEN = {"pytorch": (pytorch, 13), "trained_for_it": (trained_for_it, 13), "four_bits": (four_bits, 21),
           "bytes_in_and_out": (bytes_in_and_out, 13)}


# ---- files -----------------------------------------------------------------------------------------------------------
class Samples(CalibrationDataReader):
    def __init__(self, samples):
        self.samples = iter(samples)

    def get_next(self):
        sample = next(self.samples, None)
        return None if sample is None else {"image": sample[None]}


def answers(path, frames):
    """Of the model, whose input is a byte or a byte / 255."""
    kind = onnx.load(path).graph.input[0].type.tensor_type.elem_type
    return referee.answers(path, frames if kind == onnx.TensorProto.UINT8 else frames / np.float32(255), as_written=True)


def store(folder, unit, path):
    frames = unit.frames()
    np.save(folder / "frames" / f"{path.stem}.npy", frames)
    np.save(folder / "answers" / f"{path.stem}.npy", answers(path, frames))
    return path.stem


def by_the_quantiser(folder):
    for network in NETWORKS:
        for name, arguments in FORMATS.items():
            unit = Unit(f"{network.__name__}_{name}", 13)
            unit.output(network(unit))
            path = folder / f"{unit.name}.onnx"
            with tempfile.TemporaryDirectory() as scratch:
                real = Path(scratch) / "real.onnx"
                unit.write(real)
                samples = Samples((unit.frames() / np.float32(255)).astype(np.float32))
                quantize_static(real, path, samples, **arguments)
            yield store(folder, unit, path)


def by_hand(folder):
    for name, (build, opset) in WRITTEN.items():
        unit = Quantised(name, opset)
        unit.output(build(unit))
        unit.outputs[0].type.tensor_type.elem_type = unit.inputs[0].type.tensor_type.elem_type
        path = folder / f"{name}.onnx"
        unit.write(path)
        yield store(folder, unit, path)


def main():
    folder = Path(sys.argv[1])
    for part in ("frames", "answers"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    names = sorted([*by_the_quantiser(folder), *by_hand(folder)])
    lines = ",\n".join("  " + json.dumps({"name": name, "steps": STEPS.get(name.split("_")[0], 1)}) for name in names)
    (folder / "index.json").write_text(f'{{\n"onnxruntime": "{referee.VERSION}",\n"models": [\n{lines}\n]\n}}\n')
    print(f"{len(names)} models")


if __name__ == "__main__":
    main()

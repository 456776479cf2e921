#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the small models of testvectors/networks/unit, one for each thing that the importer must understand or refuse.

    .venv/bin/python scripts/workload/make_unit_models.py testvectors/networks/unit

For each supported model a few frames and ONNX Runtime's answers to them are stored beside it. Every model has random
numbers of its own, seeded by its name: adding one changes no other. Needs `scripts/setup core referee`.
"""
import json
import sys
import zlib
from pathlib import Path

import numpy as np
import onnx

import referee
from onnx_graph import OPSET, Graph

FRAMES = 4
CHANGED = 0.2  # share of the pixels that change from frame to frame
NEWEST = onnx.defs.onnx_opset_version()

MODELS = {}  # name to (function, opset, what the importer does, nodes that it names)


def model(name=None, opset=OPSET, expect="run", problems=(), **arguments):
    """Registers a function (graph, ...) -> output tensor as a model; several times, with other arguments, where told.

    expect: "run"; "refuse" (naming `problems`); "too large".
    """

    def register(build):
        MODELS[name or build.__name__] = (lambda unit: build(unit, **arguments), opset, expect, list(problems))
        return build

    return register


class Unit(Graph):
    """A graph with one input `image`, one output, and random weights."""

    def __init__(self, name, opset):
        super().__init__(name, {}, opset)
        self.random = np.random.default_rng(zlib.crc32(name.encode()))
        self.shape = None

    def image(self, *shape):
        self.shape = shape
        self.inputs = [onnx.helper.make_tensor_value_info("image", onnx.TensorProto.FLOAT, [1, *shape])]
        return "image"

    def values(self, *shape):
        """Weights that keep a signal's size: variance 1 over the fan-in."""
        return self.random.normal(0, 1 / np.sqrt(max(1, np.prod(shape[1:]))), shape)

    def layer(self, name, source, outputs, inputs, kernel=3, pads=None, groups=1, bias=True, gain=1, **attributes):
        """A convolution with random weights, padded to keep the size unless told otherwise."""
        kernel = (kernel, kernel) if isinstance(kernel, int) else kernel
        pads = [kernel[0] // 2, kernel[1] // 2] * 2 if pads is None else pads
        if "auto_pad" not in attributes:
            attributes["pads"] = pads
        weight = gain * self.values(outputs, inputs // groups, *kernel)
        return self.conv(name, source, weight, self.values(outputs) / 4 if bias else None, group=groups, **attributes)

    def relu(self, source, name=None):
        return self.node("Relu", name or f"{source}_relu", source)

    def clip(self, name, source, low, high):
        """Limits were attributes until opset 11, and are inputs since."""
        if self.opset < 11:
            return self.node("Clip", name, source, min=low, max=high)
        limits = [self.weight(f"{name}.{kind}", np.float32(v)) for kind, v in (("min", low), ("max", high))]
        return self.node("Clip", name, [source, *limits])

    def squeeze(self, name, source, axes):
        """Axes were an attribute until opset 13, and are an input since."""
        if self.opset < 13:
            return self.node("Squeeze", name, source, axes=axes)
        return self.node("Squeeze", name, [source, self.weight(f"{name}.axes", np.array(axes, np.int64))])

    def dropout(self, name, source):
        """Without effect in inference; its ratio was an attribute until opset 12."""
        return self.node("Dropout", name, source, **({"ratio": 0.5} if self.opset < 12 else {}))

    def normalise(self, name, source, channels):
        """Batch normalisation with statistics of a trained network's kind."""
        random = self.random
        values = {
            "scale": random.uniform(0.5, 1.5, channels),
            "offset": random.normal(0, 0.2, channels),
            "mean": random.normal(0, 0.2, channels),
            "variance": random.uniform(0.5, 2, channels),
        }
        stored = [self.weight(f"{name}.{kind}", value) for kind, value in values.items()]
        return self.node("BatchNormalization", name, [source, *stored])

    def gemm(self, name, source, outputs, inputs):
        weight = self.weight(f"{name}.weight", self.values(outputs, inputs))
        bias = self.weight(f"{name}.bias", self.values(outputs) / 4)
        return self.node("Gemm", name, [source, weight, bias], transB=1)

    def frames(self):
        """Pixels in which some change from frame to frame, u8 [FRAMES][...]."""
        frame = self.random.integers(0, 256, self.shape)
        frames = [frame]
        while len(frames) < FRAMES:
            other = self.random.integers(0, 256, self.shape)
            frames.append(np.where(self.random.random(self.shape) < CHANGED, other, frames[-1]))
        return np.stack(frames).astype(np.uint8)


# ---- one convolution ------------------------------------------------------------------------------------------------
@model("conv_3x3")
@model("conv_3x3_stride2", strides=[2, 2])
@model("conv_3x3_stride3", strides=[3, 3])
@model("conv_3x3_stride4_valid", strides=[4, 4], pads=[0, 0, 0, 0])
@model("conv_3x3_stride_2x1", strides=[2, 1])
@model("conv_3x3_valid", pads=[0, 0, 0, 0])
@model("conv_3x3_uneven_pads", pads=[0, 1, 2, 0])
@model("conv_3x3_dilated2", pads=[2, 2, 2, 2], dilations=[2, 2])
@model("conv_3x3_dilated3_stride2", pads=[3, 3, 3, 3], dilations=[3, 3], strides=[2, 2])
@model("conv_3x3_same_upper", auto_pad="SAME_UPPER", strides=[2, 2])
@model("conv_3x3_same_lower", auto_pad="SAME_LOWER", strides=[2, 2])
@model("conv_3x3_no_bias", bias=False)
@model("conv_1x1", kernel=1)
@model("conv_2x2_stride2", kernel=2, pads=[0, 0, 0, 0], strides=[2, 2])
@model("conv_1x5", kernel=(1, 5))
@model("conv_5x5", kernel=5)
@model("conv_11x11", kernel=11)
@model("conv_11x11_stride4", kernel=11, pads=[2, 2, 2, 2], strides=[4, 4])
def one_conv(unit, **attributes):
    return unit.layer("conv", unit.image(2, 14, 18), 6, 2, **attributes)


@model("conv_depthwise")
@model("conv_depthwise_stride2", strides=[2, 2])
@model("conv_depthwise_5x5", kernel=5)
def depthwise(unit, **attributes):
    stem = unit.relu(unit.layer("stem", unit.image(1, 12, 16), 8, 1))
    return unit.relu(unit.layer("depthwise", stem, 8, 8, groups=8, **attributes))


@model()
def conv_depthwise_multiplier2(unit):
    return unit.layer("depthwise", unit.image(3, 12, 16), 6, 3, groups=3)


@model()
def conv_grouped(unit):
    stem = unit.relu(unit.layer("stem", unit.image(1, 12, 16), 8, 1))
    return unit.layer("grouped", stem, 12, 8, groups=2)


@model("conv_odd_channels", middle=5, last=3)
@model("conv_13_channels", middle=13, last=9)
def two_convs(unit, middle, last):
    a = unit.relu(unit.layer("first", unit.image(3, 11, 13), middle, 3))
    return unit.layer("second", a, last, middle)


# ---- joins ----------------------------------------------------------------------------------------------------------
@model()
def add_residual(unit):
    a = unit.relu(unit.layer("first", unit.image(1, 12, 16), 8, 1))
    b = unit.layer("second", a, 8, 8)
    return unit.relu(unit.node("Add", "add", [b, a]))


@model()
def add_of_inputs(unit):
    """Both addends are results that others read too, so that neither convolution can take the sum in."""
    a = unit.relu(unit.layer("left", unit.image(1, 12, 16), 4, 1))
    b = unit.relu(unit.layer("right", "image", 4, 1, kernel=5))
    total = unit.node("Add", "add", [a, b])
    return unit.node("Concat", "concat", [total, a, b], axis=1)


@model()
def add_twice_the_same(unit):
    a = unit.relu(unit.layer("conv", unit.image(1, 12, 16), 4, 1))
    return unit.node("Add", "double", [a, a])


@model()
def add_constant(unit):
    a = unit.layer("conv", unit.image(1, 12, 16), 4, 1)
    return unit.relu(unit.node("Add", "add", [a, unit.weight("offset", unit.random.normal(0, 1, (1, 4, 1, 1)))]))


@model()
def concat_two_branches(unit):
    a = unit.relu(unit.layer("left", unit.image(1, 12, 16), 4, 1))
    b = unit.relu(unit.layer("right", "image", 6, 1, kernel=5))
    return unit.layer("join", unit.node("Concat", "concat", [a, b], axis=1), 8, 10)


@model()
def concat_nested(unit):
    a = unit.relu(unit.layer("a", unit.image(1, 12, 16), 3, 1))
    b = unit.relu(unit.layer("b", a, 5, 3))
    inner = unit.node("Concat", "inner", [a, b], axis=1)
    return unit.layer("join", unit.node("Concat", "outer", [inner, "image"], axis=1), 4, 9, kernel=1)


@model()
def resnet_block(unit):
    stem = unit.relu(unit.layer("stem", unit.image(3, 16, 16), 8, 3))
    main = unit.relu(unit.layer("main1", stem, 16, 8, strides=[2, 2]))
    main = unit.layer("main2", main, 16, 16)
    shortcut = unit.layer("shortcut", stem, 16, 8, kernel=1, strides=[2, 2])
    body = unit.relu(unit.node("Add", "add", [main, shortcut]))
    return unit.gemm("dense", unit.node("Flatten", "flatten", unit.node("GlobalAveragePool", "mean", body)), 10, 16)


# ---- pools ----------------------------------------------------------------------------------------------------------
@model("max_pool_2x2", kernel_shape=[2, 2], strides=[2, 2])
@model("max_pool_3x3_stride2_pad1", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
@model("max_pool_3x3_stride1_pad1", kernel_shape=[3, 3], strides=[1, 1], pads=[1, 1, 1, 1])
@model("max_pool_5x5_stride3", kernel_shape=[5, 5], strides=[3, 3])
def max_pool(unit, **attributes):
    a = unit.relu(unit.layer("first", unit.image(1, 14, 17), 5, 1))
    return unit.layer("second", unit.node("MaxPool", "pool", a, **attributes), 4, 5)


@model()
def max_pool_before_relu(unit):
    a = unit.layer("first", unit.image(1, 12, 16), 8, 1)
    a = unit.node("MaxPool", "pool", a, kernel_shape=[2, 2], strides=[2, 2])
    return unit.layer("second", unit.relu(a), 4, 8)


@model()
def max_pool_two_readers(unit):
    """The pool's source is read by another layer as well, so the pool needs a layer of its own."""
    a = unit.relu(unit.layer("first", unit.image(1, 12, 16), 6, 1))
    pooled = unit.node("MaxPool", "pool", a, kernel_shape=[2, 2], strides=[2, 2])
    return unit.node("Concat", "concat", [pooled, unit.layer("second", a, 4, 6, strides=[2, 2])], axis=1)


@model()
def max_pool_of_input(unit):
    a = unit.node("MaxPool", "pool", unit.image(1, 12, 16), kernel_shape=[2, 2], strides=[2, 2])
    return unit.layer("conv", a, 4, 1)


@model("average_pool_2x2", kernel_shape=[2, 2], strides=[2, 2])
@model("average_pool_3x3_valid", kernel_shape=[3, 3], strides=[2, 2], count_include_pad=0)
@model("average_pool_3x3_include_pad", kernel_shape=[3, 3], strides=[1, 1], pads=[1, 1, 1, 1], count_include_pad=1)
@model("average_pool_3x3_exclude_pad",
       kernel_shape=[3, 3], strides=[1, 1], pads=[1, 1, 1, 1], count_include_pad=0)
def average_pool(unit, **attributes):
    a = unit.relu(unit.layer("conv", unit.image(1, 12, 16), 6, 1))
    return unit.node("AveragePool", "average", a, **attributes)


@model()
def average_pool_global(unit):
    return unit.node("GlobalAveragePool", "mean", unit.relu(unit.layer("conv", unit.image(1, 12, 16), 6, 1)))


@model("average_pool_ceil", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
@model("average_pool_ceil_pads", kernel_shape=[3, 2], strides=[2, 2], pads=[1, 1, 1, 0], ceil_mode=1, count_include_pad=1)
@model("average_pool_same", kernel_shape=[2, 3], auto_pad="SAME_UPPER")
def average_pool_borders(unit, **attributes):
    """Windows at the border have divisors of their own."""
    a = unit.relu(unit.layer("conv", unit.image(1, 8, 10), 4, 1))
    return unit.layer("last", unit.node("AveragePool", "average", a, **attributes), 3, 4)


@model("reduce_mean_channels", axes=[1])
@model("reduce_mean_rows", axes=[2], keepdims=0)
@model("reduce_mean_all", axes=[1, 2, 3])
def reduce_mean_of(unit, **attributes):
    return unit.node("ReduceMean", "mean", unit.relu(unit.layer("conv", unit.image(1, 6, 8), 4, 1)), **attributes)


@model()
def reduce_sum(unit):
    a = unit.relu(unit.layer("conv", unit.image(1, 6, 8), 4, 1))
    axes = unit.weight("axes", np.array([-1], np.int64))
    return unit.layer("last", unit.node("ReduceSum", "sum", [a, axes]), 2, 4, kernel=(3, 1))


# ---- dense layers and shapes ----------------------------------------------------------------------------------------
@model()
def mlp_gemm(unit):
    a = unit.relu(unit.gemm("hidden", unit.node("Flatten", "flatten", unit.image(1, 6, 6)), 20, 36))
    return unit.gemm("scores", a, 10, 20)


@model()
def mlp_matmul(unit):
    """Products and their biases as nodes of their own, from an input without rows and columns."""
    a = unit.node("MatMul", "hidden", [unit.image(24), unit.weight("hidden.weight", unit.values(20, 24).T)])
    a = unit.relu(unit.node("Add", "hidden_bias", [a, unit.weight("hidden.bias", unit.values(20))]), "relu")
    return unit.node("MatMul", "scores", [a, unit.weight("scores.weight", unit.values(10, 20).T)])


@model()
def gemm_alpha_beta(unit):
    flat = unit.node("Flatten", "flatten", unit.image(1, 4, 4))
    weight, bias = unit.weight("weight", unit.values(6, 16).T), unit.weight("bias", unit.values(6))
    return unit.node("Gemm", "gemm", [flat, weight, bias], alpha=0.5, beta=2.0)


@model()
def tail_flatten(unit):
    a = unit.relu(unit.layer("conv", unit.image(1, 8, 8), 4, 1, strides=[2, 2]))
    return unit.gemm("dense", unit.node("Flatten", "flatten", a), 10, 64)


@model()
def tail_reshape(unit):
    a = unit.relu(unit.layer("conv", unit.image(1, 8, 8), 4, 1, strides=[2, 2]))
    flat = unit.node("Reshape", "reshape", [a, unit.weight("shape", np.array([1, -1], np.int64))])
    return unit.gemm("dense", flat, 10, 64)


@model()
def tail_squeeze(unit):
    a = unit.relu(unit.layer("conv", unit.image(1, 8, 8), 10, 1))
    return unit.squeeze("squeeze", unit.node("GlobalAveragePool", "mean", a), [2, 3])


# ---- what folds away ------------------------------------------------------------------------------------------------
@model()
def batch_norm_after_conv(unit):
    a = unit.layer("first", unit.image(3, 12, 16), 8, 3, bias=False)
    a = unit.relu(unit.normalise("norm1", a, 8), "relu1")
    return unit.normalise("norm2", unit.layer("second", a, 4, 8), 4)


@model()
def batch_norm_after_add(unit):
    """Nothing to fold into: the normalisation is a layer of its own."""
    a = unit.relu(unit.layer("first", unit.image(1, 12, 16), 4, 1))
    b = unit.layer("second", a, 4, 4)
    return unit.relu(unit.normalise("norm", unit.node("Add", "add", [a, b]), 4))


@model()
def clip_relu6(unit):
    a = unit.clip("relu6", unit.layer("first", unit.image(1, 12, 16), 8, 1), 0.0, 6.0)
    return unit.clip("narrow", unit.layer("second", a, 4, 8), -0.25, 0.5)


@model()
def nothing_to_do(unit):
    """Identity, Dropout and a weight that comes from a Constant node."""
    value = onnx.numpy_helper.from_array(unit.values(4, 1, 3, 3).astype(np.float32), "value")
    weight = unit.node("Constant", "constant", [], value=value)
    a = unit.node("Conv", "conv", [unit.node("Identity", "before", unit.image(1, 12, 16)), weight], pads=[1] * 4)
    return unit.node("Identity", "after", unit.dropout("dropout", unit.relu(a)))


@model()
def unnamed_nodes(unit):
    """Exporters may leave the names of nodes empty."""
    a = unit.relu(unit.layer("first", unit.image(1, 12, 16), 4, 1))
    out = unit.layer("second", a, 4, 4)
    for node in unit.nodes:
        node.name = ""
    return out


# ---- versions -------------------------------------------------------------------------------------------------------
@model("opset_7", opset=7)
@model("opset_9", opset=9)
@model("opset_11", opset=11)
@model("opset_12", opset=12)
@model("opset_13", opset=13)
@model("opset_17", opset=17)
@model("opset_21", opset=21)
@model("opset_newest", opset=NEWEST)
def all_kinds(unit):
    """One of each supported operator, in the form of this opset."""
    a = unit.relu(unit.normalise("norm", unit.layer("c1", unit.image(3, 16, 16), 8, 3, bias=False), 8), "relu1")
    a = unit.node("MaxPool", "pool", a, kernel_shape=[2, 2], strides=[2, 2])
    b = unit.clip("clip", unit.layer("c2", a, 8, 8), 0.0, 6.0)
    a = unit.node("Concat", "concat", [unit.node("Add", "add", [a, b]), b], axis=1)
    a = unit.node("AveragePool", "average", a, kernel_shape=[2, 2], strides=[2, 2])
    a = unit.relu(unit.layer("c3", unit.dropout("dropout", a), 12, 16))
    a = unit.squeeze("squeeze", unit.node("GlobalAveragePool", "mean", a), [2, 3])
    a = unit.node("MatMul", "product", [a, unit.weight("product.weight", unit.values(10, 12).T)])
    return unit.gemm("scores", unit.node("Identity", "same", a), 6, 10)


# ---- element by element ---------------------------------------------------------------------------------------------
@model()
def arithmetic(unit):
    """Products, quotients, differences and sums: with a number, a number for each channel, another activation."""
    a = unit.relu(unit.layer("left", unit.image(1, 12, 16), 4, 1))
    b = unit.relu(unit.layer("right", "image", 4, 1, kernel=5))
    by_channel = unit.weight("by_channel", unit.random.uniform(0.5, 1.5, (1, 4, 1, 1)))
    number = unit.weight("number", np.float32(0.25))
    scaled = unit.node("Mul", "scaled", [by_channel, a])
    shared = unit.node("Div", "shared", [b, by_channel])
    rest = unit.node("Sub", "rest", [number, scaled])
    less = unit.node("Sub", "less", [shared, number])
    difference = unit.node("Sub", "difference", [rest, less])
    return unit.node("Sum", "sum", [unit.node("Neg", "negated", difference), a, b])


@model()
def sum_of_one(unit):
    return unit.node("Sum", "sum", unit.relu(unit.layer("conv", unit.image(1, 8, 8), 4, 1)))


@model("reduce_mean", keepdims=1)
@model("reduce_mean_opset_13", opset=13, keepdims=1)
@model("reduce_mean_flat", keepdims=0)
def reduce_mean(unit, keepdims):
    a = unit.relu(unit.layer("conv", unit.image(1, 12, 16), 8, 1))
    if unit.opset < 18:
        return unit.node("ReduceMean", "mean", a, axes=[-2, -1], keepdims=keepdims)
    return unit.node("ReduceMean", "mean", [a, unit.weight("axes", np.array([2, 3], np.int64))], keepdims=keepdims)


@model("pad")
@model("pad_opset_9", opset=9)
def pad(unit):
    """Zeros around the image, as exporters write them before a convolution without padding."""
    pads = [0, 0, 1, 2, 0, 0, 3, 0]
    image = unit.image(1, 12, 16)
    if unit.opset < 11:
        padded = unit.node("Pad", "pad", image, pads=pads)
    else:
        padded = unit.node("Pad", "pad", [image, unit.weight("pads", np.array(pads, np.int64))])
    return unit.relu(unit.layer("conv", padded, 4, 1, pads=[0] * 4))


@model("upsample_opset_7", opset=7)
@model("upsample_opset_9", opset=9)
@model("resize_opset_10", opset=10)
@model("resize_scales", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
@model("resize_sizes", sizes=True)
def resize(unit, sizes=False, **attributes):
    """Nearest neighbours, twice as many rows and three times as many columns."""
    a = unit.relu(unit.layer("conv", unit.image(1, 8, 10), 4, 1))
    scales = [1.0, 1.0, 2.0, 3.0]
    kind = "Upsample" if unit.opset < 10 else "Resize"
    if unit.opset < 9:
        larger = unit.node(kind, "larger", a, mode="nearest", scales=scales)
    elif unit.opset < 11:
        larger = unit.node(kind, "larger", [a, unit.weight("scales", np.array(scales, np.float32))], mode="nearest")
    elif sizes:
        size = unit.weight("sizes", np.array([1, 4, 16, 30], np.int64))
        larger = unit.node(kind, "larger", [a, "", "", size], mode="nearest", **attributes)
    else:
        size = unit.weight("scales", np.array(scales, np.float32))
        larger = unit.node(kind, "larger", [a, "", size], mode="nearest", **attributes)
    return unit.layer("last", larger, 4, 4)


@model()
def pad_behind(unit):
    """Zeros behind only, as exporters write them before a convolution with stride 2."""
    pads = unit.weight("pads", np.array([0, 0, 0, 0, 0, 0, 1, 1], np.int64))
    a = unit.relu(unit.layer("first", unit.node("Pad", "pad", [unit.image(1, 12, 16), pads]), 4, 1,
                             pads=[0] * 4, strides=[2, 2]))
    return unit.layer("second", unit.node("Pad", "again", [a, pads]), 4, 4, pads=[0] * 4)


@model()
def pad_results(unit):
    """Zeros behind sums that are no zeros there, and an activation behind those."""
    pads = unit.weight("pads", np.array([0, 0, 0, 0, 0, 0, 2, 3], np.int64))
    around = unit.weight("around", np.array([0, 0, 1, 1, 0, 0, 1, 1], np.int64))
    a = unit.relu(unit.node("Pad", "pad", [unit.layer("left", unit.image(1, 8, 8), 4, 1), pads]))
    b = unit.node("Pad", "around_b", [unit.layer("right", "image", 4, 1), around])
    pads_b = unit.weight("pads_b", np.array([0, 0, 0, 0, 0, 0, 0, 1], np.int64))
    return unit.node("Add", "sum", [a, unit.node("Pad", "last", [b, pads_b])])


@model("pad_negative", pads=[0, 0, -1, 2, 0, 0, 1, -3])
@model("pad_edge", mode="edge", pads=[0, 0, 1, 2, 0, 0, 3, 1])
def pad_mode(unit, pads, **attributes):
    a = unit.relu(unit.layer("conv", unit.image(1, 8, 9), 3, 1))
    b = unit.node("Pad", "pad", [a, unit.weight("pads", np.array(pads, np.int64))], **attributes)
    return unit.layer("last", b, 4, 3)


@model("resize_linear_2", scales=[1, 1, 2, 2])
@model("resize_linear_3x4", scales=[1, 1, 3, 4])
@model("resize_linear_rows", scales=[1, 1, 4, 1])
@model("resize_linear_asymmetric", scales=[1, 1, 2, 3], coordinate_transformation_mode="asymmetric")
@model("resize_linear_pytorch", scales=[1, 1, 2, 2], coordinate_transformation_mode="pytorch_half_pixel")
def resize_linear(unit, scales, **attributes):
    a = unit.relu(unit.layer("conv", unit.image(1, 5, 6), 4, 1))
    inputs = [a, "", unit.weight("scales", np.array(scales, np.float32))]
    return unit.layer("last", unit.node("Resize", "larger", inputs, mode="linear", **attributes), 3, 4)


@model(opset=18)
def resize_axes(unit):
    a = unit.relu(unit.layer("conv", unit.image(1, 5, 6), 4, 1))
    inputs = [a, "", unit.weight("scales", np.array([2, 3], np.float32))]
    return unit.node("Resize", "larger", inputs, mode="nearest", axes=[2, 3])


# ---- curves ---------------------------------------------------------------------------------------------------------
BEND = 8  # gain of a convolution whose sums reach the bends of the functions behind it


@model("curve_leaky_relu", kind="LeakyRelu", alpha=0.1)
@model("curve_sigmoid", kind="Sigmoid")
@model("curve_tanh", kind="Tanh")
@model("curve_hard_sigmoid", kind="HardSigmoid", alpha=0.25)
@model("curve_hard_swish", opset=14, kind="HardSwish")
@model("curve_elu", kind="Elu", alpha=1.5)
@model("curve_selu", kind="Selu")
@model("curve_celu", kind="Celu", alpha=2.0)
@model("curve_softplus", kind="Softplus")
@model("curve_softsign", kind="Softsign")
@model("curve_gelu", opset=20, kind="Gelu")
@model("curve_gelu_tanh", opset=20, kind="Gelu", approximate="tanh")
@model("curve_mish", opset=18, kind="Mish")
@model("curve_erf", kind="Erf")
@model("curve_abs", kind="Abs")
@model("curve_thresholded_relu_at_0", kind="ThresholdedRelu", alpha=0.0)
def curve(unit, kind, **attributes):
    """An activation between two convolutions: its bends and its flat ends are met."""
    a = unit.layer("first", unit.image(1, 8, 10), 6, 1, gain=BEND)
    return unit.layer("last", unit.node(kind, "curve", a, **attributes), 4, 6)


@model()
def curve_prelu(unit):
    slope = unit.weight("slope", np.full((1, 1, 1), 0.2))
    a = unit.node("PRelu", "prelu", [unit.layer("first", unit.image(1, 8, 10), 6, 1, gain=BEND), slope])
    return unit.layer("last", a, 4, 6)


@model()
def prelu_by_channel(unit):
    """Exact, without a curve."""
    slopes = unit.weight("slopes", unit.random.uniform(-0.5, 1.5, (6, 1, 1)))
    a = unit.node("PRelu", "prelu", [unit.layer("first", unit.image(1, 8, 10), 6, 1, gain=BEND), slopes])
    return unit.layer("last", a, 4, 6)


@model()
def curve_pooled(unit):
    """A curve under a pool, a cut behind one, a curve behind a pool, and curves on curves."""
    a = unit.node("Tanh", "tanh", unit.layer("first", unit.image(1, 12, 16), 6, 1, gain=BEND))
    b = unit.node("MaxPool", "pool", a, kernel_shape=[2, 2], strides=[2, 2])
    c = unit.clip("cut", unit.node("Sigmoid", "sigmoid", unit.layer("second", b, 8, 6, gain=4)), 0.25, 0.9)
    d = unit.node("MaxPool", "pool_2", unit.relu(unit.layer("third", c, 6, 8)), kernel_shape=[3, 3], strides=[1, 1])
    e = unit.node("Softsign", "softsign", unit.node("Elu", "elu", d))
    return unit.layer("last", e, 4, 6)


@model()
def curve_of_an_output(unit):
    """As a mask or a heat map ends."""
    return unit.node("Sigmoid", "mask", unit.layer("conv", unit.image(1, 8, 10), 2, 1, gain=BEND))


@model()
def curve_beside_its_source(unit):
    """The sum that the curve bends has another reader: the curve gets a layer of its own."""
    a = unit.layer("first", unit.image(1, 8, 10), 6, 1, gain=BEND)
    b = unit.node("Tanh", "tanh", a)
    return unit.node("Add", "sum", [unit.layer("left", a, 4, 6), unit.layer("right", b, 4, 6)])


@model()
def pattern_silu(unit):
    """Two layers with x * sigmoid(x) and a way round, as networks for detection have them."""

    def silu(name, source):
        return unit.node("Mul", name, [source, unit.node("Sigmoid", f"{name}_gate", source)])

    a = silu("silu_1", unit.layer("first", unit.image(1, 8, 10), 6, 1, gain=BEND))
    b = silu("silu_2", unit.layer("second", a, 6, 6))
    return unit.layer("last", unit.node("Add", "sum", [a, b]), 4, 6)


@model("pattern_hard_swish", spelt="clip")
@model("pattern_hard_swish_by_parts", spelt="hard_sigmoid")
@model("pattern_gelu", spelt="gelu")
@model("pattern_gelu_tanh", spelt="gelu_tanh")
@model("pattern_quick_gelu", spelt="quick_gelu")
@model("pattern_mish", spelt="mish")
@model("pattern_leaky_relu", spelt="leaky_relu")
@model("pattern_sigmoid", spelt="sigmoid")
@model("pattern_softsign", spelt="softsign")
def pattern(unit, spelt):
    """Activations that exporters spell out."""
    x = unit.layer("first", unit.image(1, 8, 10), 6, 1, gain=BEND)
    count = iter(range(100))

    def node(kind, *inputs, **attributes):
        inputs = [i if isinstance(i, str) else unit.weight(f"number_{next(count)}", np.float32(i)) for i in inputs]
        return unit.node(kind, f"{kind.lower()}_{next(count)}", inputs, **attributes)

    y = {
        "clip": lambda: node("Div", node("Mul", x, unit.clip("six", node("Add", x, 3.0), 0.0, 6.0)), 6.0),
        "hard_sigmoid": lambda: node("Mul", x, node("HardSigmoid", x, alpha=1 / 6)),
        "gelu": lambda: node("Mul", node("Mul", x, node("Add", node("Erf", node("Div", x, 2**0.5)), 1.0)), 0.5),
        "gelu_tanh": lambda: node("Mul", node("Mul", 0.5, x), node("Add", 1.0, node("Tanh", node(
            "Mul", (2 / np.pi)**0.5, node("Add", x, node("Mul", 0.044715, node("Pow", x, 3.0))))))),
        "quick_gelu": lambda: node("Mul", x, node("Sigmoid", node("Mul", x, 1.702))),
        "mish": lambda: node("Mul", x, node("Tanh", node("Softplus", x))),
        "leaky_relu": lambda: node("Max", x, node("Mul", x, 0.1)),
        "sigmoid": lambda: node("Div", 1.0, node("Add", node("Exp", node("Neg", x)), 1.0)),
        "softsign": lambda: node("Div", x, node("Add", 1.0, node("Abs", x))),
    }[spelt]()
    return unit.layer("last", y, 4, 6)


# ---- transposed -----------------------------------------------------------------------------------------------------
@model("conv_transpose_2x2_stride2", kernel=2, strides=[2, 2])
@model("conv_transpose_3x3", kernel=3, pads=[1, 1, 1, 1])
@model("conv_transpose_3x3_stride2", kernel=3, strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1])
@model("conv_transpose_4x4_stride2", kernel=4, strides=[2, 2], pads=[1, 1, 1, 1])
@model("conv_transpose_5x5_stride3", kernel=5, strides=[3, 3], pads=[2, 1, 0, 1])
@model("conv_transpose_dilated", kernel=3, dilations=[2, 3], strides=[1, 2])
@model("conv_transpose_grouped", kernel=3, group=2, strides=[2, 2])
@model("conv_transpose_depthwise", kernel=4, group=4, strides=[2, 2], pads=[1, 1, 1, 1])
@model("conv_transpose_same", kernel=3, strides=[2, 2], auto_pad="SAME_UPPER")
def conv_transpose(unit, kernel, group=1, **attributes):
    a = unit.relu(unit.layer("conv", unit.image(1, 8, 10), 4, 1))
    outputs = 6 if group != 4 else 4
    weight = unit.weight("larger.weight", 2 * unit.values(4, outputs // group, kernel, kernel))
    bias = unit.weight("larger.bias", unit.values(outputs) / 4)
    larger = unit.node("ConvTranspose", "larger", [a, weight, bias], group=group, **attributes)
    return unit.layer("last", unit.relu(larger), 4, outputs)


@model()
def u_net(unit):
    """Down, up by a transposed convolution, and the long way round beside it."""
    a = unit.relu(unit.layer("down", unit.image(1, 12, 16), 8, 1))
    b = unit.relu(unit.layer("bottom", a, 12, 8, strides=[2, 2]))
    weight = unit.weight("up.weight", 2 * unit.values(12, 8, 2, 2))
    up = unit.relu(unit.node("ConvTranspose", "up", [b, weight], strides=[2, 2]))
    return unit.layer("last", unit.node("Concat", "concat", [up, a], axis=1), 4, 16)


# ---- orders: transposes, parts, one dimension ------------------------------------------------------------------------
def turned(unit, name, source, *perm):
    return unit.node("Transpose", name, source, perm=list(perm))


@model()
def channels_last(unit):
    """As converters from Keras write it: the model's own tensors have channels last, its convolutions first."""
    a = turned(unit, "in", unit.image(8, 10, 3), 0, 3, 1, 2)
    b = unit.relu(unit.layer("first", a, 6, 3))
    return turned(unit, "out", unit.layer("second", b, 4, 6), 0, 2, 3, 1)


@model()
def channels_last_between(unit):
    """Sums, activations and constants on tensors with channels last."""
    a = unit.layer("first", turned(unit, "in", unit.image(6, 8, 2), 0, 3, 1, 2), 4, 2)
    b = turned(unit, "last", a, 0, 2, 3, 1)
    offset = unit.weight("offset", unit.values(4) / 4)
    c = unit.relu(unit.node("Add", "shifted", [b, offset]))
    d = unit.relu(unit.node("Add", "both", [c, b]))
    e = unit.node("Concat", "join", [c, d], axis=3)
    return unit.layer("second", turned(unit, "again", e, 0, 3, 1, 2), 3, 8)


@model()
def channels_last_flat(unit):
    """A dense layer that reads rows, columns, channels in this order."""
    a = unit.relu(unit.layer("conv", turned(unit, "in", unit.image(6, 5, 2), 0, 3, 1, 2), 4, 2))
    b = turned(unit, "out", a, 0, 2, 3, 1)
    c = unit.node("Reshape", "flat", [b, unit.weight("shape", np.array([1, -1], np.int64))])
    weight = unit.weight("dense.weight", unit.values(7, 6 * 5 * 4).T)
    return unit.node("MatMul", "dense", [c, weight])


@model(opset=13)
def channels_last_mean(unit):
    """A global average over rows and columns in the middle, then a dense layer."""
    a = unit.relu(unit.layer("conv", turned(unit, "in", unit.image(8, 8, 1), 0, 3, 1, 2), 8, 1))
    mean = unit.node("ReduceMean", "mean", turned(unit, "out", a, 0, 2, 3, 1), axes=[1, 2], keepdims=0)
    return unit.gemm("dense", mean, 5, 8)


@model()
def transpose_output(unit):
    """Columns, channels, rows: the host gives what the model says."""
    return turned(unit, "out", unit.layer("conv", unit.image(1, 6, 9), 4, 1), 0, 3, 1, 2)


@model()
def transpose_weights(unit):
    """A constant that the exporter left to be turned."""
    a = unit.relu(unit.layer("conv", unit.image(1, 4, 4), 3, 1))
    b = unit.node("Flatten", "flat", a)
    weight = turned(unit, "turned", unit.weight("dense.weight", unit.values(5, 48)), 1, 0)
    return unit.node("MatMul", "dense", [b, weight])


@model("split_halves", sizes=None)
@model("split_uneven", sizes=[2, 5, 1])
def split(unit, sizes):
    parts = len(sizes) if sizes else 2
    a = unit.relu(unit.layer("conv", unit.image(1, 8, 8), 8, 1))
    names = [f"part{i}" for i in range(parts)]
    unit.node("Split", "parts", [a, unit.weight("sizes", np.array(sizes, np.int64))] if sizes else a, output=names, axis=1)
    sizes = sizes or [4, 4]
    outputs = [unit.relu(unit.layer(f"of_{name}", name, 4, size)) for name, size in zip(names, sizes)]
    return unit.node("Sum", "sum", outputs)


@model("split_opset11", opset=11)
def split_old(unit):
    """Sizes were an attribute until opset 13."""
    a = unit.relu(unit.layer("conv", unit.image(1, 8, 8), 6, 1))
    unit.node("Split", "parts", a, output=["left", "right"], axis=1, split=[4, 2])
    return unit.layer("last", unit.node("Concat", "swapped", ["right", "left"], axis=1), 3, 6)


@model()
def slice_channels(unit):
    """The last three channels, without the very last."""
    a = unit.relu(unit.layer("conv", unit.image(1, 8, 8), 8, 1))
    bounds = [unit.weight(n, np.array([v], np.int64)) for n, v in (("starts", -4), ("ends", -1), ("axes", 1))]
    b = unit.node("Slice", "slice", [a, *bounds])
    return unit.node("Concat", "both", [b, unit.layer("beside", a, 2, 8)], axis=1)


@model()
def slice_plane(unit):
    """Inner rows and all but the first columns, read with padding: what was cut off counts as zero."""
    a = unit.relu(unit.layer("conv", unit.image(1, 9, 10), 4, 1))
    names = ("starts", "ends", "axes")
    bounds = [unit.weight(n, np.array(v, np.int64)) for n, v in zip(names, ([2, 1], [7, 100], [2, 3]))]
    return unit.layer("last", unit.node("Slice", "slice", [a, *bounds]), 3, 4)


@model()
def split_rows(unit):
    a = unit.relu(unit.layer("conv", unit.image(1, 8, 8), 4, 1))
    unit.node("Split", "halves", a, output=["upper", "lower"], axis=2)
    return unit.layer("last", unit.node("Sub", "difference", ["upper", "lower"]), 3, 4)


@model()
def flat_features(unit):
    """A vector whose values have a mean each, and parts."""
    a = unit.node("Sub", "centred", [unit.image(24), unit.weight("mean", unit.random.uniform(0, 1, 24))])
    unit.node("Split", "parts", a, output=["left", "right"], axis=1)
    return unit.node("Add", "sum", [unit.gemm("of_left", "left", 5, 12), unit.gemm("of_right", "right", 5, 12)])


@model("pool_1d_of_input")
def pool_1d_of_input(unit):
    a = unit.node("MaxPool", "pool", unit.image(3, 20), kernel_shape=[3], strides=[2])
    return unit.conv("conv", a, unit.values(4, 3, 3), pads=[1, 1])


@model("conv_1d", kernel=3, pads=[1, 1])
@model("conv_1d_stride2", kernel=5, strides=[2], pads=[2, 2])
@model("conv_1d_dilated", kernel=3, dilations=[4])
def conv_1d(unit, kernel, **attributes):
    weight = unit.values(8, 3, kernel)
    a = unit.relu(unit.conv("first", unit.image(3, 40), weight, unit.values(8) / 4, **attributes))
    return unit.conv("second", a, unit.values(4, 8, 3), unit.values(4) / 4, pads=[1, 1])


@model()
def conv_1d_classifier(unit):
    """A signal of two channels: convolutions, pools, a mean, a dense layer, probabilities."""
    a = unit.relu(unit.conv("first", unit.image(2, 64), unit.values(8, 2, 5), None, pads=[2, 2]))
    b = unit.node("MaxPool", "pool", a, kernel_shape=[2], strides=[2])
    c = unit.relu(unit.conv("second", b, unit.values(12, 8, 3), unit.values(12) / 4, pads=[1, 1]))
    d = unit.node("AveragePool", "halves", c, kernel_shape=[2], strides=[2])
    e = unit.node("GlobalAveragePool", "mean", d)
    return unit.node("Softmax", "probabilities", unit.gemm("dense", unit.node("Flatten", "flat", e), 4, 12))


@model()
def dense_at_each_place(unit):
    """A matrix on the last dimension of a sequence, as Keras' Dense does."""
    a = turned(unit, "last", unit.relu(unit.conv("conv", unit.image(2, 20), unit.values(6, 2, 3), pads=[1, 1])), 0, 2, 1)
    weight, offset = unit.weight("weight", unit.values(5, 6).T), unit.weight("offset", unit.values(5) / 4)
    return unit.node("Add", "shifted", [unit.node("MatMul", "dense", [a, weight]), offset])


# ---- behind the chip ------------------------------------------------------------------------------------------------
def scores(unit, classes=10):
    a = unit.relu(unit.layer("conv", unit.image(1, 8, 8), 4, 1, strides=[2, 2]))
    return unit.gemm("scores", unit.node("Flatten", "flat", a), classes, 64)


@model("softmax")
@model("softmax_opset11", opset=11)
@model("log_softmax", operator="LogSoftmax")
def softmax(unit, operator="Softmax"):
    return unit.node(operator, "probabilities", scores(unit))


@model("softmax_channels", axis=1)
@model("softmax_rows", axis=2)
@model("softmax_opset12_from_rows", opset=12, axis=2)
def softmax_of_planes(unit, axis):
    """For each pixel; for each column; until opset 13 over all that comes behind."""
    a = unit.relu(unit.layer("conv", unit.image(1, 6, 8), 6, 1))
    return unit.node("Softmax", "probabilities", unit.layer("classes", a, 5, 6), axis=axis)


@model()
def softmax_channels_last(unit):
    a = turned(unit, "last", unit.layer("classes", unit.image(1, 6, 8), 5, 1), 0, 2, 3, 1)
    return turned(unit, "first", unit.node("Softmax", "probabilities", a, axis=-1), 0, 3, 1, 2)


# ---- refused --------------------------------------------------------------------------------------------------------
@model(expect="refuse", problems=["gate", "lengths", "larger"])
def unsupported_three(unit):
    """Three nodes that cannot run, each to be named."""
    a = unit.node("Sin", "gate", unit.layer("conv", unit.image(1, 8, 8), 4, 1))
    b = unit.node("LpNormalization", "lengths", unit.relu(unit.layer("second", a, 4, 4)), axis=1)
    c = unit.node("DepthToSpace", "larger", b, blocksize=2)
    return unit.layer("last", c, 1, 1)


@model()
def half_precision(unit):
    """As converters to FP16 write it: the ends stay float."""

    def conv(name, source, outputs, inputs):
        weight = unit.halves(f"{name}.weight", unit.values(outputs, inputs, 3, 3))
        bias = unit.halves(f"{name}.bias", unit.values(outputs) / 4)
        return unit.node("Conv", name, [source, weight, bias], kernel_shape=[3, 3], pads=[1, 1, 1, 1])

    a = unit.node("Cast", "to_half", unit.image(2, 10, 12), to=onnx.TensorProto.FLOAT16)
    b = conv("second", unit.relu(conv("first", a, 6, 2)), 3, 6)
    return unit.node("Cast", "to_float", b, to=onnx.TensorProto.FLOAT)


@model(expect="refuse", problems=["product"])
def unsupported_product_of_activations(unit):
    """MatMul is supported with constant weights only."""
    return unit.node("MatMul", "product", [unit.image(1, 8, 8), unit.relu(unit.layer("conv", "image", 1, 1))])


@model(expect="refuse", problems=["second"])
def unsupported_softmax_inside(unit):
    """What the host computes, the chip cannot read."""
    a = unit.node("Softmax", "attention", unit.layer("first", unit.image(1, 8, 8), 4, 1), axis=1)
    return unit.layer("second", a, 2, 4)


@model(expect="refuse", problems=["gated", "step"])
def unsupported_curves(unit):
    """A product of two activations that are not functions of one, and a function that jumps."""
    a, b = (unit.layer(name, unit.image(1, 8, 8), 4, 1) for name in ("left", "right"))
    gated = unit.node("Mul", "gated", [a, unit.node("Sigmoid", "gate", b)])
    step = unit.node("ThresholdedRelu", "step", unit.layer("third", "image", 4, 1), alpha=0.5)
    return unit.node("Add", "sum", [gated, step])


@model(expect="too large")
def too_large(unit):
    """Small to store, supported in every node, and with 67 million accumulators larger than any chip."""
    return unit.layer("conv", unit.image(3, 2048, 2048), 16, 3)


def make(name, folder):
    """Writes one model with its frames and answers; returns its line of the index."""
    build, opset, expect, problems = MODELS[name]
    unit = Unit(name, opset)
    unit.output(build(unit))
    path = folder / f"{name}.onnx"
    unit.write(path)
    if expect == "run":
        frames = unit.frames()
        judge = referee.answers if opset < NEWEST else referee.slow_answers
        answers = judge(path, frames / np.float32(255))
        np.save(folder / "frames" / f"{name}.npy", frames)
        np.save(folder / "answers" / f"{name}.npy", answers)
    return {"name": name, "opset": opset, "expect": expect, "problems": problems}


def main():
    folder = Path(sys.argv[1])
    for part in ("frames", "answers"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    index = [make(name, folder) for name in sorted(MODELS)]
    lines = ",\n".join("  " + json.dumps(entry) for entry in index)
    (folder / "index.json").write_text(f'{{\n"onnxruntime": "{referee.VERSION}",\n"models": [\n{lines}\n]\n}}\n')
    print(f"{len(index)} models, newest opset {NEWEST}")


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""The networks "int4" and "int2" in PyTorch: gray [N][1][20][20] in [0, 1] to scores [N][10], weights of a few bits.

A weight is a whole number of 2 or 4 bits times a step of its output channel. While training, the weights are real, and
rounded on the way forward; on the way back rounding counts as if it were not there (straight-through), and the step gets
the gradient of "Learned step size quantization" (Esser et al., 2020, equation 3). Nothing that is folded in afterwards may
turn a sign, because -2..1 cannot be turned: so the gain of the normalisation stays positive.
"""
import numpy as np
import torch
from torch import nn
from torch.nn import functional

WIDTHS = (16, 16, 32, 32)
CLASSES = 10
LEAST_GAIN = 1e-2


def limits(bits):
    return -(2 ** (bits - 1)), 2 ** (bits - 1) - 1


class Codes(nn.Module):
    """Weights [out][...] as whole numbers times a step of each output channel; real where bits is None."""

    def __init__(self, weight, bits):
        super().__init__()
        self.bits = bits
        if bits:
            # As far as the first step covers: the largest of 4 bits, and about the mean of 2.
            flat = weight.detach().flatten(1).abs()
            first = flat.max(1).values / limits(bits)[1] if bits > 2 else flat.mean(1)
            self.log_step = nn.Parameter(torch.log(first))

    def step(self, weight):
        return torch.exp(self.log_step).view(-1, *[1] * (weight.dim() - 1))

    def forward(self, weight):
        if not self.bits:
            return weight
        step = self.step(weight)
        scaled = torch.clamp(weight / step, *limits(self.bits))
        return (scaled + (scaled.round() - scaled).detach()) * step

    def codes(self, weight):
        return torch.clamp(weight / self.step(weight), *limits(self.bits)).round()


class FewBits(nn.Module):
    def __init__(self, bits):
        super().__init__()
        self.bits = bits
        inputs = 1
        for i, width in enumerate(WIDTHS):
            self.add_module(f"c{i + 1}", nn.Conv2d(inputs, width, 3, padding=1, bias=False))
            self.add_module(f"n{i + 1}", nn.BatchNorm2d(width))
            inputs = width
        self.dense = nn.Linear(WIDTHS[-1] * 25, CLASSES)
        self.names = [f"c{i + 1}" for i in range(len(WIDTHS))]
        for name in (*self.names, "dense"):
            self.add_module(f"{name}_codes", Codes(self.get_submodule(name).weight, bits))

    def weight(self, name):
        return self.get_submodule(f"{name}_codes")(self.get_submodule(name).weight)

    def forward(self, image):
        a = image
        for i, name in enumerate(self.names):
            a = functional.conv2d(a, self.weight(name), padding=1)
            a = torch.relu(self.get_submodule(f"n{i + 1}")(a))
            if i % 2:
                a = functional.max_pool2d(a, 2)
        return functional.linear(a.flatten(1), self.weight("dense"), self.dense.bias)

    def keep_signs(self):
        """To be called after each step of the training."""
        with torch.no_grad():
            for i in range(len(WIDTHS)):
                self.get_submodule(f"n{i + 1}").weight.clamp_(min=LEAST_GAIN)

    def layers(self):
        """Codes (int8), steps and biases of plain layers, normalisation folded in."""
        result = {}
        for name in (*self.names, "dense"):
            layer, codes = self.get_submodule(name), self.get_submodule(f"{name}_codes")
            gain, bias = torch.ones(len(layer.weight)).double(), layer.bias
            if name != "dense":
                norm = self.get_submodule(name.replace("c", "n"))
                gain = norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)
                bias = norm.bias.double() - norm.running_mean.double() * gain
            result[f"{name}.codes"] = codes.codes(layer.weight).detach().numpy().astype(np.int8)
            result[f"{name}.steps"] = (torch.exp(codes.log_step).double() * gain).detach().numpy().astype(np.float32)
            result[f"{name}.bias"] = bias.detach().float().numpy()
        return result

# SPDX-License-Identifier: Apache-2.0
"""Batch normalisation: there while training, folded into the convolutions for export."""
import torch
from torch import nn


def conv(inputs, outputs, kernel, stride=1, groups=1):
    """Convolution, padded by half its kernel, with batch normalisation."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(outputs)
    )


def conv3(inputs, outputs, stride=1):
    """3x3 convolution, padded by 1, with batch normalisation."""
    return conv(inputs, outputs, 3, stride)


def folded(net):
    """Weights and biases of plain layers, normalisation folded in: {"c1.weight": float32 array, "c1.bias": ...}."""
    layers = {}
    for name, layer in net.named_children():
        if isinstance(layer, nn.Sequential):
            conv, norm = layer
            gain = norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)
            weight = conv.weight.double() * gain[:, None, None, None]
            bias = norm.bias.double() - norm.running_mean.double() * gain
        else:
            weight, bias = layer.weight, layer.bias
        layers[f"{name}.weight"] = weight.detach().float().numpy()
        layers[f"{name}.bias"] = bias.detach().float().numpy()
    return layers

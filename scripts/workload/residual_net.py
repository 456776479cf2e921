# SPDX-License-Identifier: Apache-2.0
"""The "residual" network in PyTorch: gray [N][1][20][20] in [0, 1] to scores [N][10].

Three stages of two residual blocks each; the first block of a later stage halves the picture, and its shortcut is a 1x1
convolution of stride 2. Layers have flat names, so that folding.py finds them.
"""
import torch
from torch import nn

from folding import conv, conv3

WIDTHS = (16, 24, 32)
BLOCKS = 2  # a stage
CLASSES = 10


def blocks():
    """Name, inputs, outputs and stride of each block."""
    inputs = WIDTHS[0]
    for stage, width in enumerate(WIDTHS):
        for block in range(BLOCKS):
            yield f"s{stage + 1}b{block + 1}", inputs, width, 2 if stage > 0 and block == 0 else 1
            inputs = width


class ResidualNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = conv3(1, WIDTHS[0])
        for name, inputs, outputs, stride in blocks():
            self.add_module(f"{name}_c1", conv3(inputs, outputs, stride))
            self.add_module(f"{name}_c2", conv3(outputs, outputs))
            if stride > 1:
                self.add_module(f"{name}_shortcut", conv(inputs, outputs, 1, stride))
        self.dense = nn.Linear(WIDTHS[-1], CLASSES)

    def forward(self, image):
        layer = self.get_submodule
        a = torch.relu(self.stem(image))
        for name, _, _, stride in blocks():
            body = layer(f"{name}_c2")(torch.relu(layer(f"{name}_c1")(a)))
            a = torch.relu(body + (layer(f"{name}_shortcut")(a) if stride > 1 else a))
        return self.dense(a.mean((2, 3)))

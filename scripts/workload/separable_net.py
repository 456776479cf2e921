# SPDX-License-Identifier: Apache-2.0
"""The "separable" network in PyTorch: the task and the heat map of the people network (people_net.py), with depthwise and
1x1 convolutions in turn, each cut at 0 and 6, as MobileNet has them (Howard et al., 2017)."""
from torch import nn

from folding import conv
from people_net import HEAT_SUBCELLS

FIRST = 8
BLOCKS = ((2, 16), (1, 24), (2, 48), (1, 48), (1, 48), (1, 48))  # stride, outputs


class SeparableNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = conv(1, FIRST, 3, 2)
        inputs = FIRST
        for i, (stride, outputs) in enumerate(BLOCKS):
            self.add_module(f"b{i + 1}_depth", conv(inputs, inputs, 3, stride, groups=inputs))
            self.add_module(f"b{i + 1}_point", conv(inputs, outputs, 1))
            inputs = outputs
        self.head = nn.Conv2d(inputs, HEAT_SUBCELLS**2, 1)
        nn.init.constant_(self.head.bias, -3.0)  # most cells are empty

    def forward(self, image):
        a = nn.functional.relu6(self.stem(image))
        for i in range(len(BLOCKS)):
            for part in ("depth", "point"):
                a = nn.functional.relu6(self.get_submodule(f"b{i + 1}_{part}")(a))
        return self.head(a)

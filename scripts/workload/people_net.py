# SPDX-License-Identifier: Apache-2.0
"""The "people" network in PyTorch: gray [N][1][192][256] in [0, 1] to logits [N][4][24][32].

The four channels are the 2x2 sub-cells of a heat map at a quarter of the input's size. Every 3x3 convolution is followed
by batch normalisation while training (folding.py).
"""
import torch
from torch import nn
from torch.nn import functional

from folding import conv3

CHANNELS = (8, 16, 32)
CELL = 4  # input pixels a heat-map cell
HEAT_SUBCELLS = 2  # pixel shuffle


class PeopleNet(nn.Module):
    def __init__(self, channels=CHANNELS):
        super().__init__()
        near, middle, far = channels
        self.c1 = conv3(1, near, stride=2)
        self.c2 = conv3(near, middle)
        self.c3 = conv3(middle, middle)
        self.c4 = conv3(middle, middle)
        self.c5 = conv3(middle, far, stride=2)
        self.c6 = conv3(far, far)
        self.c7 = conv3(far, far)
        self.c8 = nn.Conv2d(far, HEAT_SUBCELLS**2, 1)
        nn.init.constant_(self.c8.bias, -3.0)  # most cells are empty

    def forward(self, image):
        relu = torch.relu
        a = functional.max_pool2d(relu(self.c1(image)), 2)
        a = relu(self.c2(a))
        a = relu(self.c4(relu(self.c3(a))) + a)
        a = relu(self.c7(relu(self.c6(relu(self.c5(a))))))
        return self.c8(a)


def heat_map(logits):
    """[N][4][h][w] to [N][2h][2w]."""
    return functional.pixel_shuffle(logits, HEAT_SUBCELLS)[:, 0]

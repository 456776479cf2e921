# SPDX-License-Identifier: Apache-2.0
"""The "autoencoder" network in PyTorch: gray frames of 64x48 in [0, 1], all dense layers, to the same frames."""
import torch
from torch import nn

WIDTH, HEIGHT = 64, 48
HIDDEN, NARROW = 64, 32


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.narrow1 = nn.Linear(WIDTH * HEIGHT, HIDDEN)
        self.narrow2 = nn.Linear(HIDDEN, NARROW)
        self.wide1 = nn.Linear(NARROW, HIDDEN)
        self.wide2 = nn.Linear(HIDDEN, WIDTH * HEIGHT)

    def forward(self, image):
        a = self.narrow2(torch.relu(self.narrow1(image.flatten(1))))
        return self.wide2(torch.relu(self.wide1(a)))

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the residual network on handwritten digits of 20x20 pixels.

    OMP_NUM_THREADS=1 train_residual.py WORK      writes WORK/residual.npz

The same seed, thread count and PyTorch give the same weights.
"""
import sys
from pathlib import Path

import numpy as np
import torch

import classifier
import handwritten
from folding import folded
from residual_net import ResidualNet

EPOCHS = 24
RATE = 6e-3


def main():
    torch.set_num_threads(1)
    torch.manual_seed(0)
    train, test = ((torch.from_numpy(p).float() / 255, torch.from_numpy(l)) for p, l in handwritten.read())
    net = classifier.fit(ResidualNet(), *train, EPOCHS, RATE)
    print(f"accuracy: train {classifier.accuracy(net, *train):.4f}, test {classifier.accuracy(net, *test):.4f} of {len(test[1])}")
    np.savez(Path(sys.argv[1]) / "residual.npz", **folded(net))


if __name__ == "__main__":
    main()

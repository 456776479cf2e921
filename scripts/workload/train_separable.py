#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the separable network on the people network's labels, as that one is trained, and keeps the folded weights.

    OMP_NUM_THREADS=1 train_separable.py LABELS.json WORK [EPOCHS]     writes WORK/separable.npz
"""
import sys
from pathlib import Path

import numpy as np
import torch

import people_score
from folding import folded
from separable_net import SeparableNet
from train_people import train_and_score

EPOCHS = 25


def main():
    labels, work = people_score.read_labels(sys.argv[1]), Path(sys.argv[2])
    epochs = int(sys.argv[3]) if len(sys.argv) > 3 else EPOCHS
    torch.set_num_threads(1)
    np.savez(work / "separable.npz", **folded(train_and_score(SeparableNet, labels, epochs)))


if __name__ == "__main__":
    main()

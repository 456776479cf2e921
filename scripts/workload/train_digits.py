#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the self-test network on scikit-learn's 8x8 digits, in seconds.

    OMP_NUM_THREADS=1 train_digits.py WORK      writes WORK/digits.npz: weights and the samples of the self-test

conv 8 (3x3), ReLU, max-pool 2, conv 16 (3x3), ReLU, max-pool 2, dense 10; batch normalisation while training, folded after.
"""
import sys
from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional

from folding import conv3, folded

EPOCHS = 40
BATCH = 64
RATE = 5e-3
TRAIN = 1400  # of 1797
SAMPLES = 48  # of the test part, stored for the self-test


class DigitsNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = conv3(1, 8)
        self.c2 = conv3(8, 16)
        self.dense = nn.Linear(64, 10)

    def forward(self, image):
        a = functional.max_pool2d(torch.relu(self.c1(image)), 2)
        a = functional.max_pool2d(torch.relu(self.c2(a)), 2)
        return self.dense(a.flatten(1))


def train(images, wanted):
    random = np.random.default_rng(0)
    torch.manual_seed(0)
    net = DigitsNet()
    batches = len(images) // BATCH
    optimizer = torch.optim.AdamW(net.parameters(), RATE, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=EPOCHS * batches)
    for _ in range(EPOCHS):
        order = random.permutation(len(images))
        for batch in order[: batches * BATCH].reshape(batches, BATCH):
            loss = functional.cross_entropy(net(images[batch]), wanted[batch], label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return net.eval()


def main():
    torch.set_num_threads(1)
    digits = load_digits()
    order = np.random.default_rng(0).permutation(len(digits.images))
    pixels, labels = digits.images[order].astype(np.uint8)[:, None], digits.target[order]
    images = torch.from_numpy(pixels).float() / 16
    net = train(images[:TRAIN], torch.from_numpy(labels[:TRAIN]))
    with torch.no_grad():
        right = net(images[TRAIN:]).argmax(1).numpy() == labels[TRAIN:]
    print(f"test accuracy {right.mean():.4f} of {len(right)}; the stored samples {right[:SAMPLES].sum()}/{SAMPLES}")

    stored = slice(TRAIN, TRAIN + SAMPLES)
    np.savez(Path(sys.argv[1]) / "digits.npz", samples=pixels[stored], labels=labels[stored], **folded(net))


if __name__ == "__main__":
    main()

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the U-Net on the foreground of the clip and keeps the folded weights.

    OMP_NUM_THREADS=1 train_unet.py WORK [EPOCHS]     reads WORK/foreground.npy, writes WORK/unet.npz

The same seed, thread count and PyTorch give the same weights.
"""
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

import clip
from folding import folded
from label_foreground import REDUCE
from unet import UNet

EPOCHS = 12
BATCH = 8
RATE = 8e-3
DECAY = 1e-3
CONTRAST = (0.8, 1.2)
BRIGHTNESS = 0.08
NOISE = 0.008  # of the range: 2 grey levels


def loss_of(logits, wanted):
    """Cross-entropy, and one minus the overlap of the batch."""
    p = torch.sigmoid(logits)
    overlap = (p * wanted).sum() / (p + wanted - p * wanted).sum()
    return functional.binary_cross_entropy_with_logits(logits, wanted) + 1 - overlap


def train(images, masks, epochs):
    random = np.random.default_rng(0)
    torch.manual_seed(0)
    net = UNet()
    batches, begin = len(images) // BATCH, time.monotonic()
    optimizer = torch.optim.AdamW(net.parameters(), RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=epochs * batches)
    for epoch in range(epochs):
        total = 0.0
        for batch in random.permutation(len(images))[: batches * BATCH].reshape(batches, BATCH):
            contrast = torch.from_numpy(random.uniform(*CONTRAST, (BATCH, 1, 1, 1))).float()
            brightness = torch.from_numpy(random.uniform(-BRIGHTNESS, BRIGHTNESS, (BATCH, 1, 1, 1))).float()
            image = (images[batch] * contrast + brightness).clamp(0, 1)
            loss = loss_of(net(image + torch.randn_like(image) * NOISE), masks[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += float(loss)
        print(f"epoch {epoch + 1}/{epochs}: loss {total / batches:.4f}, {time.monotonic() - begin:.0f} s", flush=True)
    return net.eval()


def overlap(net, images, masks):
    """Intersection over union of all frames together."""
    with torch.no_grad():
        seen = torch.cat([net(part) > 0 for part in images.split(16)])
    wanted = masks > 0
    return float((seen & wanted).sum() / (seen | wanted).sum())


def main():
    work = Path(sys.argv[1])
    epochs = int(sys.argv[2]) if len(sys.argv) > 2 else EPOCHS
    torch.set_num_threads(1)
    images = torch.from_numpy(clip.reduce_area(clip.read_gray(), REDUCE)).float().unsqueeze(1) / 255
    masks = torch.from_numpy(np.load(work / "foreground.npy")).float().unsqueeze(1)
    split = clip.TRAIN_FRAMES
    net = train(images[:split], masks[:split], epochs)
    for part, name in ((slice(split), "train"), (slice(split, None), "test")):
        print(f"{name}: IoU {overlap(net, images[part], masks[part]):.4f}")
    np.savez(work / "unet.npz", **folded(net))


if __name__ == "__main__":
    main()

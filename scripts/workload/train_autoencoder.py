#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the autoencoder on the clip's frames and keeps its weights.

    OMP_NUM_THREADS=1 train_autoencoder.py WORK [EPOCHS]     writes WORK/autoencoder.npz

It learns what differs from the mean picture of the training frames; that picture goes into the biases. What moves is
shifted sideways and mirrored, or the network would know people only where they walked while it was trained. The same
seed, thread count and PyTorch give the same weights.
"""
import sys
import time
from pathlib import Path

import numpy as np
import torch

import clip
from autoencoder_net import HEIGHT, NARROW, WIDTH, Autoencoder
from folding import folded

EPOCHS = 200
BATCH = 32
RATE = 4e-3
DECAY = 1e-2
MOVED = 0.75  # share of the samples that are shifted and mirrored
SHIFT = 10  # columns


def vary(batch, random):
    """Differences [N][HEIGHT * WIDTH], some of them shifted and mirrored."""
    planes = batch.view(-1, HEIGHT, WIDTH).clone()
    for plane in planes:
        if random.random() < MOVED:
            moved = torch.zeros_like(plane)
            by = int(random.integers(-SHIFT, SHIFT + 1))
            if by >= 0:
                moved[:, by:] = plane[:, : WIDTH - by]
            else:
                moved[:, :by] = plane[:, -by:]
            plane.copy_(moved.flip(1) if random.random() < 0.5 else moved)
    return planes.flatten(1)


def train(differences, epochs):
    random = np.random.default_rng(0)
    torch.manual_seed(0)
    net = Autoencoder()
    batches, begin = len(differences) // BATCH, time.monotonic()
    optimizer = torch.optim.AdamW(net.parameters(), RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=epochs * batches)
    for epoch in range(epochs):
        total = 0.0
        for batch in random.permutation(len(differences))[: batches * BATCH].reshape(batches, BATCH):
            wanted = vary(differences[batch], random)
            loss = ((net(wanted) - wanted) ** 2).mean() * WIDTH
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += float(loss)
        if epoch % 10 == 9:
            print(f"epoch {epoch + 1}/{epochs}: loss {total / batches:.5f}, {time.monotonic() - begin:.0f} s", flush=True)
    return net.eval()


def psnr(seen, wanted):
    """Of all frames together, in dB, of a picture between 0 and 1."""
    return float(-10 * torch.log10(((seen - wanted) ** 2).mean()))


def with_mean(net, mean):
    """The same network for frames instead of differences from the mean picture."""
    with torch.no_grad():
        net.narrow1.bias -= net.narrow1.weight @ mean
        net.wide2.bias += mean
    return net


def linear(frames, mean, count):
    """What the `count` best linear components of the training frames make of all frames: the measure of such a network."""
    components = torch.linalg.svd(frames[: clip.TRAIN_FRAMES] - mean, full_matrices=False).Vh[:count]
    return (frames - mean) @ components.T @ components + mean


def main():
    work = Path(sys.argv[1])
    epochs = int(sys.argv[2]) if len(sys.argv) > 2 else EPOCHS
    torch.set_num_threads(1)
    frames = torch.from_numpy(clip.reduce_area(clip.read_gray(), clip.WIDTH // WIDTH)).float().flatten(1) / 255
    split = clip.TRAIN_FRAMES
    mean = frames[:split].mean(0)
    best = linear(frames, mean, NARROW)
    net = with_mean(train(frames[:split] - mean, epochs), mean)
    for part, name in ((slice(split), "train"), (slice(split, None), "test")):
        with torch.no_grad():
            seen = net(frames[part])
        print(
            f"{name}: PSNR {psnr(seen, frames[part]):.2f} dB, of the mean picture {psnr(mean, frames[part]):.2f} dB, "
            f"of {NARROW} linear components {psnr(best[part], frames[part]):.2f} dB"
        )
    np.savez(work / "autoencoder.npz", **folded(net))


if __name__ == "__main__":
    main()

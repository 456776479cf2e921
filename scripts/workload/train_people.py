#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Third step: trains the people network on the labels and keeps the folded weights.

    OMP_NUM_THREADS=1 train_people.py LABELS.json WORK [EPOCHS]     writes WORK/people.npz

The same seed, thread count and PyTorch give the same weights. More than one thread is slower on a shared machine.
"""
import sys
import time
from pathlib import Path

import numpy as np
import torch

import clip
import people_score
from folding import folded
from people_net import CELL, PeopleNet, heat_map

EPOCHS = 40
BATCH = 8
RATE = 4e-3
WARM_UP = 50  # steps
SPREAD_X, SPREAD_Y = 1.2, 1.68  # cells: width and height of a person's peak in the target


def target(people, height, width):
    """Heat map that the network should show: one peak of 1 a person, [height][width] cells."""
    heat = np.zeros((height, width), np.float32)
    rows, columns = np.mgrid[:height, :width]
    for x, y, _ in people:
        cx, cy = round(x / clip.REDUCE / CELL - 0.5), round(y / clip.REDUCE / CELL - 0.5)
        if 0 <= cx < width and 0 <= cy < height:
            peak = np.exp(-((columns - cx) ** 2) / (2 * SPREAD_X**2) - (rows - cy) ** 2 / (2 * SPREAD_Y**2))
            heat = np.maximum(heat, peak)
    return heat


def focal_loss(logits, wanted):
    """Penalty-reduced focal loss of CenterNet (Zhou et al., 2019, equation 1), per person."""
    p = torch.sigmoid(logits).clamp(1e-4, 1 - 1e-4)
    centre = (wanted > 0.999).float()
    hit = centre * (1 - p) ** 2 * torch.log(p)
    miss = (1 - centre) * (1 - wanted) ** 4 * p**2 * torch.log(1 - p)
    return -(hit + miss).sum() / centre.sum().clamp(min=1)


def vary(image, wanted, random):
    """Mirrors, shifts by whole cells, and changes brightness, contrast and noise of a batch."""
    if random.random() < 0.5:
        image, wanted = image.flip(3), wanted.flip(2)
    dy, dx = (int(v) for v in random.integers(-3, 4, 2))
    image = torch.roll(image, (dy * CELL, dx * CELL), (2, 3))
    wanted = torch.roll(wanted, (dy, dx), (1, 2))
    image = (image * random.uniform(0.85, 1.15) + random.uniform(-0.05, 0.05)).clamp(0, 1)
    return image + torch.randn_like(image) * 0.008, wanted


def train(images, wanted, epochs):
    random = np.random.default_rng(0)
    torch.manual_seed(0)
    net = PeopleNet()
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=1e-3)
    batches = len(images) // BATCH
    step, steps, begin = 0, epochs * batches, time.monotonic()
    for epoch in range(epochs):
        order, total = random.permutation(len(images)), 0.0
        for batch in order[: batches * BATCH].reshape(batches, BATCH):
            rate = RATE * min(1, (step + 1) / WARM_UP) * (0.5 * (1 + np.cos(np.pi * step / steps)) + 0.003)
            for group in optimizer.param_groups:
                group["lr"] = rate
            image, heat = vary(images[batch], wanted[batch], random)
            loss = focal_loss(heat_map(net(image)), heat)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += float(loss)
            step += 1
        print(f"epoch {epoch + 1}/{epochs}: loss {total / batches:.4f}, {time.monotonic() - begin:.0f} s", flush=True)
    return net.eval()


def infer(net, images):
    with torch.no_grad():
        return np.concatenate([net(part).numpy() for part in images.split(16)])


def main():
    labels, work = people_score.read_labels(sys.argv[1]), Path(sys.argv[2])
    epochs = int(sys.argv[3]) if len(sys.argv) > 3 else EPOCHS
    torch.set_num_threads(1)
    images = torch.from_numpy(clip.read_input()).float().unsqueeze(1) / 255
    split = clip.TRAIN_FRAMES
    height, width = images.shape[2] // CELL, images.shape[3] // CELL
    wanted = torch.from_numpy(np.stack([target(people, height, width) for people in labels]))
    net = train(images[:split], wanted[:split], epochs)

    logits = infer(net, images)
    threshold = people_score.best_threshold(logits[:split:2], labels[:split:2])
    for part, name in ((slice(split), "train"), (slice(split, None), "test")):
        figures = people_score.score(logits[part], labels[part], threshold)
        print(name, ", ".join(f"{key} {value:.4f}" for key, value in figures.items()))
    np.savez(work / "people.npz", threshold=threshold, **folded(net))


if __name__ == "__main__":
    main()

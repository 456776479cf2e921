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
from torch.nn import functional

import clip
import people_score
from folding import folded
from people_net import CELL, PeopleNet, heat_map

EPOCHS = 65
BATCH = 8
RATE = 4e-3
DECAY = 1e-2
WARM_UP = 50  # steps
PLACED = 0.6  # share of the samples that are scaled and shifted
ZOOM = (1 / 1.5, 1.5)
SHIFT = 0.3  # of half the picture
CONTRAST = (0.55, 1.45)
BRIGHTNESS = 0.15
NOISE = 0.008  # of the range: 2 grey levels
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


def place(image, people, random):
    """One sample, mirrored, scaled and shifted: the image [1][H][W] and its people where they then are."""
    height, width = image.shape[1:]
    mirror = -1.0 if random.random() < 0.5 else 1.0
    zoom = float(random.uniform(*ZOOM))
    dx, dy = random.uniform(-SHIFT, SHIFT, 2)
    # Output pixel p (in -1..1) shows input pixel matrix * p + offset.
    matrix = torch.tensor([[[mirror / zoom, 0, dx], [0, 1 / zoom, dy]]], dtype=torch.float32)
    grid = functional.affine_grid(matrix, (1, 1, height, width), align_corners=False)
    image = functional.grid_sample(image[None], grid, padding_mode="border", align_corners=False)[0]
    moved = []
    for x, y, h in people:
        u, v = 2 * x / clip.WIDTH - 1, 2 * y / clip.HEIGHT - 1
        u, v = (u - dx) * zoom * mirror, (v - dy) * zoom
        moved.append(((u + 1) / 2 * clip.WIDTH, (v + 1) / 2 * clip.HEIGHT, h * zoom))
    return image, moved


def vary(images, labels, random):
    """A batch with every sample mirrored, scaled, shifted, and changed in brightness, contrast and noise."""
    batch, wanted = [], []
    for image, people in zip(images, labels):
        if random.random() < PLACED:
            image, people = place(image, people, random)
        contrast, brightness = random.uniform(*CONTRAST), random.uniform(-BRIGHTNESS, BRIGHTNESS)
        batch.append((image * contrast + brightness).clamp(0, 1))
        wanted.append(torch.from_numpy(target(people, image.shape[1] // CELL, image.shape[2] // CELL)))
    image = torch.stack(batch)
    return image + torch.randn_like(image) * NOISE, torch.stack(wanted)


def train(make, images, labels, epochs):
    """A network that `make` makes, trained."""
    random = np.random.default_rng(0)
    torch.manual_seed(0)
    net = make()
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    batches = len(images) // BATCH
    step, steps, begin = 0, epochs * batches, time.monotonic()
    for epoch in range(epochs):
        order, total = random.permutation(len(images)), 0.0
        for batch in order[: batches * BATCH].reshape(batches, BATCH):
            rate = RATE * min(1, (step + 1) / WARM_UP) * (0.5 * (1 + np.cos(np.pi * step / steps)) + 0.003)
            for group in optimizer.param_groups:
                group["lr"] = rate
            image, heat = vary(images[batch], [labels[i] for i in batch], random)
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


def train_and_score(make, labels, epochs):
    """The trained network; its agreement with the labels is printed."""
    images = torch.from_numpy(clip.read_input()).float().unsqueeze(1) / 255
    split = clip.TRAIN_FRAMES
    net = train(make, images[:split], labels[:split], epochs)

    logits = infer(net, images)
    threshold = people_score.best_threshold(logits[:split:2], labels[:split:2])
    for part, name in ((slice(split), "train"), (slice(split, None), "test")):
        figures = people_score.score(logits[part], labels[part], threshold)
        print(name, f"decision threshold {threshold}:", ", ".join(f"{key} {value:.4f}" for key, value in figures.items()))
    return net


def main():
    labels, work = people_score.read_labels(sys.argv[1]), Path(sys.argv[2])
    epochs = int(sys.argv[3]) if len(sys.argv) > 3 else EPOCHS
    torch.set_num_threads(1)
    np.savez(work / "people.npz", **folded(train_and_score(PeopleNet, labels, epochs)))


if __name__ == "__main__":
    main()

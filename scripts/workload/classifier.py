# SPDX-License-Identifier: Apache-2.0
"""Training of networks that name what a picture shows."""
import time

import numpy as np
import torch
from torch.nn import functional

BATCH = 64
DECAY = 1e-2
SMOOTHING = 0.05  # of the labels
TURN = 0.2  # radians
ZOOM = 0.12  # of the size
SHIFT = 0.1  # of half the picture


def vary(images, random):
    """Each picture turned, scaled and shifted a little."""
    n = len(images)
    turn = random.uniform(-TURN, TURN, n)
    zoom = 1 + random.uniform(-ZOOM, ZOOM, (n, 2))
    matrix = np.zeros((n, 2, 3), np.float32)
    matrix[:, 0, 0], matrix[:, 0, 1] = np.cos(turn) * zoom[:, 0], -np.sin(turn)
    matrix[:, 1, 0], matrix[:, 1, 1] = np.sin(turn), np.cos(turn) * zoom[:, 1]
    matrix[:, :, 2] = random.uniform(-SHIFT, SHIFT, (n, 2))
    grid = functional.affine_grid(torch.from_numpy(matrix), images.shape, align_corners=False)
    return functional.grid_sample(images, grid, align_corners=False)


def fit(net, images, labels, epochs, rate, after_step=lambda: None):
    """Trains in place; images are float [N][C][H][W], labels int64 [N]."""
    random = np.random.default_rng(0)
    batches, begin = len(images) // BATCH, time.monotonic()
    optimizer = torch.optim.AdamW(net.parameters(), rate, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=epochs * batches)
    net.train()
    for epoch in range(epochs):
        total = 0.0
        for batch in random.permutation(len(images))[: batches * BATCH].reshape(batches, BATCH):
            scores = net(vary(images[batch], random))
            loss = functional.cross_entropy(scores, labels[batch], label_smoothing=SMOOTHING)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            after_step()
            total += float(loss)
        print(f"epoch {epoch + 1}/{epochs}: loss {total / batches:.4f}, {time.monotonic() - begin:.0f} s", flush=True)
    return net.eval()


def accuracy(net, images, labels):
    with torch.no_grad():
        right = torch.cat([net(part).argmax(1) for part in images.split(256)]) == labels
    return float(right.float().mean())

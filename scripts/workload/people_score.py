# SPDX-License-Identifier: Apache-2.0
"""The task "people-heatmap": from logits to people, and their agreement with the labels. docs/workload.md says it in words.

Plain numpy: this is the reference for the driver's task code.
"""
import json
from pathlib import Path

import numpy as np

CELL = 12  # pixels of the full picture a heat-map cell
MATCH_RADIUS = 24.0  # pixels of the full picture
PEAK_WIDTH, PEAK_HEIGHT = 3, 5  # cells: a peak is the maximum of this window
APART_X, APART_Y = 1, 3  # cells: a weaker peak this near to a stronger one in both directions is dropped


def read_labels(path):
    """People by frame: lists of (x, y, height) in pixels of the full picture."""
    return json.loads(Path(path).read_text())["frames"]


def heat_map(logits):
    """Pixel shuffle of one frame: [4][h][w] to [2h][2w]; channel 2*i + j is row 2y + i, column 2x + j."""
    _, h, w = logits.shape
    return logits.reshape(2, 2, h, w).transpose(2, 0, 3, 1).reshape(2 * h, 2 * w)


def peaks(logits, threshold):
    """People of one frame, strongest first: (x, y, logit) in heat-map cells."""
    heat = heat_map(logits)
    h, w = heat.shape
    rows, columns = PEAK_HEIGHT // 2, PEAK_WIDTH // 2
    padded = np.pad(heat, ((rows, rows), (columns, columns)), constant_values=-np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (PEAK_HEIGHT, PEAK_WIDTH))
    ys, xs = np.nonzero((heat == windows.max((2, 3))) & (heat > threshold))
    people = []
    for x, y in sorted(zip(xs.tolist(), ys.tolist()), key=lambda p: (-heat[p[1], p[0]], p[1], p[0])):
        if all(abs(x - px) > APART_X or abs(y - py) > APART_Y for px, py, _ in people):
            people.append((x, y, float(heat[y, x])))
    return people


def match(people, labels):
    """Number of people that meet a label of their own, strongest first, each taking the nearest that is free."""
    free = [(x, y) for x, y, _ in labels]
    hits = 0
    for x, y, _ in people:
        if not free:
            break
        distances = [np.hypot((x + 0.5) * CELL - fx, (y + 0.5) * CELL - fy) for fx, fy in free]
        nearest = int(np.argmin(distances))
        if distances[nearest] <= MATCH_RADIUS:
            free.pop(nearest)
            hits += 1
    return hits


def score(logits, labels, threshold):
    """Agreement over frames: precision, recall, f1, and the mean absolute error of the count."""
    hits = found = wanted = error = 0
    for frame, people in zip(logits, labels):
        here = peaks(frame, threshold)
        hits += match(here, people)
        found += len(here)
        wanted += len(people)
        error += abs(len(here) - len(people))
    precision, recall = hits / max(1, found), hits / max(1, wanted)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    return {"precision": precision, "recall": recall, "f1": f1, "count_error": error / len(logits)}


def best_threshold(logits, labels):
    """The decision threshold (in quarters) with the best F1. Give it training frames only."""
    candidates = np.arange(-2, 2.01, 0.25)
    return float(max(candidates, key=lambda t: score(logits, labels, t)["f1"]))

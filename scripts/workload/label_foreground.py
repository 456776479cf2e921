#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Labels of the U-Net: what of each frame is not the still background.

    label_foreground.py WORK OUT.json     writes WORK/foreground.npy, u8 0/1 [795][96][128], and the test part as labels

The masks are those by which people are labelled (label_people.py): mixture model and median background over the whole
clip, in full size. A pixel of the label is foreground where at least half of its block is. No person looked at the
result: it is a program's opinion.
"""
import json
import sys
from pathlib import Path

import cv2
import numpy as np

import clip
from label_people import foreground

REDUCE = 6  # 768x576 to 128x96


def runs(mask):
    """Lengths of runs in row-major order, of background and foreground in turn, background first (perhaps of length 0)."""
    flat = mask.reshape(-1)
    edges = np.flatnonzero(np.diff(flat)) + 1
    lengths = np.diff(np.concatenate([[0], edges, [flat.size]])).tolist()
    return lengths if flat[0] == 0 else [0, *lengths]


def write(path, masks):
    """One frame a line, so that the file reads and compares as text."""
    document = {
        "clip": "vtest.avi",
        "made_by": "scripts/workload/label_foreground.py: a program's opinion, not people who looked",
        "width": masks.shape[2],
        "height": masks.shape[1],
        "first": clip.TRAIN_FRAMES,
        "runs": "of each frame from the first on: lengths in row-major order, background and foreground in turn",
    }
    lines = [json.dumps(runs(mask), separators=(",", ":")) for mask in masks[clip.TRAIN_FRAMES :]]
    head = json.dumps(document, indent=1).removesuffix("\n}")
    Path(path).write_text(head + ',\n "frames": [\n' + ",\n".join(lines) + "\n ]\n}\n")


def main():
    work, out = Path(sys.argv[1]), sys.argv[2]
    cv2.setNumThreads(1)
    masks = foreground(clip.read_colour())
    t, h, w = masks.shape
    blocks = masks.reshape(t, h // REDUCE, REDUCE, w // REDUCE, REDUCE).sum((2, 4))
    labels = (2 * blocks >= REDUCE * REDUCE).astype(np.uint8)
    np.save(work / "foreground.npy", labels)
    write(out, labels)
    print(f"foreground: {labels.mean():.4f} of all pixels, test part {labels[clip.TRAIN_FRAMES:].mean():.4f}")


if __name__ == "__main__":
    main()

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Second step of the labels: detections and foreground become people in every frame.

    label_people.py WORK OUT.json     reads WORK/detections-*.npy, writes the labels

A box of the detector counts where at least a quarter of it is foreground and its height is that of a person at that
place. Person-sized foreground blobs without a box are added. Tracks then fill gaps of up to 4 frames and drop what was
seen less than 4 times. No person looked at the result: it is a program's opinion.
"""
import json
import sys
from pathlib import Path

import cv2
import numpy as np

import clip

CAPTION = 20  # rows at the top of the picture that hold the recorder's text
MIN_COVER = 0.25  # share of a box that must be foreground
MAX_GAP = 4  # frames that a track may miss
MIN_SEEN = 4  # detections that a track must have
CONFIDENT = 1.0  # detector score of the boxes that fit the height model
BACKGROUND_STEP = 9  # every ninth frame enters the median background


# ---- foreground -----------------------------------------------------------------------------------------------------
def foreground(frames):
    """Masks of what differs from the still background, u8 0/1 [T][H][W].

    A pixel is foreground where the mixture model says so and it differs visibly from the median, or differs strongly
    from the median alone (people who stand still fade into the mixture model).
    """
    median = np.median(frames[::BACKGROUND_STEP], axis=0).astype(np.int16)
    mixture = cv2.createBackgroundSubtractorMOG2(400, 20, True)
    for frame in frames[::4]:
        mixture.apply(frame, learningRate=0.004)
    masks = np.empty(frames.shape[:3], np.uint8)
    for frame, out in zip(frames, masks):
        moving = mixture.apply(frame, learningRate=0.0005) == 255  # 127 marks shadows
        distance = np.abs(frame.astype(np.int16) - median).max(2)
        mask = ((moving & (distance > 18)) | (distance > 55)).astype(np.uint8)
        mask[:CAPTION] = 0
        mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        out[:] = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((9, 5), np.uint8))
    return masks


def cover(integral, x, y, w, h):
    """Share of the box that is foreground, from the mask's integral image."""
    x0, x1 = np.clip([round(x), round(x + w)], 0, clip.WIDTH)
    y0, y1 = np.clip([round(y), round(y + h)], 0, clip.HEIGHT)
    total = integral[y1, x1] - integral[y0, x1] - integral[y1, x0] + integral[y0, x0]
    return total / max(1, (x1 - x0) * (y1 - y0))


# ---- people in one frame: (centre x, centre y, height) in pixels ----------------------------------------------------
def tighten(box):
    """The body inside a box: the detector's 64x128 window has a margin round the person."""
    x, y, w, h = box
    return x + 0.22 * w, y + 0.11 * h, 0.56 * w, 0.79 * h


class HeightModel:
    """Height of a person as a linear function of the row of the feet, fitted to confident detections."""

    def __init__(self, boxes, scores):
        sure = boxes[scores > CONFIDENT]
        self.slope, self.base = np.polyfit(sure[:, 1] + sure[:, 3], sure[:, 3], 1)

    def __call__(self, foot):
        return self.slope * foot + self.base


def from_boxes(boxes, scores, mask, height):
    """The best boxes that are foreground and of a person's height, no two on one body."""
    integral = cv2.integral(mask)
    ranked = []
    for (x, y, w, h), score in zip(boxes, scores):
        if not 0.65 < h / height(y + h) < 1.45:
            continue
        share = cover(integral, x, y, w, h)
        if share >= MIN_COVER:
            ranked.append((score + share, x + w / 2, y + h / 2, h))
    people = []
    for _, cx, cy, h in sorted(ranked, reverse=True):
        if all(abs(cx - px) > 0.22 * h or abs(cy - py) > 0.5 * h for px, py, _ in people):
            people.append((cx, cy, h))
    return people


def from_blobs(people, mask, height):
    """People for blobs of a person's size on which no person stands yet; a wide blob is a group of up to three."""
    found = []
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask)
    for x, y, w, h, area in stats[1:count]:
        usual = height(y + h)
        if not 0.6 * usual <= h <= 1.7 * usual or area < 0.048 * usual**2:
            continue
        reach = 0.3 * usual
        if any(x - 6 <= px <= x + w + 6 and y - reach <= py <= y + h + reach for px, py, _ in people + found):
            continue
        group = max(1, round(w / (0.42 * usual))) if w > 0.75 * usual else 1
        tall = min(h, 1.1 * usual) if group == 1 else usual
        for k in range(min(group, 3)):
            found.append((x + w * (k + 0.5) / group, y + h / 2, tall))
    return found


# ---- tracks ---------------------------------------------------------------------------------------------------------
def miss_distance(track, t, person):
    """Distance of a person from where the track was last, or from where it would be by its speed: the smaller."""
    last_t, last_x, last_y, _ = track[-1]
    dx, dy = person[0] - last_x, person[1] - last_y
    if len(track) < 2:
        return np.hypot(dx, dy)
    before_t, before_x, before_y, _ = track[-2]
    ahead = (t - last_t) / (last_t - before_t)
    return min(np.hypot(dx, dy), np.hypot(dx - (last_x - before_x) * ahead, dy - (last_y - before_y) * ahead))


def link(frames):
    """Joins people of successive frames, nearest first. Tracks are lists of (frame, x, y, height)."""
    tracks = []
    for t, people in enumerate(frames):
        open_tracks = [track for track in tracks if t - track[-1][0] <= MAX_GAP]
        pairs = []
        for i, track in enumerate(open_tracks):
            reach = 22 + 6 * (t - track[-1][0] - 1)
            for j, person in enumerate(people):
                distance = miss_distance(track, t, person)
                if distance < reach:
                    pairs.append((distance, i, j))
        taken_tracks, taken_people = set(), set()
        for _, i, j in sorted(pairs):
            if i not in taken_tracks and j not in taken_people:
                taken_tracks.add(i)
                taken_people.add(j)
                open_tracks[i].append((t, *people[j]))
        tracks += [[(t, *person)] for j, person in enumerate(people) if j not in taken_people]
    return tracks


def fill(tracks, count):
    """People by frame from the tracks that were seen often enough, gaps interpolated."""
    frames = [[] for _ in range(count)]
    for track in tracks:
        if len(track) < MIN_SEEN:
            continue
        for (t0, *a), (t1, *b) in zip(track, track[1:]):
            for t in range(t0, t1):
                u = (t - t0) / (t1 - t0)
                frames[t].append([p * (1 - u) + q * u for p, q in zip(a, b)])
        frames[track[-1][0]].append(list(track[-1][1:]))
    return frames


def write(path, people, height):
    """One frame a line, so that the file reads and compares as text."""
    document = {
        "clip": "vtest.avi",
        "made_by": "scripts/workload/label_people.py: a program's opinion, not people who counted",
        "person": "[centre x, centre y, height] in pixels of the full picture, 768x576",
        "height_model": {"slope": round(height.slope, 4), "base": round(height.base, 2)},
    }
    rounded = [[[round(float(v), 1) for v in person] for person in frame] for frame in people]
    lines = [json.dumps(frame, separators=(",", ":")) for frame in rounded]
    head = json.dumps(document, indent=1).removesuffix("\n}")
    Path(path).write_text(head + ',\n "frames": [\n' + ",\n".join(lines) + "\n ]\n}\n")


def main():
    work, out = Path(sys.argv[1]), sys.argv[2]
    detections = np.concatenate([np.load(part) for part in sorted(work.glob("detections-*.npy"))])
    frame_of, scores = detections[:, 0].astype(int), detections[:, 5]
    boxes = np.array([tighten(box) for box in detections[:, 1:5]])
    height = HeightModel(boxes, scores)
    frames = clip.read_colour()
    masks = foreground(frames)
    seen = []
    for t, mask in enumerate(masks):
        here = frame_of == t
        people = from_boxes(boxes[here], scores[here], mask, height)
        seen.append(people + from_blobs(people, mask, height))
    people = fill(link(seen), len(frames))
    write(out, people, height)
    counts = [len(p) for p in people]
    split = clip.TRAIN_FRAMES
    print(f"height = {height.slope:.3f} * foot + {height.base:.1f}; people a frame: all {np.mean(counts):.2f}, "
          f"train {np.mean(counts[:split]):.2f}, test {np.mean(counts[split:]):.2f}, most {max(counts)}")


if __name__ == "__main__":
    main()

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""First step of the labels: OpenCV's HOG people detector over every frame of the clip.

    detect_people.py WORK [PART PARTS]      writes WORK/detections-PART.npy, rows of (frame, x, y, width, height, score)

People are about 60 to 140 pixels high and the detector's window is 128, hence the enlargement. It takes the better part
of a second a frame: run the parts side by side.
"""
import sys
from pathlib import Path

import cv2
import numpy as np

import clip

ENLARGE = 1.75
CAPTION = 20  # rows at the top of the picture that hold the recorder's text


def detect(hog, frame):
    """Boxes (x, y, width, height, score) in pixels of the frame."""
    view = cv2.resize(frame[CAPTION:], None, fx=ENLARGE, fy=ENLARGE, interpolation=cv2.INTER_LINEAR)
    boxes, scores = hog.detectMultiScale(view, hitThreshold=0.0, winStride=(8, 8), padding=(16, 16), scale=1.07)
    for (x, y, w, h), score in zip(boxes, np.ravel(scores)):
        yield x / ENLARGE, y / ENLARGE + CAPTION, w / ENLARGE, h / ENLARGE, float(score)


def main():
    work = Path(sys.argv[1])
    part, parts = (int(v) for v in sys.argv[2:4]) if len(sys.argv) > 2 else (0, 1)
    cv2.setNumThreads(1)
    hog = cv2.HOGDescriptor()
    hog.setSVMDetector(cv2.HOGDescriptor_getDefaultPeopleDetector())
    frames = clip.read_colour()
    rows = [(t, *box) for t in range(part, len(frames), parts) for box in detect(hog, frames[t])]
    np.save(work / f"detections-{part}.npy", np.array(rows))


if __name__ == "__main__":
    main()

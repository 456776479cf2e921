# SPDX-License-Identifier: Apache-2.0
"""The street clip: where it lies, and its frames as the driver sees them.

Gray frames come from the FFmpeg command line and are reduced by exact integer block means, so that training, evaluation
and the C++ driver use the same numbers bit for bit. Nothing of the clip is stored in the repository.
"""
import subprocess

import numpy as np

CLIP = "/usr/share/doc/opencv-doc/examples/data/vtest.avi"  # Debian package opencv-doc
WIDTH, HEIGHT = 768, 576
FRAMES = 795
TRAIN_FRAMES = 556  # frames 0..555 train, 556..794 test
REDUCE = 3  # network input: 256x192


def read_gray(clip=CLIP):
    """Frames of the clip, u8 [T][HEIGHT][WIDTH]."""
    command = ["ffmpeg", "-v", "error", "-i", clip, "-f", "rawvideo", "-pix_fmt", "gray", "-"]
    raw = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, HEIGHT, WIDTH)


def read_colour(clip=CLIP):
    """Frames of the clip in blue, green, red order (OpenCV's), u8 [T][HEIGHT][WIDTH][3]. For labelling only."""
    command = ["ffmpeg", "-v", "error", "-i", clip, "-f", "rawvideo", "-pix_fmt", "bgr24", "-"]
    raw = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, HEIGHT, WIDTH, 3)


def reduce_area(frames, by=REDUCE):
    """Rounded mean of each by x by block: (sum + by*by/2) / (by*by) in integers. u8 [T][H][W] to u8 [T][H/by][W/by]."""
    t, h, w = frames.shape
    sums = frames.reshape(t, h // by, by, w // by, by).sum((2, 4), dtype=np.uint16)
    return ((sums + by * by // 2) // (by * by)).astype(np.uint8)


def read_input(clip=CLIP):
    """What the network is fed, before the division by 255: u8 [T][192][256]."""
    return reduce_area(read_gray(clip))

# SPDX-License-Identifier: Apache-2.0
"""5,000 handwritten digits of 20x20 pixels: the picture digits.png of Debian's package opencv-doc.

Each digit fills five rows of a hundred samples. The last fifth of each row is for testing.
"""
import numpy as np

PICTURE = "/usr/share/doc/opencv-doc/examples/data/digits.png"
SIDE = 20
TRAIN_COLUMNS = 80  # of 100
CALIBRATION = 100  # training samples that are shipped before the test part


def read():
    """Samples and labels: ((u8 [4000][1][20][20], int64 [4000]), (the same of the 1,000 for testing)), the digits in turn."""
    import cv2  # not needed by those who only want the numbers above

    picture = cv2.imread(PICTURE, cv2.IMREAD_GRAYSCALE)
    rows, columns = picture.shape[0] // SIDE, picture.shape[1] // SIDE
    samples = picture.reshape(rows, SIDE, columns, SIDE).transpose(0, 2, 1, 3)
    labels = np.repeat(np.arange(10), rows // 10)[:, None].repeat(columns, axis=1)

    def part(selected):
        # Column by column, so that neighbours are of different digits.
        pixels = samples[:, selected].transpose(1, 0, 2, 3).reshape(-1, 1, SIDE, SIDE)
        return np.ascontiguousarray(pixels), labels[:, selected].T.reshape(-1)

    return part(slice(TRAIN_COLUMNS)), part(slice(TRAIN_COLUMNS, None))

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes handwritten digits as a clip: some of the training part, for calibration, then the whole test part.

    export_handwritten.py testvectors/networks/handwritten
"""
import json
import sys
from pathlib import Path

import numpy as np

import handwritten


def main():
    out = Path(sys.argv[1])
    (pixels, labels), (test_pixels, test_labels) = handwritten.read()
    pixels, labels = pixels[: handwritten.CALIBRATION], labels[: handwritten.CALIBRATION]
    np.save(out / "handwritten.npy", np.concatenate([pixels, test_pixels]))
    (out / "labels.json").write_text(json.dumps({"labels": np.concatenate([labels, test_labels]).tolist()}) + "\n")


if __name__ == "__main__":
    main()

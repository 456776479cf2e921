#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What Berkeley SoftFloat says of FP16, for the tests of the FP16 units: little-endian arrays without a header.

    softfloat_tables.py OUT_DIR

values.bin    float64 [65536]         the value of each FP16 number
packed.bin    uint16 [64][65536]      whole * 2^-point rounded to FP16: point -32..31, whole 0..65535 as int16
"""

import sys
from pathlib import Path

import numpy as np
import softfloatpy as sf


def value(bits: int) -> float:
    return sf.Float16.from_bytes(bits.to_bytes(2, "big")).to_f64().to_float()


def packed(number: float) -> int:
    return int.from_bytes(sf.Float64.from_float(number).to_f16().to_bytes(), "big")


def main() -> None:
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    np.array([value(bits) for bits in range(1 << 16)], "<f8").tofile(out / "values.bin")
    wholes = np.arange(1 << 16, dtype=np.uint16).astype(np.int16).astype(np.float64)
    rows = [[packed(number) for number in np.ldexp(wholes, -point).tolist()] for point in range(-32, 32)]
    np.array(rows, "<u2").tofile(out / "packed.bin")


if __name__ == "__main__":
    main()

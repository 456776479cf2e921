#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What long skips cost: cycles a frame of the U-Net on the RTL beside the same chain without skips.

    .venv/bin/python scripts/skips.py [--program build/bin/eddy] [--frames 12] [--seeds 4]

Both have the layers of testvectors/networks/unet at half its width and height, random weights and no activation
functions; with thresholds 0 every neuron changes in every random frame, so both do all of their products. The chain's
layers have as many inputs: what the skip brings in the U-Net, the transposed convolution brings itself, with twice the
channels. Prints the cycles from result to result in the steady state, three frames in flight, for several partitions:
which layers share a tile decides more than the skips do. Then the means, and the throughput of the U-Net as a share of
the chain's.
Needs `scripts/setup core`.
"""
import argparse
import json
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts/workload"))
from onnx_graph import Graph  # noqa: E402

HEIGHT, WIDTH = 48, 64
FINE, MIDDLE, COARSE = 4, 12, 24  # unet.WIDTHS
SEED = 1


def build(skips):
    """The graph of unet.UNet, without activation functions."""
    random = np.random.default_rng(SEED)
    graph = Graph("unet" if skips else "chain", {"image": [1, 1, HEIGHT, WIDTH]})

    def conv(name, source, inputs, outputs, kernel=3, output=None):
        weight = random.standard_normal((outputs, inputs, kernel, kernel)) * (inputs * kernel * kernel) ** -0.5
        return graph.conv(name, source, weight, np.zeros(outputs), output, pads=[kernel // 2] * 4)

    def pool(name, source):
        return graph.node("MaxPool", name, source, kernel_shape=[2, 2], strides=[2, 2])

    def up(name, source, skip, inputs, outputs):
        made = outputs if skips else 2 * outputs
        weight = random.standard_normal((inputs, made, 2, 2)) * inputs**-0.5
        a = graph.node("ConvTranspose", name, [source, graph.weight(f"{name}.weight", weight)], kernel_shape=[2, 2], strides=[2, 2])
        return graph.node("Concat", f"{name}_join", [a, skip], axis=1) if skips else a

    skip1 = conv("e1", "image", 1, FINE)
    skip2 = conv("e2b", conv("e2a", pool("pool1", skip1), FINE, MIDDLE), MIDDLE, MIDDLE)
    a = conv("mb", conv("ma", pool("pool2", skip2), MIDDLE, COARSE), COARSE, COARSE)
    a = conv("d2", up("up2", a, skip2, COARSE, MIDDLE), 2 * MIDDLE, MIDDLE)
    a = conv("d1", up("up1", a, skip1, MIDDLE, FINE), 2 * FINE, FINE)
    conv("head", a, FINE, 1, 1, "mask")
    graph.output("mask", [1, 1, HEIGHT, WIDTH])
    return graph


def run(program, folder, name, frames, seed):
    out = folder / f"{name}-{seed}"
    options = ["--theta", "0", "--theta-pixel", "0", "--bits", "12", "--seed", str(seed), "--frames", f"0:{frames}"]
    command = [program, "run", "--model", folder / f"{name}.onnx", "--clip", folder / "dense.npy", *options, "--out", out]
    ended = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True)
    if ended.returncode != 0:
        sys.exit(ended.stdout)
    return json.loads((out / "report.json").read_text())


def steady(report):
    """Cycles a frame, without those while the chip fills and empties."""
    cycles = report["cycles"]["frames"][4:-2]
    return sum(cycles) / len(cycles)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/bin/eddy")
    parser.add_argument("--frames", type=int, default=12, help="7 at least")
    parser.add_argument("--seeds", type=int, default=4)
    options = parser.parse_args()
    folder = ROOT / "out/skips"
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(SEED)
    np.save(folder / "dense.npy", random.integers(0, 256, (options.frames, HEIGHT, WIDTH, 1), dtype=np.uint8))
    (folder / "input.json").write_text(json.dumps({"channels": "gray", "width": WIDTH, "height": HEIGHT}) + "\n")
    program = (ROOT / options.program).resolve()
    figures = {"chain": [], "unet": []}
    for name in figures:
        build(name == "unet").write(folder / f"{name}.onnx")
    for seed in range(1, options.seeds + 1):
        for name, cycles in figures.items():
            report = run(program, folder, name, options.frames, seed)
            cycles.append(steady(report))
            busy = max(tile["counters"]["MacWords"] for tile in report["tiles"]) / report["frames"]
            print(f"{name}, seed {seed}: {cycles[-1]:,.0f} cycles a frame, slowest tile busy for {busy:,.0f}", flush=True)
    chain, unet = (sum(cycles) / len(cycles) for cycles in figures.values())
    print(f"mean: chain {chain:,.0f}, unet {unet:,.0f} cycles a frame; throughput of the U-Net over the chain's: {chain / unet:.3f}")


if __name__ == "__main__":
    main()

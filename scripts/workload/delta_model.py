#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What sparsity and quality to expect of the people network on the chip: an independent model in plain numpy.

    .venv/bin/python scripts/workload/delta_model.py testvectors/networks/people [--decide] [--layers] [--noise GREY]

Quantises the network simply (int8 weights by channel, 8-bit activations), runs the test frames through it with the fire
rule at every layer, and prints products done of dense, events and agreement with the labels. It knows nothing of the
driver's compiler: its figures are an expectation, not a golden. Thresholds apply from the first frame on, as on the chip.

With --decide it first chooses the task's decision threshold: the one with the best agreement on the training frames, run at
the shipped thresholds, because what is not sent makes the answers a little weaker.
"""
import argparse
import json
import re
import time
from pathlib import Path

import numpy as np
import onnx

import clip
import people_score

TOP = 255  # largest activation: 8 magnitude bits
SETTINGS = ((0, 0), (4, 0), (8, 0), (2, 1 / 64), (2, 1 / 32), (4, 1 / 32), (4, 1 / 16))  # pixel, layers
CALIBRATE_STEP = 8  # every eighth training frame
DECISION_FRAMES = 160  # training frames for which a decision threshold is chosen at each setting of the table
CHUNK = 32  # frames convolved at a time


class Conv:
    """A convolution as stored in the model."""

    def __init__(self, node, weights):
        attributes = {a.name: list(a.ints) for a in node.attribute}
        self.name = node.name
        self.weight, self.bias = (weights[name] for name in node.input[1:3])
        self.stride, self.pad = attributes["strides"][0], attributes["pads"][0]
        self.taps = self.weight.shape[2]

    def __call__(self, x, weight):
        """[T][C][H][W] to sums [T][K][H'][W']; exact for integers, which stay below 2**24."""
        flat = np.ascontiguousarray(weight.transpose(0, 2, 3, 1).reshape(len(weight), -1).T, np.float32)
        parts = [self.windows(x[t : t + CHUNK]) @ flat for t in range(0, len(x), CHUNK)]
        return np.concatenate(parts).transpose(0, 3, 1, 2)

    def windows(self, x):
        """[T][H'][W'][taps * taps * C]"""
        x = np.pad(x.astype(np.float32), ((0, 0), (0, 0), (self.pad, self.pad), (self.pad, self.pad)))
        views = np.lib.stride_tricks.sliding_window_view(x, (self.taps, self.taps), (2, 3))
        views = views[:, :, :: self.stride, :: self.stride].transpose(0, 2, 3, 4, 5, 1)
        return np.ascontiguousarray(views).reshape(*views.shape[:3], -1)

    def fan_out(self, height, width):
        """Products that an event causes, by its place [height][width]: taps that meet an output, times channels."""

        def hits(size):
            outputs = (size + 2 * self.pad - self.taps) // self.stride + 1
            count = np.zeros(size, np.int64)
            for o in range(outputs):
                for k in range(self.taps):
                    i = o * self.stride - self.pad + k
                    if 0 <= i < size:
                        count[i] += 1
            return count

        return np.outer(hits(height), hits(width)) * len(self.weight)


def fire(values, theta):
    """Fire rule over a sequence [T][...], references 0 at first: what receivers know at each frame, and who fired."""
    known = np.empty_like(values)
    fired = np.empty(values.shape, bool)
    reference = np.zeros_like(values[0])
    for t, value in enumerate(values):
        change = value - reference
        fired[t] = (change != 0) & (np.abs(change) >= theta)
        reference = np.where(fired[t], value, reference)
        known[t] = reference
    return known, fired


class PeopleModel:
    """The network of workload "people", its ranges measured on training frames."""

    def __init__(self, path, calibration):
        graph = onnx.load(str(path)).graph
        weights = {w.name: onnx.numpy_helper.to_array(w) for w in graph.initializer}
        self.convs = {n.name: Conv(n, weights) for n in graph.node if n.op_type == "Conv"}
        self.unit = {"image": 1 / 255}  # real value of activation 1
        self.scale = {name: np.abs(c.weight).max((1, 2, 3)) / 127 for name, c in self.convs.items()}
        self.run(calibration, calibrate=True)

    def run(self, frames, pixel=0, share=0.0, calibrate=False):
        """Logits [T][4][h][w] and what the input of each convolution did.

        The latter is {name: (products of a dense frame, done [T], zero-skipping [T], events [T])}.
        """
        theta = round(share * TOP)
        stats = {}

        def events(x, readers, threshold=theta):
            if calibrate:
                return x
            known, fired = fire(x, threshold)
            for reader in readers:
                fan = self.convs[reader].fan_out(*x.shape[2:])
                done, useful = ((mask.sum(1) * fan).sum((1, 2)) for mask in (fired, x != 0))
                stats[reader] = fan.sum() * x.shape[1], done, useful, fired.sum((1, 2, 3))
            return known

        def real(name, x, source):
            """Sums in real units, with the bias."""
            conv, scale = self.convs[name], self.scale[name][:, None, None]
            if calibrate:
                return conv(x, conv.weight) + conv.bias[:, None, None]
            return conv(x, np.round(conv.weight / scale[..., None])) * scale * self.unit[source] + conv.bias[:, None, None]

        def activate(name, y):
            if calibrate:
                self.unit[name] = float(np.quantile(np.maximum(y, 0).ravel()[::7], 0.99999)) / TOP
                return np.maximum(y, 0)
            return np.clip(np.rint(y / self.unit[name]), 0, TOP).astype(np.int16)

        x = frames[:, None].astype(np.float32) / 255 if calibrate else frames[:, None].astype(np.int16)
        x = activate("c1", real("c1", events(x, ["c1"], pixel), "image"))
        t, c, h, w = x.shape
        x = x.reshape(t, c, h // 2, 2, w // 2, 2).max((3, 5))
        skip = events(activate("c2", real("c2", events(x, ["c2"]), "c1")), ["c3"])
        x = events(activate("c3", real("c3", skip, "c2")), ["c4"])
        x = activate("c4", real("c4", x, "c3") + skip * (1 if calibrate else self.unit["c2"]))
        for source, name in (("c4", "c5"), ("c5", "c6"), ("c6", "c7")):
            x = activate(name, real(name, events(x, [name]), source))
        return real("c8", events(x, ["c8"]), "c7"), stats


def report(name, stats):
    """Mean, p50, p95 and maximum of the products done over dense, without the first frame."""
    dense = sum(s[0] for s in stats.values())
    done = sum(s[1] for s in stats.values())[1:] / dense
    skipped = sum(s[2] for s in stats.values())[1:] / dense
    first = sum(s[1][0] for s in stats.values()) / dense
    count = sum(s[3] for s in stats.values())[1:]
    return (f"| {name} | {done.mean():.4f} | {np.median(done):.4f} | {np.quantile(done, 0.95):.4f} | {done.max():.4f} "
            f"| {first:.3f} | {skipped.mean():.3f} | {count.mean() / 1e3:.1f} k |")


def choose_decision(folder, model, frames, labels):
    """Writes the decision threshold that suits the shipped thresholds into task.json."""
    thresholds = json.loads((folder / "thresholds.json").read_text())
    logits, _ = model.run(frames, thresholds["pixel"], thresholds["layers"]["*"])
    decision = people_score.best_threshold(logits, labels)
    task = (folder / "task.json").read_text()
    (folder / "task.json").write_text(re.sub(r'("decision_threshold": )[^,\n]*', rf"\g<1>{decision}", task))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--decide", action="store_true", help="choose the decision threshold first, and write it")
    parser.add_argument("--layers", action="store_true", help="a line for each layer as well")
    parser.add_argument("--noise", type=float, default=0.0, help="sensor noise to add, grey levels (standard deviation)")
    arguments = parser.parse_args()

    frames, split = clip.read_input(), clip.TRAIN_FRAMES
    labels = people_score.read_labels(arguments.folder / "labels.json")
    model = PeopleModel(arguments.folder / "people.onnx", frames[:split:CALIBRATE_STEP])
    if arguments.decide:
        choose_decision(arguments.folder, model, frames[:split], labels[:split])
    decision = json.loads((arguments.folder / "task.json").read_text())["decision_threshold"]
    trained, test = frames[split - DECISION_FRAMES : split], frames[split:]
    if arguments.noise:
        noise = np.random.default_rng(1).normal(0, arguments.noise, test.shape)
        test = np.clip(np.rint(test + noise), 0, 255).astype(np.uint8)

    begin = time.monotonic()
    columns = "pixel, layers|done/dense mean|p50|p95|max|first frame|non-zero|events|F1|count error|F1, rechosen"
    print("| " + columns.replace("|", " | ") + " |")
    for pixel, share in SETTINGS:
        logits, stats = model.run(test, pixel, share)
        figures = people_score.score(logits, labels[split:], decision)
        again = people_score.best_threshold(model.run(trained, pixel, share)[0], labels[split - len(trained) : split])
        rechosen = people_score.score(logits, labels[split:], again)["f1"]
        quality = f"{figures['f1']:.4f} | {figures['count_error']:.3f} | {rechosen:.4f} ({again:+.2f}) |"
        print(report(f"{pixel}, {share:.4f}", stats), quality, flush=True)
        if arguments.layers:
            for name, s in stats.items():
                print(report(f"input of {name}, {s[0]} dense", {name: s}))
    print(f"{sum(s[0] for s in stats.values())} products a dense frame, {time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    main()

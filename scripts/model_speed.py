#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times the untimed model beside ONNX Runtime on one core: the people network, three scenes of its clip.

  .venv/bin/python scripts/model_speed.py --program build/bin/model_speed [--passes N]

The two take turns, pass by pass, and each scene's figure is the median over its passes: a machine that is busy with other
things slows both. Prints one JSON object: scene to seconds a frame of each, and how many times as fast the model is.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

import numpy
import onnxruntime

ROOT = pathlib.Path(__file__).resolve().parent.parent
PEOPLE = ROOT / "testvectors/networks/people/people.onnx"


class Model:
    """The program driver/bench/model_speed.cpp, which waits for names of scenes."""

    def __init__(self, program, folder):
        self.process = subprocess.Popen([program, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.scenes = []
        while (line := self.process.stdout.readline()) != "\n":
            if not line:
                raise SystemExit(f"model_speed: {program} ended with status {self.process.wait()}")
            self.scenes.append(line.strip())

    def seconds(self, scene):
        print(scene, file=self.process.stdin, flush=True)
        return float(self.process.stdout.readline())


def dense_session():
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(PEOPLE, options, providers=["CPUExecutionProvider"])


def dense_seconds(session, frames):
    name = session.get_inputs()[0].name
    session.run(None, {name: frames[:1]})
    start = time.perf_counter()
    for f in range(1, len(frames)):
        session.run(None, {name: frames[f : f + 1]})
    return time.perf_counter() - start


def measure(program, passes):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # and so the program's
    session = dense_session()
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        model = Model(program, folder)
        for scene in model.scenes:
            frames = numpy.load(pathlib.Path(folder) / f"{scene}.npy")
            pairs = [(model.seconds(scene), dense_seconds(session, frames)) for _ in range(passes)]
            timed = len(frames) - 1
            figures[scene] = {
                "model_seconds": statistics.median(m for m, _ in pairs) / timed,
                "dense_seconds": statistics.median(d for _, d in pairs) / timed,
                "ratio": statistics.median(d / m for m, d in pairs),
            }
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--passes", type=int, default=7)
    arguments = parser.parse_args()
    print(json.dumps(measure(arguments.program, arguments.passes), indent=2))


if __name__ == "__main__":
    main()

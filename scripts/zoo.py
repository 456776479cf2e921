#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs every trained network on the model, on the RTL and on the model with time, and writes what came of it.

    .venv/bin/python scripts/zoo.py [--program build/bin/eddy] [--only NAME ...]

Writes out/zoo.json, and the tables of docs/zoo.md and docs/perf.md from it. Float quality is of ONNX Runtime's answers to all test frames,
scored here; quantised quality is the program's on the model device over the same frames; on the RTL it has to be what it
is on the model for the same frames. Needs `scripts/setup referee clip`.
"""
import argparse
import json
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

ROOT = Path(__file__).resolve().parent.parent
NETWORKS = ROOT / "testvectors/networks"
sys.path.insert(0, str(ROOT / "scripts/workload"))
import clip as street  # noqa: E402
import people_score  # noqa: E402

# Chip, frames on the RTL, other options. What is not named here is run on `small` for two frames.
RUNS = {
    "digits": ("tiny", 24, []),
    "people": ("small", 6, []),
    "residual": ("small", 4, ["--mode", "spatial"]),
    "separable": ("small", 4, []),
    "unet": ("small", 4, []),
    "autoencoder": ("small", 12, []),
    "int4": ("tiny", 8, ["--mode", "spatial"]),
    "int2": ("tiny", 8, ["--mode", "spatial"]),
    "fp16": ("small", 4, ["--mode", "spatial"]),
}
WEIGHTED = {"Conv": (1, 2), "ConvTranspose": (1, 2), "Gemm": (1, 2), "MatMul": (1,)}  # inputs that are trained


def parameters(path):
    """Weights and biases, however they are stored: codes and halves count as one each, their scales do not."""
    graph = onnx.load(path).graph
    size = {tensor.name: int(np.prod(tensor.dims)) for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type in ("DequantizeLinear", "Cast") and node.input[0] in size:
            size[node.output[0]] = size[node.input[0]]
    used = {node.input[i] for node in graph.node for i in WEIGHTED.get(node.op_type, ()) if i < len(node.input)}
    return sum(size[name] for name in used)


# ---- the float network ----------------------------------------------------------------------------------------------
def pictures(folder, spec, first, last):
    """What the program feeds the network: float32 [last - first][1][height][width]."""
    if spec["clip"].endswith(".npy"):
        pixels = np.load(folder / spec["clip"])[first:last]
        pixels = pixels.reshape(-1, 1, spec["height"], spec["width"])
    else:
        pixels = street.reduce_area(street.read_gray(spec["clip"])[first:last], street.WIDTH // spec["width"])[:, None]
    return ((pixels * spec["scale"] - spec["mean"][0]) / spec["std"][0]).astype(np.float32)


def float_answers(model, images):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return np.concatenate([session.run(None, {name: image[None]})[0] for image in images])


def masks(labels, first, last):
    for runs in labels["frames"][first - labels["first"] : last - labels["first"]]:
        yield np.repeat(np.arange(len(runs)) % 2, runs).astype(bool)


def score(folder, task, answers, images, first, last):
    """By the rules of the task (docs/tasks.md), in numpy."""
    kind = task["kind"]
    if kind == "reconstruct":
        error = (answers.reshape(len(images), -1).astype(np.float64) - images.reshape(len(images), -1)) ** 2
        return float(10 * np.log10(task["peak"] ** 2 / error.mean()))
    labels = json.loads((folder / task["labels"]).read_text())
    if kind == "classify":
        return float((answers.reshape(len(answers), -1).argmax(1) == labels["labels"][first:last]).mean())
    if kind == "segment":
        seen = (answers.reshape(len(answers), -1) > task["decision_threshold"]).astype(bool)
        wanted = np.stack(list(masks(labels, first, last)))
        return float((seen & wanted).sum() / (seen | wanted).sum())
    assert kind == "people-heatmap", kind
    return people_score.score(answers, labels["frames"][first:last], task["decision_threshold"])["f1"]


# Name of the figure, its key in a report, how it is written, what its labels are.
FIGURES = {
    "people-heatmap": ("F1", "f1", "{:.3f}", "people"),
    "classify": ("accuracy", "accuracy", "{:.3f}", "classes"),
    "segment": ("IoU", "iou", "{:.3f}", "foreground"),
    "reconstruct": ("PSNR", "psnr", "{:.2f} dB", "reconstruction"),
}


# ---- the chip -------------------------------------------------------------------------------------------------------
def run(program, name, chip, backend, first, last, options):
    """The report of a run, and its command."""
    out = ROOT / "out/zoo" / name / backend.rstrip(":")
    command = [program, "run", "--model", name, "--chip", chip, "--frames", f"{first}:{last}", "--backend", backend, *options]
    shown = shlex.join(command).replace(f"{ROOT}/", "")
    print("+", shown, flush=True)
    ended = subprocess.run([*command, "--out", str(out)], stdout=subprocess.PIPE, text=True)
    if ended.returncode != 0:
        sys.exit(f"{ended.stdout}\n{name}: status {ended.returncode}")
    return json.loads((out / "report.json").read_text()), shown


def timing(rtl, perf):
    """How far the model with time is from the RTL: all cycles, and when each layer's last neuron fired, as a share of
    the frame's latency, in the mean of the frames."""
    layers = {}
    for ours, theirs in zip(perf["timeline"], rtl["timeline"], strict=True):
        latency = theirs["last_result"] - theirs["first_pixel"]
        for layer, mine, real in zip(rtl["layers"], ours["layers"], theirs["layers"], strict=True):
            if real:
                late = (mine[1] - ours["first_pixel"]) - (real[1] - theirs["first_pixel"])
                layers.setdefault(layer["name"], []).append(late / latency)
    return {
        "rtl_cycles": rtl["cycles"]["total"],
        "perf_cycles": perf["cycles"]["total"],
        "error": perf["cycles"]["total"] / rtl["cycles"]["total"] - 1,
        "layers": {name: float(np.mean(shares)) for name, shares in layers.items()},
        "faster": perf["simulation"]["cycles_per_second"] / rtl["simulation"]["cycles_per_second"],
    }


def without_float(task):
    return {key: value for key, value in task.items() if key not in ("float", "float_reference")}


def measure(program, folder):
    name = folder.name
    spec, task = (json.loads((folder / f"{part}.json").read_text()) for part in ("input", "task"))
    first, last = task["test_frames"]
    chip, frames, options = RUNS.get(name, ("small", 2, []))
    quality, key, _, _ = FIGURES[task["kind"]]

    images = pictures(folder, spec, first, last)
    as_float = score(folder, task, float_answers(folder / f"{name}.onnx", images), images, first, last)
    whole, command = run(program, name, chip, "model:", first, last, options)
    rtl, rtl_command = run(program, name, chip, "sim:", first, first + frames, options)
    part, _ = run(program, name, chip, "model:", first, first + frames, options)
    timed, _ = run(program, name, chip, "perf:", first, first + frames, options)
    if without_float(rtl["task"]) != without_float(part["task"]) or rtl["events_checked"] != part["events_checked"]:
        sys.exit(f"{name}: on the RTL other answers than on the model")
    done, dense = (sum(layer[kind] for layer in whole["layers"]) for kind in ("macs_done", "macs_dense"))
    return {
        "task": task["kind"],
        "meaning": task.get("quality", ""),
        "parameters": parameters(folder / f"{name}.onnx"),
        "onnx_bytes": (folder / f"{name}.onnx").stat().st_size,
        "chip": chip,
        "quality": quality,
        "float": as_float,
        "quantised": whole["task"][key],
        "test_frames": last - first,
        "rtl": rtl["task"][key],
        "rtl_frames": frames,
        "macs_dense": dense // (last - first),
        "skipped": 1 - done / dense,
        "cycles_p50": rtl["cycles"]["per_frame"]["p50"],
        "cycles_first": rtl["cycles"]["first_frame"],
        "timing": timing(rtl, timed),
        "match": whole["match"] and rtl["match"] and part["match"] and timed["match"],
        "events_on_rtl": rtl["events_checked"],
        "commands": [command, rtl_command],
    }


# ---- the page -------------------------------------------------------------------------------------------------------
def table(zoo):
    rows = [
        "| network | task | parameters | MACs a dense frame | chip | float | quantised | RTL | MACs skipped | cycles a frame | |",
        "|---|---|---:|---:|---|---:|---:|---:|---:|---:|---|",
    ]
    for name, z in zoo.items():
        _, _, form, what = FIGURES[z["task"]]
        skipped = f"{100 * z['skipped']:.1f} %"
        rows.append(
            f"| [{name}](../testvectors/networks/{name}/README.md) | {what}, {z['quality']} | {z['parameters']:,} | "
            f"{z['macs_dense'] / 1e6:.2f} M | `{z['chip']}` | {form.format(z['float'])} | "
            f"{form.format(z['quantised'])} of {z['test_frames']} frames | {form.format(z['rtl'])} of {z['rtl_frames']} | "
            f"{skipped} | {z['cycles_p50']:,} | {'MATCH' if z['match'] else 'MISMATCH'} |"
        )
    commands = "\n".join(f"    {command}" for z in zoo.values() for command in z["commands"])
    return "\n".join(rows) + "\n\n" + commands + "\n"


def timing_table(zoo):
    rows = [
        "| network | frames | cycles, RTL | `perf:` | error | times as fast | end of each layer, error in the frame's latency |",
        "|---|---:|---:|---:|---:|---:|---|",
    ]
    for name, z in zoo.items():
        t = z["timing"]
        layers = ", ".join(f"{layer} {100 * late:+.1f} %" for layer, late in t["layers"].items())
        rows.append(
            f"| {name} | {z['rtl_frames']} | {t['rtl_cycles']:,} | {t['perf_cycles']:,} | {100 * t['error']:+.1f} % | "
            f"{t['faster']:.0f} | {layers} |"
        )
    return "\n".join(rows) + "\n"


def write_page(page, mark, text):
    file = ROOT / "docs" / page
    begin, end = f"<!-- {mark}:begin -->\n", f"<!-- {mark}:end -->"
    head, rest = file.read_text().split(begin)
    file.write_text(head + begin + text + end + rest.split(end, 1)[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/bin/eddy")
    parser.add_argument("--only", nargs="*", help="these networks; the others keep what out/zoo.json says")
    options = parser.parse_args()
    program = str((ROOT / options.program).resolve())
    file = ROOT / "out/zoo.json"
    known = json.loads(file.read_text()) if options.only and file.exists() else {}
    folders = sorted(path.parent for path in NETWORKS.glob("*/task.json"))
    # In the order of RUNS; those that it does not name come last.
    order = {name: i for i, name in enumerate(RUNS)}
    zoo = {}
    for folder in sorted(folders, key=lambda f: order.get(f.name, len(order))):
        if options.only and folder.name not in options.only:
            if folder.name in known:
                zoo[folder.name] = known[folder.name]
            continue
        zoo[folder.name] = measure(program, folder)
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(zoo, indent=1) + "\n")
    file.write_text(json.dumps(zoo, indent=1) + "\n")
    write_page("zoo.md", "zoo", table(zoo))
    write_page("perf.md", "perf", timing_table(zoo))
    print(table(zoo))


if __name__ == "__main__":
    main()

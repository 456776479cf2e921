#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the ONNX project's own backend tests, as the pinned `onnx` package brings them, through the driver.

    make conformance                      all cases; writes out/conformance.json and docs/conformance.md
    .venv/bin/python scripts/conformance.py --only conv --verbose

A case is a model, inputs and the answer. The chip takes batch 1. First the case's first input of real numbers (or of bytes,
where the model dequantises them) is the clip, and its others become constants of the model; if that is refused, all inputs
of real numbers are clips. A batch of several becomes as many frames, and an input of one dimension a row, where the onnx
package's own evaluator or ONNX Runtime gives the same answer to the model changed in this way. Models of older opsets are
converted by that package. Ranges are
calibrated on the case's own input. Every run compares all events with the golden model; the answer may differ from the
case's by TOLERANCE of its largest magnitude. Each case that the device model passes runs on the RTL as well.
"""
import argparse
import collections
import json
import multiprocessing
import subprocess
import sys
import tempfile
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper, version_converter
from onnx.backend.test.case import model as model_cases
from onnx.backend.test.case import node as node_cases
from onnx.backend.test.loader import load_model_tests
from onnx.reference import ReferenceEvaluator

TOLERANCE = 0.02  # weights of 8 bits, activations of BITS bits
BITS = 12
OLDEST = 7  # opset
TIME_LIMIT = 120  # seconds for one run
UNKNOWN = "this operator is not supported"
ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Case:
    name: str
    model: onnx.ModelProto
    inputs: list  # arrays, or what else a case may hold
    outputs: list
    operators: list = field(default_factory=list)


@dataclass
class Result:
    name: str
    operators: list
    outcome: str  # passed, refused, failed; unknown: it holds operators that are not in our list
    reason: str = ""
    error: float = None  # share of the answer's largest magnitude
    rtl: bool = False



# ---- the cases ------------------------------------------------------------------------------------------------------
def stored(folder):
    """A case that lies in files."""
    folder = Path(folder)
    proto = onnx.load(folder / "model.onnx")
    data = folder / "test_data_set_0"

    def arrays(kind, infos):
        files = sorted(data.glob(f"{kind}_*.pb"), key=lambda f: int(f.stem.split("_")[1]))
        return [numpy_helper.to_array(onnx.load_tensor(f)) for f, info in zip(files, infos) if info.type.HasField("tensor_type")]

    return proto, arrays("input", proto.graph.input), arrays("output", proto.graph.output)


def collect():
    """All cases, each name once."""
    warnings.simplefilter("ignore")
    cases = {}
    for test in [*node_cases.collect_testcases(None), *model_cases.collect_testcases()]:
        if test.model is not None and test.data_sets:
            cases[test.name] = (test.model, *test.data_sets[0])
    for kind in ("simple", "pytorch-converted", "pytorch-operator"):
        for test in load_model_tests(kind=kind):
            if test.model_dir:
                try:
                    cases[test.name] = stored(test.model_dir)
                except (OSError, ValueError, TypeError):  # sequences and the like: none of ours
                    continue
    result = []
    for name, (proto, inputs, outputs) in sorted(cases.items()):
        operators = sorted({node.op_type for node in proto.graph.node})
        result.append(Case(name, proto, list(inputs), list(outputs), operators))
    return result


# ---- a case as the chip takes it ------------------------------------------------------------------------------------
class Unfit(Exception):
    """Why a case cannot be asked."""


def is_float(array):
    return isinstance(array, np.ndarray) and array.dtype.kind == "f"


def is_bytes(array):
    return isinstance(array, np.ndarray) and array.dtype == np.uint8


def same(ours, theirs):
    return ours.size == theirs.size and np.allclose(ours.ravel(), theirs.ravel(), rtol=1e-4, atol=1e-5, equal_nan=True)


def free_inputs(proto):
    known = {tensor.name for tensor in proto.graph.initializer}
    return [info for info in proto.graph.input if info.name not in known]


def converted(model):
    """Of an opset that the driver reads."""
    if any(opset.domain in ("", "ai.onnx") and opset.version < OLDEST for opset in model.opset_import):
        try:
            return version_converter.convert_version(model, OLDEST)
        except RuntimeError as error:
            raise Unfit(f"no opset {OLDEST}: {str(error).splitlines()[0]}") from error
    return model


def clips_of(case):
    """Ways to ask: which inputs are clips, all others being constants."""
    codes = any(operator.startswith(("Dequantize", "QLinear")) for operator in case.operators)
    clips = [i for i, array in enumerate(case.inputs) if is_float(array) or (codes and is_bytes(array))]
    floats = [i for i in clips if is_float(case.inputs[i])]
    if not clips or not isinstance(case.outputs[0], np.ndarray) or case.outputs[0].dtype.kind not in "fiu":
        raise Unfit("no input of real numbers, or no answer of numbers")
    return [clips[:1]] + ([floats] if len(floats) > 1 else [])


def ask(case, clips):
    """The model with these inputs, of batch 1, and the frames of each by name."""
    model = converted(case.model)
    infos = free_inputs(model)
    if len(infos) != len(case.inputs):
        raise Unfit("inputs that are no tensors, or left out")
    if any(case.inputs[i].size == 0 for i in clips) or case.outputs[0].size == 0:
        raise Unfit("an input or an answer without an element")
    proto = onnx.ModelProto()
    proto.CopyFrom(model)
    del proto.graph.input[:]
    frames, changed = {}, False
    for i, info in enumerate(infos):
        values = np.asarray(case.inputs[i])
        if i not in clips:
            proto.graph.initializer.append(numpy_helper.from_array(values, info.name))
            continue
        kind = onnx.TensorProto.UINT8 if is_bytes(values) else onnx.TensorProto.FLOAT
        all_frames = values if values.ndim > 1 else values[None]
        shape = [1, *all_frames.shape[1:]]
        changed = changed or shape != list(values.shape)
        proto.graph.input.append(onnx.helper.make_tensor_value_info(info.name, kind, shape))
        frames[info.name] = all_frames if is_bytes(values) else all_frames.astype(np.float32)
    if changed:
        for output in proto.graph.output:  # their shapes are those of the whole batch
            output.type.tensor_type.ClearField("shape")
        del proto.graph.value_info[:]
        check_alike(case, proto, frames)
    return proto, frames


def runtime(proto):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # it may well fail, quietly
    return onnxruntime.InferenceSession(proto.SerializeToString(), options, providers=["CPUExecutionProvider"])


def check_alike(case, proto, frames):
    """Does the model, changed, give the case's answer?"""
    for judge in (ReferenceEvaluator, runtime):
        try:
            steps = [dict(zip(frames, (part[None] for part in parts))) for parts in zip(*frames.values(), strict=True)]
            answers = [judge(proto).run(None, step)[0] for step in steps]
        except Exception:  # whatever it is that the judge does not like in the smaller input
            continue
        if same(np.concatenate([np.ravel(a) for a in answers]), case.outputs[0]):
            return
    raise Unfit("its batch is no batch: frame by frame it is another computation")


# ---- runs -----------------------------------------------------------------------------------------------------------
def eddy(program, arguments, folder):
    command = [program, *arguments]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=TIME_LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return 124, f"no end after {TIME_LIMIT} s"
    return done.returncode, done.stdout + done.stderr


def reason_of(text):
    """The reasons of a refusal: lines behind the first, without the node's name."""
    lines = [line.strip() for line in text.splitlines() if line.startswith("  ")]
    return "; ".join(dict.fromkeys(line.split(": ", 1)[-1] for line in lines)) or text.strip().splitlines()[-1]


def distance(case, folder):
    """From the answer, as a share of its largest magnitude."""
    name = case.model.graph.output[0].name
    files = {f.stem: f for f in (folder / "out").glob("*.npy")}
    ours = np.load(files.get(name) or next(iter(files.values())))
    theirs = case.outputs[0].astype(np.float64)
    if ours.size != theirs.size:
        return np.inf
    scale = np.max(np.abs(theirs)) or 1.0
    return float(np.max(np.abs(ours.ravel() - theirs.ravel())) / scale)


def run(program, case, rtl):
    result = Result(case.name, case.operators, "refused")
    with tempfile.TemporaryDirectory(prefix="eddy_conformance_") as scratch:
        folder = Path(scratch)
        onnx.save(case.model, folder / "whole.onnx")
        _, text = eddy(program, ["inspect", "whole.onnx"], folder)
        if UNKNOWN in text or "operators of \"" in text:
            result.outcome = "unknown"
            return result
        try:
            ways = clips_of(case)
        except Unfit as unfit:
            result.reason = str(unfit)
            return result
        for clips in ways:
            try:
                run_with(program, case, ask(case, clips), rtl, folder, result)
            except Unfit as unfit:
                result.outcome, result.reason = "refused", result.reason or str(unfit)
            if result.outcome != "refused":
                break
    return result


def run_with(program, case, question, rtl, folder, result):
    """Runs what is asked, and puts down what came of it."""
    proto, frames = question
    onnx.save(proto, folder / "model.onnx")
    for i, values in enumerate(frames.values()):
        np.save(folder / f"clip{i}.npy", values)
    clip = ",".join(f"{name}=clip{i}.npy" for i, name in enumerate(frames)) if len(frames) > 1 else "clip0.npy"
    arguments = ["run", "--model", "model.onnx", "--clip", clip, "--bits", str(BITS), "--output", "out",
                 "--theta", "0", "--theta-pixel", "0"]  # fmt: skip
    for backend in ["model:", "sim:"] if rtl else ["model:"]:
        status, text = eddy(program, [*arguments, "--backend", backend, "--chip", "small"], folder)
        if status in (3, 4):
            result.outcome, result.reason = "refused", result.reason or reason_of(text)
            return
        if status != 0:
            result.outcome, result.reason = "failed", f"{backend} ends with status {status}: {reason_of(text)}"
            return
        result.error = distance(case, folder)
        if not result.error <= TOLERANCE:
            result.outcome = "failed"
            result.reason = f"{backend} differs by {100 * result.error:.2g} % of the largest magnitude"
            return
        result.rtl = backend == "sim:"
    result.outcome, result.reason = "passed", ""


# ---- what came of it ------------------------------------------------------------------------------------------------
def table(results):
    """Markdown: what passed and what was refused, by operators."""
    count = collections.Counter(r.outcome for r in results)
    versions = f"onnx {onnx.__version__}"
    lines = [
        "# Conformance: the ONNX project's backend tests",
        "",
        f"Written by `make conformance` ({versions}; `scripts/conformance.py` says how a case is asked). Of {len(results)} cases, "
        f"{count['unknown']} hold operators that are not in our list ([import.md](import.md)). Of the others:",
        "",
        f"**{count['passed']} passed, {count['refused']} refused with a reason, {count['failed']} failed.** "
        f"Passed: all events equal the golden model's on the device model{' and on the RTL' if any(r.rtl for r in results) else ''}, "
        f"and the answer is the case's within {100 * TOLERANCE:.0f} % of its largest magnitude "
        f"(weights of 8 bits, activations of {BITS}).",
        "",
        "| operators | passed | refused | worst difference |",
        "|---|---|---|---|",
    ]
    groups = collections.defaultdict(list)
    for r in results:
        if r.outcome != "unknown":
            groups[", ".join(r.operators)].append(r)
    for operators, members in sorted(groups.items()):
        passed = [r for r in members if r.outcome == "passed"]
        worst = f"{100 * max(r.error for r in passed):.2f} %" if passed else ""
        lines.append(f"| {operators} | {len(passed)} | {sum(r.outcome == 'refused' for r in members)} | {worst} |")
    lines += ["", "## Refused", "", "| case | reason |", "|---|---|"]
    lines += [f"| {r.name} | {r.reason.replace('|', '/')} |" for r in results if r.outcome == "refused"]
    failed = [r for r in results if r.outcome == "failed"]
    if failed:
        lines += ["", "## Failed", "", "| case | what |", "|---|---|"]
        lines += [f"| {r.name} | {r.reason.replace('|', '/')} |" for r in failed]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=str(ROOT / "build/bin/eddy"), help="the driver (default: build/bin/eddy)")
    parser.add_argument("--only", help="cases whose name holds this; nothing is written")
    parser.add_argument("--rtl", action="store_true", help="on the RTL too")
    parser.add_argument("--json", type=Path, default=ROOT / "out/conformance.json")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs/conformance.md")
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--verbose", action="store_true", help="a line for each case")
    options = parser.parse_args()
    options.program = str(Path(options.program).resolve())

    cases = [case for case in collect() if not options.only or options.only in case.name]
    with multiprocessing.Pool(options.jobs) as pool:
        waiting = [pool.apply_async(run, (options.program, case, options.rtl)) for case in cases]
        results = []
        for done in waiting:
            results.append(r := done.get())
            if options.verbose and r.outcome != "unknown" or r.outcome == "failed":
                print(f"{r.outcome:8} {r.name}: {r.reason or f'{100 * r.error:.3f} %'}", flush=True)
            elif sys.stderr.isatty():
                print(f"\r{len(results)} of {len(cases)} cases", end="", file=sys.stderr, flush=True)
    count = collections.Counter(r.outcome for r in results)
    if not options.only:
        listed = [vars(r) for r in results if r.outcome != "unknown"]
        summary = {kind: count[kind] for kind in ("passed", "refused", "failed")}
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps({**summary, "not_in_our_list": count["unknown"], "cases": listed}, indent=1) + "\n")
        options.docs.write_text(table(results))
    print(f"conformance: {count['passed']} passed, {count['refused']} refused, {count['failed']} failed, "
          f"{count['unknown']} with operators that are not in our list")  # fmt: skip
    sys.exit(1 if count["failed"] else 0)


if __name__ == "__main__":
    main()

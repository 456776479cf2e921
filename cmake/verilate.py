# SPDX-License-Identifier: Apache-2.0
"""Runs Verilator and gathers what it writes into files whose names the build knows beforehand.

Verilator's C++ comes in pieces whose number and names depend on the design. They are included by PREFIX__fast0.cc,
PREFIX__fast1.cc, ... (code of every cycle, shared out by size) and PREFIX__slow.cc (code that runs once), so that
CMake can list them. All outputs get one time stamp, newer than the inputs: whoever includes PREFIX.h is compiled
again when any generated header changed.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path


def class_lists(text: str) -> dict[str, list[str]]:
    """The lists of PREFIX_classes.mk, by name."""
    lists = {}
    for name, body in re.findall(r"^(VM_\w+) \+= ((?:.*\\\n)*)", text, re.MULTILINE):
        lists[name] = [word for word in body.split() if word != "\\"]
    return lists


def share_out(files: list[Path], units: int) -> list[list[Path]]:
    """Files in `units` groups of about the same size, largest first."""
    groups = [[0, []] for _ in range(units)]
    for file in sorted(files, key=lambda f: (-f.stat().st_size, f.name)):
        smallest = min(groups, key=lambda g: g[0])
        smallest[0] += file.stat().st_size
        smallest[1].append(file)
    return [group for _, group in groups]


def inputs(verilator_depfile: Path, verilator_root: Path) -> list[str]:
    """The source files that Verilator read, without its own."""
    words = verilator_depfile.read_text().replace("\\\n", " ").split(" : ", 1)[1].split()
    files = [os.path.abspath(word.rstrip(":")) for word in words]
    return sorted({f for f in files if not f.startswith(str(verilator_root)) and os.path.isfile(f)})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, required=True, help="Verilator's folder")
    parser.add_argument("--dir", type=Path, required=True, help="where the C++ goes")
    parser.add_argument("--prefix", required=True)
    parser.add_argument("--units", type=int, default=1)
    parser.add_argument("--depfile", type=Path, required=True)
    parser.add_argument("arguments", nargs="+", help="arguments of Verilator")
    args = parser.parse_args()

    # A clean folder: a piece of an earlier run must not be taken for one of this run.
    shutil.rmtree(args.dir, ignore_errors=True)
    args.dir.mkdir(parents=True)

    command = [args.root / "bin" / "verilator_bin", "--MMD", "--Mdir", args.dir, *args.arguments]
    environment = os.environ | {"VERILATOR_ROOT": str(args.root)}
    if status := subprocess.run(command, env=environment).returncode:
        return status

    lists = class_lists((args.dir / f"{args.prefix}_classes.mk").read_text())
    pieces = {
        kind: [args.dir / f"{name}.cpp" for name in lists[f"VM_CLASSES_{kind}"] + lists[f"VM_SUPPORT_{kind}"]]
        for kind in ("FAST", "SLOW")
    }
    units = {f"fast{i}": group for i, group in enumerate(share_out(pieces["FAST"], args.units))}
    units["slow"] = sorted(pieces["SLOW"])
    for name, group in units.items():
        lines = "".join(f'#include "{file.name}"\n' for file in group)
        (args.dir / f"{args.prefix}__{name}.cc").write_text(lines)

    read = inputs(args.dir / f"{args.prefix}__ver.d", args.root)
    header = args.dir / f"{args.prefix}.h"
    args.depfile.write_text(f"{header}: " + " \\\n  ".join(read) + "\n")
    header.touch()
    return 0


if __name__ == "__main__":
    sys.exit(main())

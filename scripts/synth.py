# SPDX-License-Identifier: Apache-2.0
"""Elaborates a module for synthesis (slang in Yosys), checks the netlist and prints its cells and memories.

Ends with status 1 when slang refuses the source or the netlist has a fault: a net with several drivers or none, a loop
of logic, a latch, a register whose reset value is not constant.

With --wiring, modules stay apart and are not optimised: quick, for what only joins others that are synthesised on
their own.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

from pyosys import libyosys as ys

ROOT = Path(__file__).resolve().parent.parent


def sources(build: Path) -> tuple[list[Path], list[Path]]:
    """Packages in the order of their imports, and folders in which modules are found by their names."""
    generated = build / "generated" / "csr"
    packages = [ROOT / "rtl" / "eddy_pkg.sv", *sorted(ROOT.glob("rtl/*/*_pkg.sv")), *generated.glob("*_pkg.sv")]
    folders = [path for path in sorted(ROOT.glob("rtl/*")) if path.is_dir() and path.name != "testing"]
    return packages, folders + [generated]


def elaborate(design: ys.Design, top: str, build: Path, params: list[str], wiring: bool) -> None:
    """Reads `top` and all below it as word-level cells and memories, checks the result and, but for wiring, optimises it."""
    packages, folders = sources(build)
    tops = [path for folder in folders for path in folder.glob(f"{top}.sv")]
    if not tops:
        sys.exit(f"synth: there is no {top}.sv in the folders of rtl/")
    words = ["read_slang", "--top", top] + ["--keep-hierarchy"] * wiring
    for param in params:
        words += ["-G", param]
    for folder in folders:
        words += ["-y", str(folder), "-I", str(folder)]
    words += [str(path) for path in packages + tops]
    ys.run_pass(" ".join(words), design)
    for command in (
        f"hierarchy -check -top {top}",
        "proc",
        "opt_clean",
        "check -assert",
        "opt_dff",
        # Every register resets to a constant, and there is no latch.
        "select -assert-none t:$dlatch t:$aldff t:$aldffe",
    ):
        ys.run_pass(command, design)
    if wiring:
        return
    for command in (
        f"synth -top {top} -run coarse:fine",
        "check -assert",
    ):
        ys.run_pass(command, design)


def parameter(cell, name: str) -> int:
    return cell.getParam(ys.IdString("\\" + name)).as_int()


def report(design: ys.Design, top: str) -> str:
    """Cells by kind, flip-flops and memories of the flattened design."""
    cells = list(design.module(ys.IdString("\\" + top)).cells_.values())
    kinds = Counter(cell.type.str() for cell in cells)
    flops = sum(parameter(cell, "WIDTH") for cell in cells if "dff" in cell.type.str())
    memories = Counter((parameter(c, "SIZE"), parameter(c, "WIDTH")) for c in cells if c.type.str() == "$mem_v2")

    lines = [f"{top}: {len(cells)} word-level cells"]
    lines += [f"  {many:8d}  {kind}" for kind, many in kinds.most_common()]
    lines.append(f"  {flops} flip-flops")
    lines.append("memories:")
    for (size, width), many in sorted(memories.items(), key=lambda m: -m[0][0] * m[0][1] * m[1]):
        lines.append(f"  {many:3d} x {size:6d} words of {width:4d} bits")
    total = sum(size * width * many for (size, width), many in memories.items())
    lines.append(f"  {total // 8} bytes in all")
    return "\n".join(lines) + "\n"


def wiring_report(design: ys.Design, top: str) -> str:
    """Modules of the design, and how many of each `top` and the modules below it hold."""
    held: Counter[str] = Counter()
    todo = [ys.IdString("\\" + top)]
    while todo:
        for cell in design.module(todo.pop()).cells_.values():
            if design.module(cell.type):
                held[cell.type.str().split("$")[0].lstrip("\\")] += 1
                todo.append(cell.type)
    lines = [f"{top}: elaborated and checked, modules in it:"]
    lines += [f"  {many:8d}  {name}" for name, many in sorted(held.items(), key=lambda h: (-h[1], h[0]))]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--top", default="eddy_tile")
    parser.add_argument("--build", type=Path, default=ROOT / "build", help="holds the generated registers")
    parser.add_argument("--param", action="append", default=[], metavar="Name=value")
    parser.add_argument("--report", type=Path, required=True, help="where the summary goes")
    parser.add_argument("--wiring", action="store_true", help="elaborate and check only, module by module")
    args = parser.parse_args()

    design = ys.Design()
    elaborate(design, args.top, args.build, args.param, args.wiring)
    args.report.write_text(wiring_report(design, args.top) if args.wiring else report(design, args.top))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Mirrors SystemVerilog packages in C++20 headers, so that widths and layouts have one source.

    gen_pkg.py OUT_DIR eddy_pkg.sv eddy_host_pkg.sv ...

The packages are read as slang elaborates them, in the order of their imports. eddy_pkg.sv becomes OUT_DIR/eddy_pkg.hpp
with the namespace eddy::pkg, eddy_host_pkg.sv eddy_host_pkg.hpp with eddy::host_pkg. A header has
  - every parameter as a constexpr of the same name,
  - every enum as an enum class, with to_string(),
  - every other named type as an alias of the smallest integer that holds it (wider than 64 bits: std::array of words),
  - every packed struct as a struct of plain members in the same order, with `bits`, `word_count`, pack(), unpack(), and up
    to 64 bits to_u64(), from_u64(),
  - every named packed array of structs as a struct with the one member `item`, item[0] in the lowest bits.
Bit 0 of a packed value is the lowest bit of word 0, as in SystemVerilog the last member is.
"""

import re
import shutil
import sys
from pathlib import Path

import pyslang
from pyslang.ast import Compilation, SymbolKind
from pyslang.syntax import SyntaxTree

HEAD = """\
// SPDX-License-Identifier: Apache-2.0
// Made from {source} by scripts/gen_pkg.py. Do not edit.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

{includes}

namespace eddy::{namespace} {{
"""

KEYWORDS = {"class", "default", "delete", "enum", "explicit", "export", "int", "namespace", "new", "operator", "private",
            "public", "register", "short", "signed", "struct", "switch", "template", "this", "typename", "union",
            "unsigned", "using", "virtual", "volatile", "bits", "word_count", "pack", "unpack", "put", "get"}


def ident(name: str) -> str:
    """A name of the package as C++ takes it."""
    return name + "_" if name in KEYWORDS else name


def integer(bits: int, signed: bool) -> str:
    """The smallest C++ type that holds a vector of this width."""
    if bits == 1 and not signed:
        return "bool"
    for size in (8, 16, 32, 64):
        if bits <= size:
            return f"std::{'' if signed else 'u'}int{size}_t"
    return f"std::array<std::uint32_t, {(bits + 31) // 32}>"


def is_array(t) -> bool:
    """A packed array of named elements: not a plain vector of bits."""
    t = t.canonicalType
    return t.kind == SymbolKind.PackedArrayType and t.elementType.kind != SymbolKind.ScalarType


def elements(t) -> int:
    """Number of elements of an array [N-1:0]."""
    range_ = t.canonicalType.range
    if range_.right != 0 or range_.left < 0:
        raise ValueError(f"array {t}: only ranges [N-1:0] are mirrored")
    return range_.left + 1


def is_struct(t) -> bool:
    return t.canonicalType.kind == SymbolKind.PackedStructType


def is_enum(t) -> bool:
    return t.canonicalType.kind == SymbolKind.EnumType


def has_layout(t) -> bool:
    """Mirrored by a struct of its own: a packed struct, or a named array of structs."""
    return is_struct(t) or (t.kind == SymbolKind.TypeAlias and is_array(t) and is_struct(t.canonicalType.elementType))


def namespace(package: str) -> str:
    """eddy_host_pkg -> host_pkg"""
    return package.removeprefix("eddy_")


def cpp_type(t) -> str:
    if t.kind == SymbolKind.TypeAlias:
        package = t.hierarchicalPath.split("::")[0]
        return f"{namespace(package)}::{ident(t.name)}"
    if is_struct(t) or is_enum(t):
        raise ValueError(f"{t}: structs and enums within structs need a typedef of their own")
    if is_array(t):
        return f"std::array<{cpp_type(t.elementType)}, {elements(t)}>"
    return integer(t.bitWidth, t.isSigned)


def put(t, value: str, offset: str, field: str) -> list[str]:
    """Statements that write `value` of type t at bit `offset`."""
    bits = t.bitWidth
    if has_layout(t):
        return [f"{value}.put(raw_, {offset});"]
    if is_array(t):
        element = t.canonicalType.elementType
        body = put(element, f"{value}[i]", f"{offset} + i * {element.bitWidth}", field)
        return [f"for (unsigned i = 0; i < {elements(t)}; ++i) {{", *("  " + line for line in body), "}"]
    if is_enum(t):
        value = f"static_cast<std::uint64_t>({value})"
    elif bits > 64:
        return [f'packed::put_wide(raw_, {offset}, {bits}, {value}, "{field}");']
    elif t.isSigned:
        return [f'packed::put_signed(raw_, {offset}, {bits}, {value}, "{field}");']
    return [f'packed::put_unsigned(raw_, {offset}, {bits}, {value}, "{field}");']


def get(t, value: str, offset: str) -> list[str]:
    """Statements that read `value` of type t from bit `offset`."""
    bits = t.bitWidth
    if has_layout(t):
        return [f"{value} = {cpp_type(t)}::get(raw_, {offset});"]
    if is_array(t):
        element = t.canonicalType.elementType
        body = get(element, f"{value}[i]", f"{offset} + i * {element.bitWidth}")
        return [f"for (unsigned i = 0; i < {elements(t)}; ++i) {{", *("  " + line for line in body), "}"]
    if not is_enum(t) and bits > 64:
        return [f"{value} = packed::get_wide<{(bits + 31) // 32}>(raw_, {offset}, {bits});"]
    reader = "get_signed" if t.isSigned else "get"
    return [f"{value} = static_cast<{cpp_type(t)}>(packed::{reader}(raw_, {offset}, {bits}));"]


def struct(name: str, bits: int, fields: list[tuple]) -> str:
    """A packed struct: fields are (name, type, lowest bit), the most significant first."""
    members = [f"{cpp_type(t)} {ident(field)}{{}};" for field, t, _ in fields]
    puts = [line for field, t, low in fields for line in put(t, ident(field), f"lsb_ + {low}", f"{name}.{field}")]
    gets = [line for field, t, low in fields for line in get(t, f"value_.{ident(field)}", f"lsb_ + {low}")]
    lines = [
        f"struct {name} {{",
        f"  static constexpr unsigned bits = {bits};",
        f"  static constexpr unsigned word_count = {(bits + 31) // 32};",
        "",
        *("  " + line for line in members),
        "",
        "  /// Throws std::out_of_range, naming the member, where a value is wider than its field.",
        "  constexpr std::array<std::uint32_t, word_count> pack() const { return packed::pack(*this); }",
        f"  static constexpr {name} unpack(std::span<const std::uint32_t> packed) {{ return packed::unpack<{name}>(packed); }}",
    ]
    if bits <= 64:
        lines += [
            "  constexpr std::uint64_t to_u64() const { return packed::to_u64(*this); }",
            f"  static constexpr {name} from_u64(std::uint64_t packed) {{ return packed::from_u64<{name}>(packed); }}",
        ]
    lines += [
        "",
        "  constexpr void put(std::span<std::uint32_t> raw_, unsigned lsb_) const {",
        *("    " + line for line in puts),
        "  }",
        f"  static constexpr {name} get(std::span<const std::uint32_t> raw_, unsigned lsb_) {{",
        f"    {name} value_;",
        *("    " + line for line in gets),
        "    return value_;",
        "  }",
        "",
        f"  friend constexpr bool operator==(const {name}&, const {name}&) = default;",
        "};",
    ]
    return "\n".join(lines)


def enum(name: str, t) -> str:
    values = [(ident(value.name), int(value.value.value)) for value in t.canonicalType]
    lines = [f"enum class {name} : {integer(max(t.bitWidth, 2), t.isSigned)} {{"]
    lines += [f"  {value} = {number}," for value, number in values]
    lines += ["};", f"constexpr unsigned {name}_bits = {t.bitWidth};", ""]
    lines += [f"constexpr std::string_view to_string({name} value) {{", "  switch (value) {"]
    lines += [f'    case {name}::{value}: return "{value}";' for value, _ in values]
    lines += ["  }", '  return "?";', "}"]
    return "\n".join(lines)


def parameter(symbol) -> str:
    if not symbol.type.isIntegral or symbol.type.bitWidth > 64:
        raise ValueError(f"parameter {symbol.name}: only integers up to 64 bits are mirrored")
    number = int(symbol.value.value)
    cpp = integer(max(symbol.type.bitWidth, 2), symbol.type.isSigned)
    return f"inline constexpr {cpp} {ident(symbol.name)} = {number};"


def alias(symbol) -> str:
    t, name = symbol.targetType.type, ident(symbol.name)
    if is_enum(t):
        return enum(name, t)
    if is_struct(t):
        return struct(name, t.bitWidth, [(field.name, field.type, field.bitOffset) for field in t.canonicalType])
    if has_layout(symbol):
        return struct(name, t.bitWidth, [("item", t.canonicalType, 0)])
    return f"using {name} = {cpp_type(t)};"


def load(sources: list[Path]) -> list:
    """The packages of the files, elaborated; throws what slang finds wrong with them."""
    compilation = Compilation()
    for source in sources:
        compilation.addSyntaxTree(SyntaxTree.fromFile(str(source)))
    errors = [d for d in compilation.getAllDiagnostics() if d.isError()]
    if errors:
        raise ValueError(pyslang.DiagnosticEngine.reportAll(compilation.sourceManager, errors))
    return [compilation.getPackage(source.stem) for source in sources]


def mirror(package, earlier: list[str]) -> str:
    """The header of one package, which may use types of the earlier ones."""
    own = namespace(package.name)
    includes = "\n".join(f'#include "{name}.hpp"' for name in ["eddy_packed", *earlier])
    parts = [HEAD.format(source=package.name + ".sv", includes=includes, namespace=own)]
    for symbol in package:
        if symbol.kind == SymbolKind.Parameter:
            parts.append(parameter(symbol))
        elif symbol.kind == SymbolKind.TypeAlias:
            parts.append("\n" + alias(symbol))
    parts.append(f"\n}}  // namespace eddy::{own}\n")
    return re.sub(rf"\b{own}::(?=\w)", "", "\n".join(parts))


def main() -> int:
    out_dir, sources = Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]]
    out_dir.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(Path(__file__).with_name("gen_pkg_packed.hpp"), out_dir / "eddy_packed.hpp")
    names = [source.stem for source in sources]
    for index, package in enumerate(load(sources)):
        (out_dir / f"{package.name}.hpp").write_text(mirror(package, names[:index]))
    return 0


if __name__ == "__main__":
    sys.exit(main())

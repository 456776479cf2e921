#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Mirrors a SystemVerilog package in a C++20 header, so that widths and layouts have one source.

    gen_pkg.py PACKAGE.sv HEADER.hpp

The package is read as slang elaborates it. In namespace eddy::pkg the header has
  - every parameter as a constexpr of the same name,
  - every enum as an enum class, with to_string(),
  - every other named type as an alias of the smallest integer that holds it (wider than 64 bits: std::array of words),
  - every packed struct as a struct of plain members in the same order, with `bits`, `word_count`, pack(), unpack(), and up
    to 64 bits to_u64(), from_u64(),
  - every named packed array of structs as a struct with the one member `item`, item[0] in the lowest bits.
Bit 0 of a packed value is the lowest bit of word 0, as in SystemVerilog the last member is.
"""

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
#include <stdexcept>
#include <string>
#include <string_view>

namespace eddy::pkg {{

namespace detail {{

constexpr std::uint64_t low_bits(unsigned width) {{
  return width >= 64 ? ~std::uint64_t{{0}} : (std::uint64_t{{1}} << width) - 1;
}}

/// `width` bits (at most 64) of `words` from bit `offset` on.
constexpr std::uint64_t get(std::span<const std::uint32_t> words, unsigned offset, unsigned width) {{
  std::uint64_t value = 0;
  for (unsigned done = 0; done < width;) {{
    const unsigned bit = (offset + done) % 32;
    const unsigned take = 32 - bit < width - done ? 32 - bit : width - done;
    value |= ((std::uint64_t{{words[(offset + done) / 32]}} >> bit) & low_bits(take)) << done;
    done += take;
  }}
  return value;
}}

constexpr std::int64_t get_signed(std::span<const std::uint32_t> words, unsigned offset, unsigned width) {{
  const unsigned spare = 64 - width;
  return static_cast<std::int64_t>(get(words, offset, width) << spare) >> spare;
}}

/// Writes the low `width` bits (at most 64) of `value` at bit `offset`; the place must hold zeros.
constexpr void put(std::span<std::uint32_t> words, unsigned offset, unsigned width, std::uint64_t value) {{
  for (unsigned done = 0; done < width;) {{
    const unsigned bit = (offset + done) % 32;
    const unsigned take = 32 - bit < width - done ? 32 - bit : width - done;
    words[(offset + done) / 32] |= static_cast<std::uint32_t>(((value >> done) & low_bits(take)) << bit);
    done += take;
  }}
}}

[[noreturn]] inline void does_not_fit(const char* field, const std::string& value, unsigned width) {{
  throw std::out_of_range(std::string(field) + " = " + value + " does not fit in " + std::to_string(width) + " bits");
}}

constexpr void put_unsigned(std::span<std::uint32_t> words, unsigned offset, unsigned width, std::uint64_t value,
                            const char* field) {{
  if (value > low_bits(width)) does_not_fit(field, std::to_string(value), width);
  put(words, offset, width, value);
}}

constexpr void put_signed(std::span<std::uint32_t> words, unsigned offset, unsigned width, std::int64_t value,
                          const char* field) {{
  const std::int64_t limit = std::int64_t{{1}} << (width - 1);
  if (value < -limit || value >= limit) does_not_fit(field, std::to_string(value), width);
  put(words, offset, width, static_cast<std::uint64_t>(value));
}}

template <std::size_t N>
constexpr std::array<std::uint32_t, N> get_wide(std::span<const std::uint32_t> words, unsigned offset, unsigned width) {{
  std::array<std::uint32_t, N> value{{}};
  for (unsigned i = 0; i < N; ++i) {{
    const unsigned take = width - 32 * i < 32 ? width - 32 * i : 32;
    value[i] = static_cast<std::uint32_t>(get(words, offset + 32 * i, take));
  }}
  return value;
}}

template <std::size_t N>
constexpr void put_wide(std::span<std::uint32_t> words, unsigned offset, unsigned width,
                        const std::array<std::uint32_t, N>& value, const char* field) {{
  for (unsigned i = 0; i < N; ++i) {{
    const unsigned take = width - 32 * i < 32 ? width - 32 * i : 32;
    put_unsigned(words, offset + 32 * i, take, value[i], field);
  }}
}}

template <class T>
constexpr std::array<std::uint32_t, T::word_count> pack(const T& value) {{
  std::array<std::uint32_t, T::word_count> words{{}};
  value.put(words, 0);
  return words;
}}

template <class T>
constexpr T unpack(std::span<const std::uint32_t> words) {{
  if (words.size() < T::word_count) throw std::out_of_range("fewer words than the packed value has");
  return T::get(words, 0);
}}

template <class T>
constexpr std::uint64_t to_u64(const T& value) {{
  return get(pack(value), 0, T::bits);
}}

template <class T>
constexpr T from_u64(std::uint64_t packed) {{
  const std::array<std::uint32_t, 2> words{{static_cast<std::uint32_t>(packed), static_cast<std::uint32_t>(packed >> 32)}};
  return T::get(words, 0);
}}

}}  // namespace detail
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


def cpp_type(t) -> str:
    if t.kind == SymbolKind.TypeAlias:
        return ident(t.name)
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
        return [f'detail::put_wide(raw_, {offset}, {bits}, {value}, "{field}");']
    elif t.isSigned:
        return [f'detail::put_signed(raw_, {offset}, {bits}, {value}, "{field}");']
    return [f'detail::put_unsigned(raw_, {offset}, {bits}, {value}, "{field}");']


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
        return [f"{value} = detail::get_wide<{(bits + 31) // 32}>(raw_, {offset}, {bits});"]
    reader = "get_signed" if t.isSigned else "get"
    return [f"{value} = static_cast<{cpp_type(t)}>(detail::{reader}(raw_, {offset}, {bits}));"]


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
        "  constexpr std::array<std::uint32_t, word_count> pack() const { return detail::pack(*this); }",
        f"  static constexpr {name} unpack(std::span<const std::uint32_t> packed) {{ return detail::unpack<{name}>(packed); }}",
    ]
    if bits <= 64:
        lines += [
            "  constexpr std::uint64_t to_u64() const { return detail::to_u64(*this); }",
            f"  static constexpr {name} from_u64(std::uint64_t packed) {{ return detail::from_u64<{name}>(packed); }}",
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


def load(source: Path):
    """The package of a file, elaborated; throws when slang finds an error."""
    compilation = Compilation()
    compilation.addSyntaxTree(SyntaxTree.fromFile(str(source)))
    errors = [d for d in compilation.getAllDiagnostics() if d.isError()]
    if errors:
        raise ValueError(pyslang.DiagnosticEngine.reportAll(compilation.sourceManager, errors))
    return compilation.getPackage(source.stem)


def main() -> int:
    source, header = Path(sys.argv[1]), Path(sys.argv[2])
    parts = [HEAD.format(source=source.name)]
    for symbol in load(source):
        if symbol.kind == SymbolKind.Parameter:
            parts.append(parameter(symbol))
        elif symbol.kind == SymbolKind.TypeAlias:
            parts.append("\n" + alias(symbol))
    parts.append("\n}  // namespace eddy::pkg\n")
    header.parent.mkdir(parents=True, exist_ok=True)
    header.write_text("\n".join(parts))
    return 0


if __name__ == "__main__":
    sys.exit(main())

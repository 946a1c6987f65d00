#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Bytes of text, rodata, data and bss for each folder of the house, from the map file of the link."""
import argparse
import re
import sys
from collections import defaultdict

COLUMNS = ("text", "rodata", "data", "bss")
OUTPUT_SECTIONS = {".text": "text", ".rodata": "rodata", ".ARM.exidx": "rodata", ".ksymtab": "rodata", ".data": "data",
                   ".bss": "bss"}


def folder(path):
    """The row that an input file belongs to."""
    if path == "linker stubs":
        return "veneers"  # between ARM and Thumb code: docs/decisions/thumb.md
    archive = re.search(r"([^/]+)\.a\(", path)
    if archive:
        return {"libc_nano": "newlib"}.get(archive[1], archive[1])
    match = re.match(r"(?:(.*)/)?CMakeFiles/([^/]+)\.dir/(.*)$", path)
    if not match:
        return "other"
    base, _, rest = match[1] or "", match[2], match[3]
    if "ksyms" in rest:
        return "symbol table"
    if base == "arch":
        return "arch/" + rest.split("/")[0]
    return base or "other"


def sizes(map_text):
    """{folder: {column: bytes}} of what the link kept."""
    result = defaultdict(lambda: dict.fromkeys(COLUMNS, 0))
    body = map_text.split("Linker script and memory map", 1)[1]
    column = None
    for line in re.sub(r"^( \S+)\n\s+(0x)", r"\1 \2", body, flags=re.M).splitlines():
        output = re.match(r"^(\.\S+)", line)
        if output:
            column = OUTPUT_SECTIONS.get(output[1])
            continue
        if column is None:
            continue
        fill = re.match(r"^ \*fill\*\s+0x[0-9a-f]+\s+(0x[0-9a-f]+)", line)
        part = re.match(r"^ (\S+)\s+0x[0-9a-f]+\s+(0x[0-9a-f]+)\s+(\S.*)$", line)
        if fill:
            result["(padding)"][column] += int(fill[1], 16)
        elif part:
            result[folder(part[3])][column] += int(part[2], 16)
    return result


def report(result):
    rows = [(name, [values[c] for c in COLUMNS]) for name, values in sorted(result.items()) if any(values.values())]
    rows.append(("total", [sum(values[i] for _, values in rows) for i in range(len(COLUMNS))]))
    lines = [f"{'folder':<16}" + "".join(f"{c:>10}" for c in COLUMNS) + f"{'all':>10}"]
    lines += [f"{name:<16}" + "".join(f"{v:>10}" for v in values) + f"{sum(values):>10}" for name, values in rows]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--map", required=True)
    args = parser.parse_args()
    with open(args.map, encoding="utf-8") as file:
        print(report(sizes(file.read())))
    return 0


if __name__ == "__main__":
    sys.exit(main())

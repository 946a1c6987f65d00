#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The kernel's own symbol table: from `nm` of one link pass to an assembler file for the next (linker/image.cmake).

The file defines, in section .ksymtab:
  __ksym_count         one word: N
  __ksym_addrs         N words, ascending: a binary search finds the last one not above an address
  __ksym_name_offsets  N words: where the name begins in
  __ksym_names         NUL-terminated strings, equal ones stored once
Of several names of one address the best known comes last, so that the search ends on it.
What the linker puts between ARM and Thumb code, one veneer for each function called so, is "veneer", all of it.
With --verify OTHER, no file is written: OTHER must have the same symbols at the same addresses.
"""
import argparse
import re
import subprocess
import sys

SKIPPED = re.compile(r"^(\$[adtx]|\.L|__ksym_)")
VENEER = re.compile(r"^__.*_from_(arm|thumb)$")
TYPES = "tTdDbBrRwWvV"


# What would be taken for a bracket or a return type: an operator's own name, "operator new", "vtable for X".
OPERATOR = re.compile(r"\boperator ?(\(\)|<=>|<<=|>>=|<<|>>|<=|>=|->\*|->|<|>)(?: (?=<))?")
PHRASE = re.compile(r"\boperator (?=\w)|^(?:non-virtual |virtual |covariant )?"
                    r"(?:vtable|VTT|typeinfo(?: name)?|guard variable|thunk|construction vtable) (?:for|to) ")


def short_name(name):
    """mink::mm::Zone::take(unsigned int) const -> mink::mm::Zone::take. No parameters, no return type, no clone."""
    name = re.sub(r"( \[clone [^]]*\])+$", "", name).replace("(anonymous namespace)::", "")
    name = OPERATOR.sub(lambda m: "operator" + "".join(chr(ord(c) + 0xE000) for c in m[1]), name)
    name = PHRASE.sub(lambda m: m[0].replace(" ", "\ue020"), name)
    kept, angle, round_, last = "", 0, 0, ""
    for c in name.replace("decltype(auto) ", ""):
        angle += (c == "<") - (c == ">")
        if angle == 0 and c in "()":
            round_ += 1 if c == "(" else -1
        elif c == " " and angle == 0 and round_ == 0:
            if last == ")":
                break  # behind the parameters: const, &
            kept = ""  # before the name: the return type of a template
        elif round_ == 0:
            kept += c
        last = c
    return "".join(chr(ord(c) - 0xE000) if 0xE000 <= ord(c) < 0xE080 else c for c in kept)


def read_symbols(nm, elf):
    """A list of (address, rank, name), in the order of the table."""
    text = subprocess.run([nm, "-C", elf], check=True, capture_output=True, text=True).stdout
    symbols = set()
    for line in text.splitlines():
        match = re.match(r"^([0-9a-f]{8}) ([a-zA-Z]) (.*)$", line)
        if not match or match[2] not in TYPES or SKIPPED.match(match[3]):
            continue
        name = "veneer" if VENEER.match(match[3]) else short_name(match[3])
        rank = (not name.startswith("_"), match[2].isupper())
        symbols.add((int(match[1], 16), rank, name))
    found = sorted(symbols)
    return [symbol for before, symbol in zip([None, *found], found) if not before or before[2] != "veneer" or symbol[2] != "veneer"]


def table(symbols):
    offsets, names, size = {}, [], 0
    for _, _, name in symbols:
        if name not in offsets:
            offsets[name] = size
            names.append(name)
            size += len(name.encode()) + 1
    out = ["/* made by tools/symbols.py */", '.section .ksymtab, "a", %progbits', ".balign 4",
           ".global __ksym_count, __ksym_addrs, __ksym_name_offsets, __ksym_names",
           "__ksym_count:", f".word {len(symbols)}", "__ksym_addrs:"]
    out += [f".word {address:#010x}" for address, _, _ in symbols]
    out += ["__ksym_name_offsets:"] + [f".word {offsets[name]}" for _, _, name in symbols]
    out += ["__ksym_names:"] + ['.asciz "%s"' % name.replace("\\", "\\\\").replace('"', '\\"') for name in names]
    return "\n".join(out) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nm", default="arm-none-eabi-nm")
    parser.add_argument("--elf", required=True)
    parser.add_argument("--output")
    parser.add_argument("--verify", metavar="OTHER")
    args = parser.parse_args()
    symbols = read_symbols(args.nm, args.elf)
    if args.verify:
        moved = set(symbols) ^ set(read_symbols(args.nm, args.verify))
        for address, _, name in sorted(moved)[:10]:
            print(f"symbols.py: {address:#010x} {name}: not the same in both passes", file=sys.stderr)
        return 1 if moved else 0
    with open(args.output, "w", encoding="utf-8") as file:
        file.write(table(symbols))
    return 0


if __name__ == "__main__":
    sys.exit(main())

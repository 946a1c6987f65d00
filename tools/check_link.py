#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What must not be in a kernel image: a heap that is not ours, stdio, C++ exceptions, a static destructor.

Two nets: symbols by name, and every member that the link took from an archive, as its map tells. Of newlib only string,
sort and jump functions may come, of libgcc its arithmetic and the unwinder.
"""
import argparse
import re
import subprocess
import sys

FORBIDDEN = re.compile(
    r"^_?(malloc|free|calloc|realloc|memalign|valloc|sbrk)(_r)?$|^(__malloc_|__sinit|__sfp|__sflush|_fflush|__swrite|__sread)"
    r"|^_?v?i?(f|d|s|sn|as|asn)?i?(printf|scanf)_r$|^_?(fopen|fclose|fwrite|fread|fputs|fputc|puts|putchar)(_r)?$"
    r"|^_(s?v?fi?printf_r|printf_i|printf_float|svfiprintf_r|vfprintf_r)$|^(printf|fprintf|vprintf|vfprintf|scanf|sscanf)$"
    r"|^__cxa_(throw|rethrow|begin_catch|end_catch|allocate_exception|atexit|guard_.*)$|^__gxx_personality"
    r"|^(exit|_exit|__aeabi_atexit|raise)$")
NEWLIB_ALLOWED = re.compile(r"^lib_a-(?!str(error|ftime|ptime|dup|ndup|to[dfl]d?\b))"
                            r"((str|mem)\w+|qsort|bsearch|setjmp|ctype_|ato[il]|strto[iul]+|aeabi_\w+)(-stub)?\.o$")


def archive_members(map_text):
    """(archive, member) of everything that `ld` says it pulled in."""
    head = map_text.split("Discarded input sections")[0].split("Memory Configuration")[0]
    return sorted(set(re.findall(r"^(\S+?([^/\s]+\.a)\(([^)]+)\))", head, re.M)))


def problems(symbols, members):
    found = [f"symbol {name}" for name in symbols if FORBIDDEN.search(name)]
    for _, archive, member in members:
        if archive == "libgcc.a" or archive == "libCppUTest.a":
            continue
        if not (archive in ("libc_nano.a", "libc.a") and NEWLIB_ALLOWED.match(member)):
            found.append(f"{archive}({member})")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nm", default="arm-none-eabi-nm")
    parser.add_argument("--elf", required=True)
    parser.add_argument("--map", required=True)
    args = parser.parse_args()
    nm = subprocess.run([args.nm, args.elf], check=True, capture_output=True, text=True).stdout
    symbols = [line.split()[-1] for line in nm.splitlines()]
    with open(args.map, encoding="utf-8") as file:
        found = problems(symbols, archive_members(file.read()))
    for what in found:
        print(f"check_link.py: {args.elf} must not contain {what}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

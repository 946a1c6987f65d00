#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Fails on an #include that the house does not allow (the table in docs/architecture.md, here as data)."""
import pathlib
import re
import subprocess
import sys

# A folder of the tree, and the names its public headers go by: <name/...>. The longest matching folder owns a file.
FOLDERS = {
    "include/base": "base",
    "include/linux": "linux",
    "lib": "lib",
    "arch/include/arch": "arch",
    "arch/arm": "arm",
    "kernel/sync": "sync",
    "mm": "mm",
    "inspect": "inspect",
    "kernel": "kernel",
    "block": "block",
    "drivers": "drivers",
    "shell": "shell",
    "board": "board",
    "boot": "boot",
    "tests": "tests",
    "qemu": "qemu",
}

# Who may include what: the first part of <part/header>, or one header of it. Everyone may include itself and
# LANGUAGE. None: anything.
LOW = ["base", "lib", "arch"]
MM = LOW + ["linux", "sync", "mm"]
INSPECT = MM + ["inspect"]
KERNEL = INSPECT + ["kernel"]
ALLOWED = {
    "base": [],
    "linux": ["base", "arch/freelist.h", "sync/lock_check.h"],
    "lib": ["base"],
    "arch": ["base", "lib", "arch_impl"],
    "arm": LOW + ["arch_impl", "arch_arm", "arch_cpu"],
    "sync": LOW,
    "mm": MM,
    "inspect": INSPECT,
    "kernel": KERNEL,
    "block": KERNEL,
    "drivers": LOW + ["linux", "sync", "kernel", "mm/ioremap.hpp", "mm/dma.hpp"],
    "shell": KERNEL + ["block"],
    "board": KERNEL + ["block", "drivers", "shell", "arch_arm", "arch_cpu"],
    "boot": ["base", "arch", "arch_arm", "arch_cpu", "board"],
    "tests": None,
    "qemu": None,  # parts of QEMU and programs beside it, nothing of the kernel
}

# Headers of the compiler and of newlib that link nothing, or what the link check lets pass. Boost: headers only.
LANGUAGE = set("""algorithm array atomic bit bitset cctype climits compare concepts csetjmp cstdarg cstddef cstdint cstdlib
    cstring functional initializer_list iterator limits new numeric optional source_location span string_view tuple
    type_traits utility variant version limits.h setjmp.h stdarg.h stdbool.h stddef.h stdint.h string.h unwind.h""".split())
# The C library's names that we define ourselves are declared there.
STDIO = {("lib/target/vsnprintf.cpp", "cstdio"), ("include/linux/kernel.h", "stdio.h")}
BOOST = "boost/intrusive/"
BOOST_USERS = {"lib", "mm", "kernel"}

SOURCE = re.compile(r"\.(cpp|hpp|c|h|S)$")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def owner(path):
    """The folder's name, and the folder, of a file of the tree; (None, None) if no row has it."""
    fits = [folder for folder in FOLDERS if path.startswith(folder + "/")]
    folder = max(fits, key=len, default=None)
    return FOLDERS.get(folder), folder


def fault(path, bracket, header, files):
    """What is wrong with this include of this file, or None."""
    name, folder = owner(path)
    if name is None:
        return "no row of the house has this file's folder"
    if ALLOWED[name] is None:
        return None
    if bracket == '"':
        beside = (pathlib.PurePosixPath(path).parent / header, pathlib.PurePosixPath(folder) / header)
        if ".." in header.split("/"):
            return f'"{header}" climbs out of its folder'
        return None if any(str(p) in files for p in beside) else f'"{header}" is no private header of {folder}/'
    part = header.split("/")[0]
    if header in LANGUAGE or (path, header) in STDIO or part == name and part != "arm":
        return None
    if header.startswith(BOOST):
        return None if name in BOOST_USERS else f"{folder}/ may not include <{header}>"
    if part in ALLOWED[name] or header in ALLOWED[name]:
        return None
    return f"{folder}/ may not include <{header}>"


def check(sources):
    """sources: {path: text}. The complaints, one line each."""
    complaints = []
    for path, text in sorted(sources.items()):
        for match in INCLUDE.finditer(text):
            what = fault(path, match[1], match[2], sources)
            if what:
                line = text.count("\n", 0, match.start(1)) + 1
                complaints.append(f"{path}:{line}: {what}")
    return complaints


def main():
    root = pathlib.Path(__file__).resolve().parents[1]
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=root, check=True, capture_output=True,
                            text=True).stdout.split("\n")
    names = [name for name in listed if SOURCE.search(name) and (root / name).is_file()]
    complaints = check({name: (root / name).read_text(encoding="utf-8") for name in names})
    for complaint in complaints:
        print(complaint)
    print(f"depcheck: {len(names)} files, {len(complaints)} undeclared includes")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())

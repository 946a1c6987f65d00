# SPDX-License-Identifier: MIT
"""Checks that run no mink: formatting, includes, and clang's reading of the sources that gcc compiles."""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess

from mink_qemu.boards import BOARDS
from mink_qemu.build import ROOT

PRESET = "versatilepb"
# Every board's, for what only it compiles; what they share is read as the first one has it.
BUILDS = [ROOT / "build" / preset for preset in [PRESET, *sorted(set(BOARDS) - {PRESET})]]
CACHE = ROOT / "build" / "cache" / "clang"
# gcc's words that clang has not.
NOT_CLANG = re.compile(r"^-(funwind-tables|fno-move-loop-stores|fno-threadsafe-statics|MD|M[TF]|mcpu=.*|marm|mthumb|msoft-float|specs=.*)$")
# gcc has the last word on conversions and formats: its uint32_t is long, and its -Wconversion is not clang's.
CLANG = ["--target=armv6-none-eabi", "-mcpu=arm1176jzf-s", "-msoft-float", "-Wno-unknown-warning-option",
         "-Wno-unused-command-line-argument", "-Wno-gnu-zero-variadic-macro-arguments"]
AFTER = ["-Wno-sign-conversion", "-Wno-shorten-64-to-32", "-Wno-format", "-Wthread-safety"]


def output_of(argv, **kwargs):
    result = subprocess.run(argv, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            text=True, check=False, **kwargs)
    return result.returncode, result.stdout


def tracked(pattern):
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True)
    return [name for name in listed.stdout.splitlines() if re.search(pattern, name) and (ROOT / name).is_file()]


def formatting():
    status, text = output_of(["clang-format", "--dry-run", "-Werror", *tracked(r"\.(cpp|hpp|c|h)$")])
    files = sorted(set(re.findall(r"^(\S+?):\d+:\d+: error: code should be", text, re.M)))
    return status, "clang-format -i " + " ".join(files) if files else text


def dependencies():
    return output_of([ROOT / "tools" / "depcheck.py"])


def documents():
    return output_of([ROOT / "tools" / "doccheck.py"])


def size_report():
    """Prints the table: a growth is seen where the tests are read."""
    status, text = output_of(["cmake", "--build", "--preset", PRESET, "--target", "size_report"])
    table = text[text.find("folder "):] if "folder " in text else text
    if status == 0:
        print("\n" + table.rstrip())
    return status, text


def compile_commands():
    """{source: flags for clang} of what the targets' builds compile from the tree."""
    flags = {}
    cxx_headers, c_headers = cross_includes()
    for entry in [entry for directory in BUILDS for entry in json.loads((directory / "compile_commands.json").read_text(encoding="utf-8"))]:
        source = pathlib.Path(entry["file"])
        if source.suffix not in (".cpp", ".c") or ROOT / "build" in source.parents or ROOT not in source.parents or source in flags:
            continue
        words = shlex.split(entry["command"])[1:]
        kept, skip = [], False
        for word in words:
            if skip or NOT_CLANG.match(word):
                skip = word in ("-MT", "-MF")
            elif word in ("-o", "-c"):
                skip = True
            else:
                kept.append(word)
        flags[source] = CLANG + kept + AFTER + (cxx_headers if source.suffix == ".cpp" else c_headers)
    return flags


def cross_includes():
    """The cross compiler's library headers as options for clang, (C++ and C, C alone); clang has its own <stddef.h>."""
    _, text = output_of(["arm-none-eabi-g++", "-E", "-v", "-x", "c++", "/dev/null"])
    folders = [os.path.normpath(folder) for folder in re.findall(r"^ (/\S+)$", text, re.M)]
    folders = [folder for folder in folders if not folder.startswith("/usr/lib/gcc/")]

    def options(wanted):
        return ["-nostdlibinc"] + [word for folder in wanted for word in ("-isystem", folder)]
    return options(folders), options([folder for folder in folders if "c++" not in folder])


def headers_of_each_object():
    """{object: its files} as ninja noted them."""
    result, current = {}, None
    for directory in BUILDS:
        _, text = output_of(["ninja", "-C", str(directory), "-t", "deps"])
        for line in text.splitlines():
            if line.startswith("    "):
                current.append(str(directory / line.strip()))
            elif ": #deps" in line:
                current = result.setdefault(directory / line.split(":")[0], [])
    return result


class Checked:
    """Remembers by content which sources a tool found nothing in: an unchanged one is not read again."""

    def __init__(self, tool):
        self.tool = tool
        self.dependencies = {files[0]: files for files in headers_of_each_object().values() if files}
        self.contents = {}
        CACHE.mkdir(parents=True, exist_ok=True)

    def content(self, path):
        if path not in self.contents:
            try:
                self.contents[path] = hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
            except OSError:
                self.contents[path] = "gone"
        return self.contents[path]

    def stamp(self, source, argv):
        files = self.dependencies.get(str(source))
        if not files:
            return None
        key = hashlib.sha256("\n".join([self.tool, *map(str, argv), *map(self.content, files)]).encode())
        return CACHE / key.hexdigest()

    def run(self, source, argv):
        stamp = self.stamp(source, argv)
        if stamp is not None and stamp.exists():
            return ""
        status, text = output_of(argv)
        if status == 0 and stamp is not None:
            stamp.touch()
        return text if status else ""


def over_sources(tool, argv_of, wanted):
    checked = Checked(tool)
    commands = {source: flags for source, flags in compile_commands().items() if wanted(source)}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        texts = list(pool.map(lambda item: checked.run(item[0], argv_of(*item)), sorted(commands.items())))
    found = [text for text in texts if text]
    return (1 if found or not commands else 0), "\n".join(found) or f"{len(commands)} sources"


def thread_safety():
    return over_sources("syntax", lambda source, flags: ["clang++" if source.suffix == ".cpp" else "clang", *flags,
                                                         "-fsyntax-only", str(source)], lambda source: True)


def tidy():
    config = (ROOT / ".clang-tidy").read_text(encoding="utf-8")
    return over_sources("tidy" + config, lambda source, flags: ["clang-tidy", "--quiet", str(source), "--", *flags],
                        lambda source: "tests" not in source.relative_to(ROOT).parts)

# SPDX-License-Identifier: MIT
"""qemu/plugin: built against the headers of the installed QEMU, told where mink's functions are, its counts read back."""
import dataclasses
import hashlib
import re
import subprocess
import tempfile
import pathlib

from . import emulator
from .build import BuildError, quietly

FOLDER = emulator.ROOT / "qemu" / "plugin"
FLAGS = (*emulator.FLAGS[:-3], "-fvisibility=hidden", "-shared")
# The linear map (docs/memory-map.md): its first 16 MB in sections but for the image's megabytes, the rest in supersections.
LINEAR, SUPERSECTIONS, LINEAR_END = 0xC0000000, 0xC1000000, 0xD0000000
SECTION_SHIFT, SUPERSECTION_SHIFT = 20, 24


def built():
    """The plugin as a shared object; kept by the content of its sources and QEMU's version. BuildError."""
    version = emulator.qemu_version()
    sources = sorted(FOLDER.glob("*.[ch]"))
    content = hashlib.sha256("\0".join((version, *FLAGS)).encode())
    for source in sources:
        content.update(source.read_bytes())
    made = emulator.cache() / f"plugin-{content.hexdigest()[:16]}.so"
    if not made.exists():
        includes = emulator.headers(version)
        glib = quietly(["pkg-config", "--cflags", "glib-2.0"], "asking for glib").split()
        with tempfile.TemporaryDirectory(dir=emulator.cache()) as work:
            new = pathlib.Path(work) / "plugin.so"
            quietly([emulator.COMPILER, *FLAGS, "-isystem", str(includes), *glib, "-o", str(new),
                     *(str(source) for source in sources if source.suffix == ".c")], "compiling qemu/plugin")
            new.rename(made)
    return made


@dataclasses.dataclass(frozen=True)
class Symbols:
    """The functions of an image, by address; the last one stands for all code that is none of them."""
    ranges: list  # (start, end)
    names: list
    thumb: list  # bool
    image: tuple  # its first and last address

    def address(self, pattern):
        """Of the one function whose name matches. ValueError: none, or several."""
        found = [start for (start, _), name in zip(self.ranges, self.names) if re.fullmatch(pattern, name)]
        if len(found) != 1:
            raise ValueError(f"{len(found)} functions are called {pattern}")
        return found[0]


def symbols_of(elf):
    text = quietly(["arm-none-eabi-nm", "-CSn", "--defined-only", "--special-syms", str(elf)], "reading symbols")
    functions, bounds, states = [], {}, {}
    for match in re.finditer(r"^([0-9a-f]{8}) (?:([0-9a-f]{8}) )?(\w) (.*)$", text, re.M):
        start, size, name = int(match[1], 16), int(match[2] or "0", 16), match[4]
        bounds[name] = start
        if name in ("$a", "$t"):  # from here on it is ARM, Thumb (ARM IHI 0044, 4.5.5)
            states[start] = name == "$t"
        if match[3] in "tTwW" and not name.startswith("$") and (not functions or functions[-1][0] != start):
            functions.append([start, start + size, name])
    for this, following in zip(functions, functions[1:] + [[functions[-1][0] + 4]]):
        if not this[0] < this[1] <= following[0]:
            this[1] = following[0]  # assembly without a size
    parts = [part for function in functions for part in by_state(*function, states)]
    return Symbols([(start, end) for start, end, _, _ in parts], [name for _, _, name, _ in parts] + ["(elsewhere)"],
                   [thumb for _, _, _, thumb in parts],
                   (bounds["__kernel_start"], bounds["__kernel_end"]))


def by_state(start, end, name, states):
    """A function in parts that are either ARM or Thumb: only a veneer has two."""
    thumb = states.get(start, False)
    for mark in sorted(mark for mark, state in states.items() if start < mark < end and state != thumb):
        yield start, mark, name, thumb
        start, thumb = mark, not thumb
    yield start, end, name, thumb


COUNTS = ("instructions", "loads", "stores", "ilines", "dlines", "imisses", "dmisses", "tlb_misses")
FUNCTION = ("calls", "instructions", "loads", "stores", "imisses", "dmisses", "tlb_misses", "worst")


@dataclasses.dataclass
class Profile:
    total: dict
    operations: list  # for each window: {"count", "sum", "most"}
    functions: list  # {"name", ... FUNCTION, "worst_path": [name]}
    paths: list  # ([name], instructions)


def run(argv, elf, windows=(), until=None, timeout=600):
    """Runs QEMU's command `argv` with the plugin. windows: addresses at which counting begins, none: all counts; until: where it ends.
    Returns (what the machine printed, Profile)."""
    symbols = symbols_of(elf)
    with tempfile.TemporaryDirectory() as work:
        table, result = pathlib.Path(work) / "symbols", pathlib.Path(work) / "counts"
        table.write_text("".join(f"{start:x} {end:x} {'h' if 'mink::shell::' in name else '-'}{'t' if thumb else ''}\n"
                                 for (start, end), name, thumb in zip(symbols.ranges, symbols.names, symbols.thumb)), encoding="ascii")
        words = [str(built()), f"symbols={table}", f"out={result}", *page_sizes(symbols.image)]
        words += [f"from={address:#x}" for address in windows] + ([f"to={until:#x}"] if until is not None else [])
        done = subprocess.run([*argv, "-plugin", ",".join(words)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=timeout, check=False)
        output = done.stdout.decode("utf-8", "replace").replace("\r", "")
        if not result.exists():
            raise BuildError(f"{output}\nQEMU ended without the plugin's counts")
        return output, parse(result.read_text(encoding="ascii"), symbols.names)


def page_sizes(image):
    mib = 1 << SECTION_SHIFT
    start, end = image[0] // mib * mib, (image[1] + mib - 1) // mib * mib
    return [f"pages={LINEAR:x}-{start:x}-{SECTION_SHIFT}", f"pages={end:x}-{SUPERSECTIONS:x}-{SECTION_SHIFT}",
            f"pages={SUPERSECTIONS:x}-{LINEAR_END:x}-{SUPERSECTION_SHIFT}"]


def parse(text, names):
    def path(word):
        return [] if word == "-" else [names[int(index)] for index in word.split(";")]

    profile = Profile({}, [], [], [])
    for line in text.splitlines():
        key, *words = line.split()
        if key == "total":
            profile.total = dict(zip(COUNTS, map(int, words)))
        elif key == "operations":
            profile.operations.append({"count": int(words[0])})
        elif key in ("sum", "most"):
            profile.operations[-1][key] = dict(zip(COUNTS, map(int, words)))
        elif key == "function":
            profile.functions.append({"name": names[int(words[0])], **dict(zip(FUNCTION, map(int, words[1:9]))), "worst_path": path(words[9])})
        elif key == "path":
            profile.paths.append((path(words[0]), int(words[1])))
    return profile

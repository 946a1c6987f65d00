# SPDX-License-Identifier: MIT
"""Which lines and branches of mm/ the host's tests run, and whether those never run are the ones that are named, with why, in
tests/never_run.txt."""
import dataclasses
import json
import os
import pathlib
import re
import subprocess

from mink_qemu import build
from mink_qemu.build import ROOT

FOLDER = "mm/"
NEVER_RUN = ROOT / "tests" / "never_run.txt"
WANTED = 95.0  # percent of the lines
STRESS_OPERATIONS = 50_000
STRESS_SUBJECTS = ("pages", "slab", "kmalloc", "vmalloc", "mempool")


@dataclasses.dataclass
class Figures:
    lines: int = 0
    lines_run: int = 0
    branches: int = 0
    branches_run: int = 0
    never: list = dataclasses.field(default_factory=list)  # (file, function, text), in order

    @property
    def percent(self):
        return 100.0 * self.lines_run / max(1, self.lines)

    def __str__(self):
        branches = 100.0 * self.branches_run / max(1, self.branches)
        return (f"coverage of {FOLDER}: {self.percent:.1f} % of {self.lines} lines, {branches:.1f} % of {self.branches} branches; "
                f"{len(self.never)} lines are never run")


def short_name(demangled):
    """mink::mm::Zone::take(int) const -> take; of a lambda, the function around it."""
    name = re.sub(r"::\{lambda.*", "", demangled).replace("(anonymous namespace)::", "")
    while (shorter := re.sub(r"<[^<>]*>", "", name)) != name:
        name = shorter
    return name.split("(")[0].split("::")[-1].split()[-1].lstrip("*&")


def merged(reports, text_of):
    """Figures of gcov's JSON reports; a line that several objects have was run if it was in one of them."""
    lines, branches, functions = {}, {}, {}
    for report in reports:
        for file in report["files"]:
            path = file["file"]
            if os.path.isabs(path):
                path = os.path.relpath(path, ROOT)
            if not path.startswith(FOLDER):
                continue
            names = {f["name"]: f["demangled_name"] for f in file["functions"]}
            for line in file["lines"]:
                key = path, line["line_number"]
                lines[key] = lines.get(key, 0) + line["count"]
                functions.setdefault(key, short_name(names.get(line.get("function_name"), "?")))
                for i, branch in enumerate(line["branches"]):
                    if not branch["throw"]:
                        branches[(*key, i)] = branches.get((*key, i), 0) + branch["count"]
    figures = Figures(len(lines), sum(count != 0 for count in lines.values()),
                      len(branches), sum(count != 0 for count in branches.values()))
    figures.never = [(path, functions[path, number], text_of(path, number))
                     for (path, number), count in sorted(lines.items()) if count == 0]
    return figures


def source_line(path, number):
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    return re.sub(r"\s*//.*", "", lines[number - 1]).strip() if number <= len(lines) else ""


def named(text):
    """{(file, function, text): why} of never_run.txt: a `why:` line, then what it is true of, `file function: text`."""
    result, why = {}, None
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("why: "):
            why = line[5:]
            continue
        match = re.fullmatch(r"  (\S+) (\S+): (.*)", line)
        if match is None or why is None:
            raise ValueError(f"never_run.txt:{number}: {line}")
        result[match[1], match[2], match[3]] = why
    return result


def complaints(figures, list_text):
    """What does not agree with the list, a line each."""
    known, found = named(list_text), set(figures.never)
    result = [f"never run, and not named:  {path} {function}: {text}"
              for path, function, text in dict.fromkeys(figures.never) if (path, function, text) not in known]
    result += [f"named, but run or gone: {path} {function}: {text}"
               for path, function, text in known if (path, function, text) not in found]
    if figures.percent < WANTED:
        result.append(f"less than {WANTED} % of the lines")
    return result


def measure():
    """(Figures, what the programs printed if one failed)."""
    directory = build.build("coverage", ["unit_tests", "stress_model"])
    for old in directory.rglob("*.gcda"):
        old.unlink()
    runs = [[directory / "unit_tests"]]
    runs += [[directory / "stress" / "model", "--subject", name, "1", str(STRESS_OPERATIONS * 5)] for name in STRESS_SUBJECTS]
    for argv in runs:
        result = subprocess.run(argv, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                timeout=600, check=False)
        if result.returncode:
            return None, result.stdout.decode("utf-8", "replace")
    data = sorted(map(str, directory.rglob("*.gcda")))
    tool = "gcov-12" if pathlib.Path("/usr/bin/gcov-12").exists() else "gcov"
    text = subprocess.run([tool, "--json-format", "--stdout", "--branch-probabilities", *data], cwd=directory, check=True,
                          capture_output=True, text=True).stdout
    reports = [json.loads(line) for line in text.splitlines() if line.strip()]
    for report in reports:
        for file in report["files"]:
            file["file"] = os.path.normpath(os.path.join(report["current_working_directory"], file["file"]))
    return merged(reports, source_line), ""


def check():
    figures, output = measure()
    if figures is None:
        return 1, output
    print("\n" + str(figures))
    found = complaints(figures, NEVER_RUN.read_text(encoding="utf-8"))
    return (1 if found else 0), "\n".join(found)

# SPDX-License-Identifier: MIT
"""tests/run [host|target|system|static|all] [--long]: builds and runs the tests of mink; ends in `N passed, N failed`.

host: unit tests on this machine, 64 and 32 bit, under ASan and UBSan, and those of the tools; target: the same unit tests
in QEMU; system: a booted mink, driven from outside; static: what is checked without running mink; all: everything.
What is skipped is said, with why, below its step, and counts for nothing.
"""
import argparse
import concurrent.futures
import os
import subprocess
import sys
import time

from mink_qemu import boards, build
from mink_qemu.build import ROOT

from . import coverage, fuzz, static_checks
from .counts import Counts, of_cpputest, of_pytest

BOARDS = sorted(boards.BOARDS, key=lambda board: (board != "versatilepb", board))  # the first one runs every test
UNIT_TEST_TIMEOUT = 300  # ten times what they take, for a machine with other work
SYSTEM_TEST_TIMEOUT = 3600
STRESS_TIMEOUT = 600
STRESS_LONG_TIMEOUT = 4 * 3600


def run(argv, timeout, **environment):
    """(status, output) of a command; it is ended when the time is up, with status 124."""
    try:
        result = subprocess.run(argv, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                timeout=timeout, env={**os.environ, **environment}, check=False)
        return result.returncode, result.stdout.decode("utf-8", "replace")
    except subprocess.TimeoutExpired as expired:
        return 124, (expired.stdout or b"").decode("utf-8", "replace") + f"\nno end after {timeout} s"


class Run:
    """The steps so far, and their sum."""

    def __init__(self):
        self.total = Counts()

    def step(self, name, work):
        """work: () -> (Counts, output, seconds) or (Counts, output); the output is shown if something failed."""
        began = time.monotonic()
        print(f"{name:<31}", end="", flush=True)
        try:
            counts, output, *seconds = work()
        except build.BuildError as error:
            counts, output, seconds = Counts(failed=1), str(error), []
        print(f"{counts}  ({seconds[0] if seconds else time.monotonic() - began:.1f} s)\n{counts.skips()}", end="", flush=True)
        if counts.failed or not counts.passed:
            print(output.rstrip(), flush=True)
        self.total += counts

    def check(self, name, work):
        """work: () -> (status, output); one check is one test."""
        def counted():
            status, output = work()
            return Counts(failed=1) if status else Counts(passed=1), output
        self.step(name, counted)


def built(preset):
    build.build(preset)
    return 0, ""


def unit_tests(preset):
    directory = build.build(preset, ["unit_tests"])
    status, output = run([directory / "unit_tests"], UNIT_TEST_TIMEOUT)
    return of_cpputest(output, status), output


def stress_programs(preset, long, only=None):
    """Each folder of tests/stress, or `only` some; what they print is worth reading when they pass, too."""
    directory = build.build(preset, ["stress"]) / "stress"
    counts, outputs = Counts(), []
    for program in sorted(path for path in directory.iterdir() if only is None or path.name in only):
        status, output = run([program], STRESS_LONG_TIMEOUT if long else STRESS_TIMEOUT)
        counts += of_cpputest(output, status)
        outputs.append(output)
    text = "".join(outputs).strip()
    print("\n" + text)
    return counts, ""


def target_tests(board):
    status, output = run([ROOT / "qemu" / "run", "--board", board, "--image", "tests", "--timeout", str(UNIT_TEST_TIMEOUT)],
                         UNIT_TEST_TIMEOUT + 600)
    return of_cpputest(output, status), output


def python_tests(folder, *options, name="", **environment):
    junit = ROOT / "build" / f"{folder}{name}.xml"
    junit.parent.mkdir(exist_ok=True)
    junit.unlink(missing_ok=True)
    status, output = run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={junit}", *options,
                          ROOT / "tests" / folder], SYSTEM_TEST_TIMEOUT, **environment)
    return of_pytest(junit, status), output


def system_tests(board, long):
    began = time.monotonic()
    counts, output = python_tests("system", *(["--long"] if long else []), name=f"-{board}", MINK_BOARD=board)
    return counts, output, time.monotonic() - began


def main():
    parser = argparse.ArgumentParser(prog="tests/run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", default="all", choices=["host", "target", "system", "static", "all"])
    parser.add_argument("--long", action="store_true", help="the long soaks, and all that the stress programs promise")
    options = parser.parse_args()
    wanted = {"host", "target", "system", "static"} if options.what == "all" else {options.what}

    if options.long:
        os.environ["MINK_LONG"] = "1"  # what a test program does then is its own affair: tests/stress/long_run.hpp
    run_ = Run()
    if wanted & {"target", "system", "static"}:
        for board in BOARDS:
            run_.check(f"build, {board}", lambda board=board: built(board))
    with concurrent.futures.ThreadPoolExecutor(1) as beside:
        # They mostly wait for one emulated CPU: the other work goes on meanwhile, and that of the other boards' tests.
        system = beside.submit(system_tests, BOARDS[0], options.long) if "system" in wanted else None
        if "host" in wanted:
            run_.step("tools", lambda: python_tests("tools"))
            run_.step("unit tests, host 64-bit", lambda: unit_tests("host"))
            run_.step("unit tests, host 32-bit", lambda: unit_tests("host32"))
            run_.step("unit tests, 2^11 pages", lambda: unit_tests("host-order11"))
            run_.step("stress, host 64-bit", lambda: stress_programs("host", options.long))
            run_.step("stress, host 32-bit", lambda: stress_programs("host32", options.long, None if options.long else ["model"]))
            run_.step("fuzz corpus, host 64-bit", lambda: fuzz.replay("host"))
            run_.step("fuzz corpus, host 32-bit", lambda: fuzz.replay("host32"))
            if options.long:
                run_.step("fuzz, a million inputs", fuzz.explore)
            run_.check("coverage of mm/", coverage.check)
        if "target" in wanted:
            for board in BOARDS:
                run_.step(f"unit tests, {board}", lambda board=board: target_tests(board))
        if "system" in wanted:
            for board in BOARDS[1:]:
                run_.step(f"system tests, {board}", lambda board=board: system_tests(board, options.long))
        if "static" in wanted:
            run_.check("includes", static_checks.dependencies)
            run_.check("what documents name", static_checks.documents)
            run_.check("formatting", static_checks.formatting)
            run_.check("clang, thread safety", static_checks.thread_safety)
            run_.check("clang-tidy", static_checks.tidy)
            run_.check("size report", static_checks.size_report)
        if system is not None:
            run_.step(f"system tests, {BOARDS[0]}", system.result)

    print(f"{run_.total.skips()}{run_.total}")
    return 1 if run_.total.failed or not run_.total.passed else 0


if __name__ == "__main__":
    sys.exit(main())

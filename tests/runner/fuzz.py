# SPDX-License-Identifier: MIT
"""The fuzz targets of tests/fuzz: their corpus in every run; a million inputs of each in a long one."""
import pathlib
import shutil
import subprocess

from mink_qemu import build
from mink_qemu.build import ROOT

from .counts import Counts

CORPUS = ROOT / "tests" / "fuzz" / "corpus"
LONG_INPUTS = 1_000_000
SECONDS = 3600


def run(argv):
    result = subprocess.run(argv, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            timeout=SECONDS, check=False)
    return result.returncode, result.stdout.decode("utf-8", "replace")


def targets():
    return sorted(path.name for path in CORPUS.iterdir())


def replay(preset):
    """Each target over its corpus, in a program that takes files."""
    directory = build.build(preset, ["fuzz"]) / "fuzz"
    return over_targets(lambda name: run([directory / name, *sorted((CORPUS / name).iterdir())]))


def explore():
    """Each target as a libFuzzer, from the corpus on; an input that it fails on is left in build/fuzz."""
    directory = build.build("fuzz", ["fuzz"]) / "fuzz"

    def one(name):
        found = pathlib.Path(directory) / f"{name}-found"
        shutil.rmtree(found, ignore_errors=True)
        found.mkdir()
        status, text = run([directory / name, f"-runs={LONG_INPUTS}", "-max_len=2048", "-timeout=20", "-verbosity=1",
                            f"-artifact_prefix={found}/failed-", found, CORPUS / name])
        if status == 0:
            print(f"\nfuzz {name}: {LONG_INPUTS} inputs, {len(list(found.iterdir()))} that go new ways", end="", flush=True)
        return status, text
    return over_targets(one)


def over_targets(work):
    counts, output = Counts(), []
    for name in targets():
        status, text = work(name)
        counts += Counts(failed=1) if status else Counts(passed=1)
        if status:
            output.append(f"{name}: status {status}\n{text[-4000:]}")
    return counts, "\n".join(output)

# SPDX-License-Identifier: MIT
"""qemu/mink_qemu/build.py: who builds in a folder is alone there."""
import subprocess
import sys

import pytest

from mink_qemu import build

HOLDER = """
import pathlib, sys
from mink_qemu import build
with build.one_at_a_time(pathlib.Path(sys.argv[1])):
    print("in", flush=True)
    sys.stdin.readline()
    print("out", flush=True)
"""


def test_a_second_build_waits_for_the_first(tmp_path):
    folder = tmp_path / "build" / "preset"
    argv = [sys.executable, "-c", HOLDER, str(folder)]
    with subprocess.Popen(argv, cwd=build.ROOT / "qemu", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout.readline() == "in\n"
        with subprocess.Popen(argv, cwd=build.ROOT / "qemu", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as second:
            with pytest.raises(subprocess.TimeoutExpired):
                second.communicate("\n", timeout=0.5)
            first.communicate("\n", timeout=10)
            assert second.communicate(timeout=10)[0] == "in\nout\n"

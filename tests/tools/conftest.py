# SPDX-License-Identifier: MIT
"""The tools are scripts, not a package: put their folders on the path."""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "qemu"), str(ROOT / "tests")]

# SPDX-License-Identifier: MIT
"""From a checkout to an image: configured once, built always, which is quick when there is nothing to do."""
import contextlib
import fcntl
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
IMAGES = {"kernel": "mink", "tests": "mink_tests"}
PEERS = {"newlib": "mink_peer_newlib", "newlib-nano": "mink_peer_nano"}  # tests/peers


class BuildError(Exception):
    """Carries what the failed step printed."""


def quietly(argv, what, folder=ROOT):
    """What the command printed; BuildError if it failed."""
    result = subprocess.run(argv, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            text=True, check=False)
    if result.returncode:
        raise BuildError(f"{result.stdout}\n{what} failed: {' '.join(argv)}")
    return result.stdout


@contextlib.contextmanager
def one_at_a_time(directory):
    """Two builds in one folder would read each other's half-written files; ninja does not see to it."""
    directory.mkdir(parents=True, exist_ok=True)
    with open(directory / ".lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build(preset, targets=()):
    directory = ROOT / "build" / preset
    with one_at_a_time(directory):
        if not (directory / "build.ninja").exists():
            print(f"configuring and building {preset}, once ...", file=sys.stderr, flush=True)
            quietly(["cmake", "--preset", preset], "configuring")
        quietly(["cmake", "--build", "--preset", preset, *(["--target", *targets] if targets else [])], "the build")
    return directory


def image_path(board, kind):
    """Where the raw image `kind` ('kernel' or 'tests') for `board` is, or will be."""
    return ROOT / "build" / board / f"{(IMAGES | PEERS)[kind]}.bin"


def image(board, kind):
    """Builds that image and returns its path."""
    build(board, [(IMAGES | PEERS)[kind]])
    return image_path(board, kind)

# SPDX-License-Identifier: MIT
"""A booted mink for the system tests, driven over its console.

Which board: the environment's MINK_BOARD (default: versatilepb, which runs all tests; others run those marked `each_board`).
`console`: one machine for all tests of a module, which may say `MEM = "64M"` and `APPEND = "highmem=8M"`.
`boot`: a function that boots further machines; they end with the test. `boot_console`: the same, before the prompt.
Tests marked `long` run under --long alone. tests/run builds the image before; pytest alone boots what is there.
"""
import os
import pathlib
import re
import sys
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "qemu"))

# pylint: disable=wrong-import-position
from mink_qemu import boards, build  # noqa: E402
from mink_qemu.console import Console, Ended, broken_off  # noqa: E402

FIRST_BOARD = "versatilepb"
BOARD = boards.BOARDS[os.environ.get("MINK_BOARD", FIRST_BOARD)]
MIB = boards.MIB


def sizes(*all_of_first):
    """Memory sizes, in megabytes, to test: all of these on the first board, the usual and the largest on others."""
    return all_of_first if BOARD.name == FIRST_BOARD else sorted({BOARD.default_memory // MIB, BOARD.max_memory // MIB})


def told(megabytes):
    """What the kernel is told of that memory, in megabytes."""
    return megabytes - BOARD.firmware_memory // MIB
BOOT_TIMEOUT = 30
COMMAND_TIMEOUT = 30


def argv_of(mem="128M", append="", card=None):
    """QEMU's command for the kernel; a machine that cannot have so little memory is told not to use more."""
    memory = boards.parse_size(mem)
    if memory < BOARD.min_memory:
        memory, append = None, f"mem={mem} {append}".strip()
    return [*boards.qemu_argv(BOARD, build.image_path(BOARD.name, "kernel"), memory=memory, append=append, card=card), *BOARD.fast_line]


def console_of(mem="128M", append="", card=None):
    return Console(argv_of(mem, append, card))


class Mink:
    """A machine at its prompt."""

    def __init__(self, mem="128M", append="", timeout=BOOT_TIMEOUT, card=None, console=None):
        self.console = console or console_of(mem, append, card)
        self.boot_log = self.console.read_until_prompt(timeout)
        if card is not None:  # it is looked for while the boot goes on; this command waits for it
            self.console.send_line("card")
            self.boot_log += self.console.read_until_prompt(timeout)

    def text_of(self, command, timeout=COMMAND_TIMEOUT):
        """What the command printed, without its echo."""
        self.console.send_line(command)
        got = self.console.read_until_prompt(timeout)
        echo, _, text = got[broken_off(got, command):].partition("\n")
        assert echo == command, f"typed {command!r}, the console echoed {echo!r}"
        return text

    def run(self, command, timeout=COMMAND_TIMEOUT):
        """(status, text) of a command."""
        text = self.text_of(command, timeout)
        answer = self.text_of("status")
        assert re.fullmatch(r"\d+\n", answer), f"`status` said {answer!r}"
        return int(answer), text

    def ok(self, command, timeout=COMMAND_TIMEOUT):
        """The text of a command that must succeed."""
        status, text = self.run(command, timeout)
        assert status == 0, f"{command}: status {status}\n{text}"
        return text

    def fails(self, command, timeout=COMMAND_TIMEOUT):
        """The text of a command that must not."""
        status, text = self.run(command, timeout)
        assert status != 0, f"{command}: should have failed\n{text}"
        return text

    def power_off(self, command="poweroff ?", timeout=COMMAND_TIMEOUT):
        """The machine's status; None if it ended without one."""
        self.console.send_line(command)
        self.console.read_until_end(timeout)
        return self.console.status

    def kill(self):
        self.console.kill()


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="run the tests marked long too")


def pytest_configure(config):
    config.addinivalue_line("markers", "long: a soak; runs under --long alone")
    config.addinivalue_line("markers", "each_board: runs on every board, not on the first alone")


def pytest_collection_modifyitems(config, items):
    if BOARD.name != FIRST_BOARD:
        config.hook.pytest_deselected(items=[item for item in items if not item.get_closest_marker("each_board")])
        items[:] = [item for item in items if item.get_closest_marker("each_board")]
    if config.getoption("--long"):
        return
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.skip(reason="runs under --long alone"))


def started(mem, append, card=None):
    try:
        return Mink(mem, append, card=card)
    except Ended as ended:
        pytest.fail(f"mink did not come to its prompt:\n{ended}")


def eventually(look, seconds=30):
    """Looks again until it is true, which on a busy host takes a while; what it was at last."""
    deadline = time.monotonic() + seconds
    while not (seen := look()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return seen


@pytest.fixture(scope="module")
def console(request):
    mink = started(getattr(request.module, "MEM", "128M"), getattr(request.module, "APPEND", ""))
    yield mink
    mink.kill()


@pytest.fixture
def boot():
    machines = []

    def start(mem="128M", append="", card=None):
        machines.append(started(mem, append, card))
        return machines[-1]

    yield start
    for mink in machines:
        mink.kill()


@pytest.fixture
def boot_console():
    """A function that gives the console of a machine that begins to boot."""
    consoles = []

    def start(**wishes):
        consoles.append(console_of(**wishes))
        return consoles[-1]

    yield start
    for console in consoles:
        console.kill()

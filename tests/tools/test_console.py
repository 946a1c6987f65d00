# SPDX-License-Identifier: MIT
"""qemu/mink_qemu: how a console is driven, against a machine of a few lines."""
import pathlib
import sys
import time

import pytest

from mink_qemu import session
from mink_qemu.console import Console, Ended, Timeout, broken_off

MACHINE = [sys.executable, str(pathlib.Path(__file__).with_name("fake_machine.py"))]


@pytest.fixture
def console():
    machine = Console(MACHINE)
    yield machine
    machine.kill()


def test_reads_up_to_each_prompt(console):
    assert console.read_until_prompt(5) == "mink booting\n"
    console.send_line("say one two")
    assert console.read_until_prompt(5) == "say one two\none two\n"
    assert console.transcript == "mink booting\nmink> say one two\none two\nmink> "


def test_a_prompt_in_the_text_is_text(console):
    console.read_until_prompt(5)
    console.send_line("slow kmalloc 100")
    assert console.read_until_prompt(5) == "slow kmalloc 100\nmink> kmalloc 100\n"


def test_log_text_while_a_line_is_typed(console):
    console.read_until_prompt(5)
    console.send_line("late one")
    got = console.read_until_prompt(5)
    log = "\n[    0.500000] card: late\n[    0.500001] and more\nmink> "
    aside = log + "late o" + log
    assert got == aside + "late one\none\n"
    assert broken_off(got, "late one") == len(aside)
    # What a command prints is no broken line, even if it looks like log text.
    assert broken_off("late one\n[    0.500000] card: late\n", "late one") == 0
    assert broken_off("mink> late one\n[    0.500000] card: late\n", "late one") == 0


def test_the_power_off_line_is_consumed(console):
    console.read_until_prompt(5)
    console.send_line("poweroff 7")
    assert console.read_until_end(5) == "poweroff 7\n"
    assert console.status == 7


def test_an_end_without_a_status(console):
    console.read_until_prompt(5)
    console.send_line("die")
    with pytest.raises(Ended):
        console.read_until_prompt(5)
    assert console.status is None


def test_silence_times_out(console):
    console.read_until_prompt(5)
    console.send_line("hang")
    before = time.monotonic()
    with pytest.raises(Timeout):
        console.read_until_prompt(0.2)
    assert time.monotonic() - before < 2


@pytest.mark.parametrize("commands, status", [
    (["say a"], 0),
    (["say a", "fail 3", "fail 4", "say b"], 3),
    (["say a", "poweroff 9", "say never"], 9),
    (["die", "say never"], session.NO_STATUS),
])
def test_status_is_that_of_the_first_failure(commands, status, capsys):
    assert session.typed(MACHINE, commands) == status
    assert "never" not in capsys.readouterr().out


def test_typed_commands_print_what_the_console_says(capsys):
    session.typed(MACHINE, ["say a", "fail 1"])
    assert capsys.readouterr().out == "mink booting\nmink> say a\na\nmink> fail 1\nno such thing\n"


TEXT = b"boot\r\nmink> mink: power off, status 1\r\n\x1b[2Kredrawn\rline\r\nmink: power on\r\nmink: power off, status 12\r\nend"


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_the_terminal_gets_all_but_the_last_line(size):
    last_line = session.LastLine()
    shown = b"".join(last_line.feed(TEXT[i:i + size]) for i in range(0, len(TEXT), size)) + last_line.rest()
    assert shown == b"boot\nmink> mink: power off, status 1\n\x1b[2Kredrawn\rline\nmink: power on\nend"
    assert last_line.status == 12


def test_a_line_is_shown_as_it_grows():
    last_line = session.LastLine()
    assert last_line.feed(b"mink> ") == b"mink> "
    assert last_line.feed(b"h") == b"h"
    assert last_line.feed(b"\r\nmink: p") == b"\n"
    assert last_line.feed(b"rompt") == b"mink: prompt"

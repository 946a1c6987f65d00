# SPDX-License-Identifier: MIT
"""qemu/mink_qemu: how a console is driven, against a machine of a few lines."""
import pathlib
import sys
import time

import pytest

from mink_qemu import session
from mink_qemu.console import Console, Ended, Timeout

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

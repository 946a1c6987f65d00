# SPDX-License-Identifier: MIT
"""qemu/run from outside: what its user is promised."""
import subprocess
import time

import pexpect
import pytest

from conftest import BOARD, ROOT

RUN = [ROOT / "qemu" / "run", "--no-build", "--board", BOARD.name]


def run(*options, stdin=subprocess.DEVNULL, text=None):
    result = subprocess.run([*RUN, *options], input=text, stdin=None if text is not None else stdin, capture_output=True,
                            text=True, timeout=120, check=False)
    return result.returncode, result.stdout, result.stderr


@pytest.mark.each_board
def test_exec_prints_the_console_and_nothing_else():
    status, out, err = run("--exec", "mode; help")
    assert status == 0
    assert "mink> mode\nauto\nmink> help\n" in out
    assert "power off" not in out and "poweroff ?" not in out
    assert err == ""


@pytest.mark.each_board
@pytest.mark.parametrize("commands, status", [("help", 0), ("nonsense", 127), ("nonsense; help", 127), ("poweroff 7", 7)])
def test_status_is_the_first_failure(commands, status):
    assert run("--exec", commands)[0] == status


@pytest.mark.each_board
def test_piped_lines_are_commands():
    status, out, _ = run(text="mode plain\nhelp mode\nnonsense\n")
    assert status == 127
    assert "mink> mode plain\nmink> help mode\nmode:" in out


@pytest.mark.each_board
@pytest.mark.skipif(BOARD.model is not None, reason="the serial line is slow, and counted slower")
def test_icount_runs_from_the_command_line_and_repeats():
    first = run("--icount", "--exec", "mode; uptime; nonsense")
    assert first == run("--icount", "--exec", "mode; uptime; nonsense")
    status, out, err = first
    assert status == 127 and err == ""
    assert "mink> mode\nplain\nmink> uptime\n" in out


def test_the_time_can_be_up():
    began = time.monotonic()
    assert run("--exec", "watch uptime", "--timeout", "3")[0] == 124
    assert 3 <= time.monotonic() - began < 30


@pytest.mark.parametrize("options", [("--mem", "257M"), ("--mem", "some"), ("--append", "x" * 1100), ("--board", "none")])
def test_wishes_that_cannot_be(options):
    status, _, err = run(*options, "--exec", "help")
    assert status == 2
    assert err.strip()


def at_a_terminal(*options):
    return pexpect.spawn(str(RUN[0]), ["--no-build", *options], timeout=30, encoding="utf-8", dimensions=(24, 80))


def test_a_person_leaves_with_the_escape_key():
    terminal = at_a_terminal()
    terminal.expect_exact("mink> ")
    terminal.send("mode\r")
    terminal.expect_exact("mode\r\nauto\r\n")
    terminal.send("\x1dx")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0


def test_a_person_powers_off():
    terminal = at_a_terminal()
    terminal.expect_exact("mink> ")
    terminal.send("poweroff 3\r")
    terminal.expect(pexpect.EOF)
    assert "power off" not in terminal.before
    terminal.close()
    assert terminal.exitstatus == 3


def test_control_keys_reach_the_line_editor():
    terminal = at_a_terminal()
    terminal.expect_exact("mink> ")
    terminal.send("xmode\x01\x1b[3~\x05 \x03")  # Ctrl-A, delete, Ctrl-E, Ctrl-C: neither QEMU nor qemu/run takes them
    terminal.expect_exact("mink> ")
    terminal.send("status\r")
    terminal.expect(r"\d+\r\n")
    terminal.send("\x1dx")
    terminal.expect(pexpect.EOF)

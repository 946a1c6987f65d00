# SPDX-License-Identifier: MIT
"""A command that faults is reported and left; the shell goes on."""
import re

import pytest

pytestmark = pytest.mark.each_board


def report_of(console, command, what):
    text = console.fails(command)
    assert what in text
    assert re.search(r"^\[ *\d+\.\d+\] pc : c[0-9a-f]{7}  mink::shell::run_m[dw]\+0x", text, re.M), "where, by name"
    trace = text[text.index("Call trace:"):]
    order = [trace.index(name) for name in ("mink::shell::run_m", "run_guarded+", "mink::shell::Shell::run_line", "kernel_main+")]
    assert order == sorted(order), "callers, innermost first"
    return text


def test_null_dereference(console):
    text = report_of(console, "md 0", "Fault: null pointer dereference: read from 00000000")
    assert "DFSR 00000005: section translation, read; DFAR 00000000" in text


def test_write_to_text(console):
    before = console.ok("md 0xc0009000 1")
    text = report_of(console, "mw -f 0xc0009000 0", "Fault: write to read-only text at c0009000 __vectors_start")
    assert "page permission, write, domain 0; DFAR c0009000" in text
    assert console.ok("md 0xc0009000 1") == before


def test_unmapped(console):
    report_of(console, "md 0xb0000000", "Fault: read from unmapped address b0000000")


def test_many_faults_leave_no_trace(console):
    for _ in range(50):
        console.fails("md 0")
    console.ok("check")

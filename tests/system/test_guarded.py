# SPDX-License-Identifier: MIT
"""What a shell user sees of a fault: a status, the next prompt, and everything that was held before."""
import pytest

pytestmark = pytest.mark.each_board


@pytest.mark.parametrize("command, what", [
    ("md 0", "null pointer dereference: read from 00000000"),
    ("md 10", "null pointer dereference: read from 00000010"),
    ("md 80000000", "read from unmapped address 80000000"),
    ("md fffffffc 16", ""),
    ("mw -f 0 1", "null pointer dereference"),
    ("mw -f c0008000 1", "write to read-only text at c0008000"),
])
def test_a_fault_has_its_own_status(console, command, what):
    status, report = console.run(command)
    assert status == 139
    assert what in report
    assert report.endswith(f"\n{command[:2]}: left after a fault\n")


def test_a_fault_leaves_the_rest_of_the_line_to_run(console):
    assert "mode: shows or sets" in console.ok("md 0; help mode")


def test_what_was_held_before_is_still_held(console):
    console.ok("kmalloc 100")
    console.fails("md 0")
    assert console.ok("live").endswith("\n1 allocation\n")
    console.ok("release all")
    console.ok("check")


def test_the_log_has_the_report(console):
    console.fails("md 4")
    assert "null pointer dereference: read from 00000004" in console.ok("dmesg")

# SPDX-License-Identifier: MIT
"""A panic: what happened, how it came there, and the end; after it the machine does nothing more."""
import re
import subprocess

from conftest import BOARD
from mink_qemu import build
from mink_qemu.console import Timeout
import pytest

pytestmark = pytest.mark.each_board


def panicked(mink, timeout):
    """Says behind the kernel's back that a lock is held: the prompt's wait is then a panic. The text from there on."""
    address = mink.ok("sym mink_preempt_count").split()[0]
    mink.console.send_line(f"mw -f 0x{address.removeprefix('0x')} 1")
    return mink.console.read_until_end(timeout)


def test_it_says_what_happened_and_powers_off(boot):
    mink = boot(append="panic=1")
    text = panicked(mink, 30)
    panic = re.search(r"\] Kernel panic - not syncing: (.*)\n", text)
    assert panic, text
    # How it came there, innermost first, by name, from the panic itself to the kernel's first function.
    trace = re.findall(r"\] +\[<[0-9a-f]{8}>\] (\S+)\+0x[0-9a-f]+/0x[0-9a-f]+\n", text[panic.end():])
    assert trace[0] == "panic"
    assert "kernel_main" in trace
    assert f"---[ end Kernel panic - not syncing: {panic[1]} ]---\n" in text
    assert mink.console.status == 134


def test_without_the_option_it_stays_on_the_screen(boot):
    mink = boot(append="panic=0")
    with pytest.raises(Timeout) as stopped:
        panicked(mink, 4)
    assert stopped.value.args[0].endswith(" ]---\n")
    assert mink.console.status is None
    mink.console.send_line("help")  # nobody is there any more
    with pytest.raises(Timeout) as silent:
        mink.console.read_until_end(1)
    assert silent.value.args[0] == ""


def break_the_log(mink):
    """From now on whatever is logged faults: the log's clock is a function at 0x10."""
    names = subprocess.run(["arm-none-eabi-nm", "-C", build.image_path(BOARD.name, "kernel").with_suffix(".elf")], capture_output=True,
                           text=True, check=True).stdout
    log = re.search(r"^([0-9a-f]{8}) . mink::kernel::\(anonymous namespace\)::logger$", names, re.M)[1]
    mink.ok(f"mw -f {int(log, 16) + 12:#x} 0x10")


def test_a_panic_whose_report_faults_says_so_and_ends(boot):
    mink = boot(append="panic=1")
    break_the_log(mink)
    text = panicked(mink, 30)
    assert "\nPanic in panic: prefetch abort in a fault report: pc 00000010 " in text
    assert mink.console.status == 134


def test_a_fault_whose_report_faults_ends_too(boot):
    mink = boot(append="panic=1")
    break_the_log(mink)
    mink.console.send_line("md 0")
    assert "\nPanic in panic: prefetch abort in a fault report: pc 00000010 " in mink.console.read_until_end(30)
    assert mink.console.status == 134

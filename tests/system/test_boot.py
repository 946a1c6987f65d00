# SPDX-License-Identifier: MIT
"""mink comes up, answers, and goes down."""
import re

from conftest import BOARD
import pytest

pytestmark = pytest.mark.each_board


def test_it_boots_and_says_where(console):
    name, cpu = {"versatilepb": ("ARM Versatile PB", "ARM1176"), "realview-pb-a8": ("ARM RealView PB-A8", "Cortex-A8"),
                 "raspi1": ("Raspberry Pi 1", "ARM1176"), "s3c6410": ("S3C6410", "ARM1176")}[BOARD.name]
    assert re.search(rf"mink on .*{name}.*, {cpu}, gcc", console.boot_log)


def test_each_command_has_a_status(console):
    assert console.run("help")[0] == 0
    assert console.run("nonsense")[0] != 0
    assert console.run("help")[0] == 0


def test_power_off_has_a_status(boot):
    assert boot().power_off("poweroff 5") == 5


def test_power_off_knows_the_first_failure(boot):
    mink = boot()
    mink.fails("nonsense")
    mink.fails("help nonsense")
    assert mink.power_off() == 127

# SPDX-License-Identifier: MIT
"""mink comes up, answers, and goes down."""


def test_it_boots_and_says_where(console):
    assert "mink on ARM Versatile PB" in console.boot_log


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

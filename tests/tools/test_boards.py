# SPDX-License-Identifier: MIT
"""qemu/mink_qemu/boards.py: from wishes to QEMU's command line."""
import pytest

from mink_qemu.boards import BOARDS, MIB, parse_size, qemu_argv, quote_exec, split_commands

BOARD = BOARDS["versatilepb"]


@pytest.mark.parametrize("text, size", [("64M", 64 * MIB), ("64m", 64 * MIB), ("65536K", 64 * MIB), ("1G", 1024 * MIB),
                                        ("1048576", MIB)])
def test_sizes(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "M", "64X", "-1M", "1.5M", "64M 3"])
def test_no_sizes(text):
    with pytest.raises(ValueError):
        parse_size(text)


@pytest.mark.parametrize("line, commands", [
    ("a; b ;c", ["a", "b", "c"]),
    ("one command", ["one command"]),
    (" ; ;; ", []),
    ("say 'x; y'; b", ["say 'x; y'", "b"]),
    ('say "x; y"; b', ['say "x; y"', "b"]),
    (r"say x\; y; b", [r"say x\; y", "b"]),
    (r'say "\""; b', [r'say "\""', "b"]),
    ("a\nb", ["a", "b"]),
])
def test_split(line, commands):
    assert split_commands(line) == commands


def test_exec_is_quoted_for_the_kernel():
    assert quote_exec(["a b", 'say "x y"']) == "exec=\"a b; say 'x y'\""
    with pytest.raises(ValueError):
        quote_exec(["say \"it's\""])


def test_memory_is_checked():
    assert "256" in qemu_argv(BOARD, "x.bin", memory=256 * MIB)
    for memory in (0, 257 * MIB, MIB + 1):
        with pytest.raises(ValueError):
            qemu_argv(BOARD, "x.bin", memory=memory)


def test_command_line():
    argv = qemu_argv(BOARD, "x.bin", append="highmem=8M", commands=["bench"], icount=True)
    assert argv[argv.index("-append") + 1] == 'panic=1 highmem=8M exec="bench"'
    assert argv[argv.index("-icount") + 1] == "shift=0,sleep=off"
    with pytest.raises(ValueError):
        qemu_argv(BOARD, "x.bin", append="x" * 1024)


def test_a_panic_ends_a_script_but_not_a_person():
    assert "panic=1" in qemu_argv(BOARD, "x.bin")
    assert "-append" not in qemu_argv(BOARD, "x.bin", interactive=True)
    assert "panic=0" in qemu_argv(BOARD, "x.bin", append="panic=0")


def test_a_person_gets_the_monitor_and_a_script_does_not():
    assert "mon:stdio" in qemu_argv(BOARD, "x.bin", interactive=True)
    assert "mon:stdio" not in qemu_argv(BOARD, "x.bin")


def test_a_card_in_the_slot(tmp_path):
    card = tmp_path / "a,b.img"
    card.write_bytes(bytes(2 * MIB))
    argv = qemu_argv(BOARD, "mink.bin", card=card)
    assert argv[argv.index("-drive") + 1] == f"file={tmp_path}/a,,b.img,if=sd,format=raw"
    assert "-drive" not in qemu_argv(BOARD, "mink.bin")


@pytest.mark.parametrize("size", [0, 512, 3 * MIB, 2 * MIB + 512])
def test_no_card(tmp_path, size):
    card = tmp_path / "card.img"
    card.write_bytes(bytes(size))
    with pytest.raises(ValueError, match="power of two"):
        qemu_argv(BOARD, "mink.bin", card=card)


def test_no_card_file(tmp_path):
    with pytest.raises(ValueError, match="No such file"):
        qemu_argv(BOARD, "mink.bin", card=tmp_path / "none.img")

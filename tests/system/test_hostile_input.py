# SPDX-License-Identifier: MIT
"""Whatever comes down the line, as fast as it comes: nothing crashes, nothing is lost, memory stays whole."""
import random
import re
import subprocess

import pytest
from conftest import argv_of

FAREWELL = b"\x03\nmode plain\nrelease all\ncheck\npoweroff 0\n"


def session(stream, timeout=60):
    """What a machine says to a stream of bytes that ends in its power-off."""
    result = subprocess.run(argv_of(), input=stream, capture_output=True, timeout=timeout, check=False)
    return result.stdout.decode("latin-1").replace("\r", "")


def check_farewell(output):
    tail = output[output.rindex("mink> check"):]
    assert tail.count(": ok\n") >= 4
    assert "WRONG" not in tail
    assert tail.rstrip().endswith("mink: power off, status 0")


@pytest.mark.each_board
@pytest.mark.parametrize("seed", [1, 2])
def test_random_bytes(seed):
    check_farewell(session(random.Random(seed).randbytes(60_000) + FAREWELL))


def test_random_keys():
    """Escape sequences, whole and broken, control characters, quotes, tabs: what random bytes seldom make."""
    pick = random.Random(3)
    pieces = [b"\x1b[A", b"\x1b[B", b"\x1b[C", b"\x1b[D", b"\x1b[", b"\x1b", b"\x1b[3~", b"\x1bO", b"\x1b[1;5", b"\t", b"\x7f", b"'",
              b'"', b"\\", b";", b" ", b"\x01", b"\x05", b"\x0b", b"\x0c", b"\x15", b"\x17", b"\x00", b"help", b"cat ", b"/proc/",
              b"kmalloc ", b"release ", b"#1", b"-1", b"99999999999999999999", b"x" * 300, b"\r", b"\n", b"\r\n", b"\x03"]
    check_farewell(session(b"".join(pick.choice(pieces) for _ in range(5_000)) + FAREWELL))


def test_ten_thousand_commands_at_line_speed():
    lines = b"".join(b"kmalloc %d GFP_ATOMIC; release #%d\n" % (i % 5000, i) for i in range(1, 5_001))
    output = session(b"mode plain\n" + lines + b"live\n" + FAREWELL)
    assert "\nmink> live\n0 allocations\n" in output
    assert output.count("\n#") == 5_000
    assert "\n#5000 kmalloc 0 " in output
    check_farewell(output)


@pytest.mark.parametrize("length", [1022, 1023, 1024, 4096, 100_000])
def test_lines_of_any_length(length):
    output = session(b"mode plain\nhelp " + b"x" * (length - 5) + b"\nstatus\n" + FAREWELL)
    assert ("line too long" in output) == (length > 1023)
    check_farewell(output)


@pytest.mark.parametrize("sequence", ["\x1b[A", "\x1b[3~", "\x1bOH", "\x1b[1;5C"])
def test_half_an_escape_sequence_swallows_no_command(sequence):
    """Whatever of a key's bytes came before the line broke off: the next command is heard."""
    cuts = [sequence[:length].encode() for length in range(1, len(sequence))]
    output = session(b"mode plain\n" + b"".join(cut + b"\nkmalloc 77\n" for cut in cuts) + FAREWELL)
    assert output.count("kmalloc 77 -> ") == len(cuts)
    check_farewell(output)


WORDS = ["-1", "-99999999999999999999", "99999999999999999999", "18446744073709551615", "18446744073709551616", "4294967296", "0xffffffff",
         "0x", "17179869184G", "18014398509481984K", "1e9", "%s%n%p", "GFP_NOTHING", "0x80000000|GFP_KERNEL", "|", "--help", "-f", "#-1",
         "#4294967296", "../../meminfo", "'", '"', "\\", "x" * 500, "'" + " " * 500 + "'"]


def test_no_argument_of_any_command_does_harm(boot):
    """Each command and each of its actions with sizes that overflow, negative numbers, unknown flags, half quotes: first, second
    and third argument. Ctrl-C behind each, as some mean to go on for long."""
    mink = boot()
    names = set(re.findall(r"^  (\S+) ", mink.ok("help"), re.M)) - {"poweroff", "reboot", "mode"}  # they do as told
    assert len(names) > 30
    lines = []
    for name in sorted(names):
        usage = re.search(r"^usage: .*\n(?:^ .*\n|^usage: .*\n)*", mink.text_of(f"help {name}"), re.M)[0]
        actions = {match[1] for match in re.finditer(rf"\b{name} ([a-z]+)\b", usage)}
        for action in ["", *sorted(actions)]:
            lines += [f"{name} {action} {before} {word}" for word in WORDS for before in ("", "1", "64 1")]
    output = session(b"mode plain\n" + b"".join(line[:1000].encode() + b"\n\x03" for line in lines) +
                     b"pressure release; release all; leak end\n" + FAREWELL, timeout=300)
    assert output.count("mink> ") > len(lines)
    check_farewell(output)

# SPDX-License-Identifier: MIT
"""The line editor on the real console: keys, history, completion, garbage. `help mode` serves as a visible effect."""
import contextlib
import time

from conftest import BOARD, eventually
import pytest

from mink_qemu.console import Timeout

pytestmark = pytest.mark.each_board

EFFECT = "mode: shows or sets what the console may be sent"
UP, DOWN, RIGHT, LEFT = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"
HOME, END, DELETE = "\x1b[H", "\x1b[F", "\x1b[3~"


@pytest.fixture
def keys(console):
    """Types keys at a prompt of a terminal; what comes until the next prompt."""
    console.ok("mode ansi")

    def press(text):
        console.console.send(text)
        return console.console.read_until_prompt(10)

    yield press
    press("\x03")
    console.ok("mode plain")


@pytest.mark.parametrize("typed", [
    "help modeX\x7f\n",
    "help modXX\x08\x08e\n",
    "elp mode\x01h\n",
    "elp mode" + HOME + "h" + END + "\n",
    "help mde" + LEFT * 2 + "o\n",
    "help mde" + LEFT * 3 + RIGHT + "o\r",
    "Xhelp mode\x01" + DELETE + "\n",
    "Xhelp mode\x1b[1~\x04\n",
    "help mode XXX\x17\n",
    "XXX\x15help mode\n",
    "help modeXXX" + LEFT * 3 + "\x0b\n",
    "help \x0cmode\n",
    "\x1bhelp mode\r\n",
    "help\x1b[99;98Z mode\n",
    "he\x80\xff\x00\x1b[\x02\x05lp mode\n",
])
def test_keys(keys, typed):
    assert EFFECT in keys(typed)


def test_history(keys):
    keys("help mode\n")
    keys("nonsense\n")
    assert EFFECT in keys(UP + UP + "\n")
    assert EFFECT in keys("draft" + UP + DOWN + "\x15help mode\n")
    assert EFFECT in keys(UP * 40 + DOWN * 50 + "help mode\n")


def test_tab_completes_commands_and_files(keys):
    assert EFFECT in keys("he\tmod\t\n")
    assert "BogoMIPS" not in keys("cat /proc/int\t\n")
    listed = keys("watc\t-c 1 help po\t\n")
    assert "poweroff: ends the machine" in listed
    both = keys("h\t\t\x03")
    assert "help  history" in both


def test_a_terminal_is_noticed(boot):
    mink = boot()
    assert mink.ok("mode") == "auto\n"
    mink.console.send("statuX\x7fs\n")
    assert "\x1b[" in mink.console.read_until_prompt(10)
    assert mink.ok("mode") == "ansi\n"


def test_plain_sends_no_control_codes(boot):
    mink = boot()
    mink.ok("mode plain")
    for typed in ("help mo\tde\x7fe" + LEFT + "\n", "\x1b[Ahelp\n", "help '\x1b[31m\x07'\n", "help \xe9\n", "\x0chelp\n"):
        mink.console.send(typed)
        text = mink.console.read_until_prompt(10)
        assert all(c == "\n" or " " <= c <= "~" for c in text), repr(text)


def test_a_long_line_is_refused_whole(console):
    console.console.send("help " + "x" * 4091 + "\n")
    assert "line too long: at most 1023 characters" in console.console.read_until_prompt(10)
    assert console.text_of("status") == "2\n"
    assert EFFECT in console.ok("help mode")


def test_ctrl_c_leaves_the_line(keys):
    keys("poweroff 3\x03")
    assert EFFECT in keys("help mode\n")


def test_quotes_and_semicolons(console):
    assert console.ok("'help' \"mode\"; help status").count("usage:") == 2
    assert "not closed" in console.fails("help 'mode")
    assert "'a;b' is no command" in console.fails("help a\\;b")
    assert "too many words" in console.fails("help " + "x " * 40)


def test_many_piped_lines_are_not_lost(console):
    lines = [f"sym 0x{0xc0008000 + 4 * i:08x}" for i in range(500)]
    console.console.send("\n".join(lines) + "\nhelp mode\n")
    text = ""
    while EFFECT not in text:
        text += console.console.read_until_prompt(20)
    addresses = [line for line in text.splitlines() if line.startswith("c000")]
    assert len(addresses) == 500
    assert text.count("mink> ") <= 501


@pytest.mark.parametrize("command, ends_with", [("watch uptime", ""), ("soak 60", "soak: stopped early")])
def test_ctrl_c_ends_a_long_command(console, command, ends_with):
    console.console.send_line(command)
    time.sleep(0.3)
    console.console.send("\x03")
    text = ""
    while "^C" not in text:
        text += console.console.read_until_prompt(10)
    assert ends_with in text
    assert EFFECT in console.ok("help mode")


@pytest.mark.skipif(not BOARD.card, reason="no slot for a card")
@pytest.mark.parametrize("mode", ["plain", "ansi"])
def test_log_text_does_not_destroy_the_edited_line(boot_console, tmp_path, mode):
    """The card is found while a line is typed."""
    card = tmp_path / "card.img"
    with open(card, "wb") as file:
        file.truncate(1 << 20)
    console = boot_console(append=f"mode={mode}", card=card)
    console.read_until_prompt(10)
    console.send("help mo")

    def drawn_again():
        with contextlib.suppress(Timeout):
            console.read_until_prompt(0.1)
        _, found, behind = console.transcript.rpartition("card: QEMU!")
        return found and behind.count("mink> help mo") == 1

    assert eventually(drawn_again, 10), console.transcript
    console.send("de\n")
    assert EFFECT in console.read_until_prompt(10)

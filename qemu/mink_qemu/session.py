# SPDX-License-Identifier: MIT
"""What qemu/run does with a machine: leave the user at it, type commands for them, or watch it run by itself."""
import os
import subprocess
import sys
import termios

from .console import POWER_OFF, POWER_OFF_START, PROMPT, Console, Ended

NO_STATUS = 125  # the machine ended without saying how


def emit(text):
    sys.stdout.write(text)
    sys.stdout.flush()


def typed(argv, commands):
    """Types each command at a prompt. The status of the first that failed, as `poweroff ?` gives it."""
    console = Console(argv, emit)
    try:
        console.read_until_prompt()
        for command in commands:
            emit(PROMPT)
            console.send_line(command)
            console.read_until_prompt()
        console.on_text = lambda text: None
        console.send_line("poweroff ?")
        console.read_until_end()
    except (Ended, BrokenPipeError):
        pass  # one of the commands was the end: poweroff, reboot, a panic
    finally:
        console.kill()
    return status_of(console)


def watched(argv):
    """Nobody types: the kernel command line has the commands, or the image runs its tests."""
    console = Console(argv, emit)
    try:
        console.read_until_end()
    finally:
        console.kill()
    return status_of(console)


def status_of(console):
    if console.status is not None:
        return console.status
    print("qemu/run: the machine ended without a status", file=sys.stderr)
    return NO_STATUS


class LastLine:
    """Lets a console's bytes through, but not its power-off line: that becomes `status`."""

    def __init__(self):
        self.status = None
        self._held = b""
        self._line_began = False

    def feed(self, chunk):
        """What may be shown now. A line is shown as it grows, unless it may turn out to be the last one."""
        shown = b""
        *whole, rest = (self._held + chunk).split(b"\n")
        for line in whole:
            line = line.removesuffix(b"\r")  # QEMU leaves the terminal's own translation of line feeds on
            match = None if self._line_began else POWER_OFF.match(line.decode("utf-8", "replace"))
            if match:
                self.status = int(match[1])
            else:
                shown += line + b"\n"
            self._line_began = False
        start = POWER_OFF_START.encode()
        if not self._line_began and start.startswith(rest[:len(start)]):
            self._held = rest
        else:
            self._held = b"\r" if rest.endswith(b"\r") else b""
            shown += rest.removesuffix(b"\r")
            self._line_began = True
        return shown

    def rest(self):
        return self._held


def interactive(argv):
    """The user's own terminal: QEMU reads it raw. Its output passes through here, for the last line's sake."""
    saved = termios.tcgetattr(sys.stdin.fileno())
    process = subprocess.Popen(argv, stdout=subprocess.PIPE)
    last_line = LastLine()
    try:
        while chunk := os.read(process.stdout.fileno(), 65536):
            sys.stdout.buffer.write(last_line.feed(chunk))
            sys.stdout.buffer.flush()
        sys.stdout.buffer.write(last_line.rest())
        process.wait()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, saved)
    return 0 if last_line.status is None else last_line.status  # no status: left with Ctrl-] X

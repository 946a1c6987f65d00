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


def interactive(argv):
    """The user's own terminal: QEMU reads it raw. Its output passes through here, for the last line's sake."""
    saved = termios.tcgetattr(sys.stdin.fileno())
    process = subprocess.Popen(argv, stdout=subprocess.PIPE)
    status, line = None, b""
    try:
        while chunk := os.read(process.stdout.fileno(), 65536):
            line += chunk
            *whole, line = line.split(b"\n")
            for one in whole:
                match = POWER_OFF.match(one.decode("utf-8", "replace").strip("\r"))
                status = int(match[1]) if match else status
                if not match:
                    sys.stdout.buffer.write(one + b"\n")
            # A line is shown as it grows, unless it may turn out to be the last one.
            start = POWER_OFF_START.encode()
            if line and not start.startswith(line[:len(start)]):
                sys.stdout.buffer.write(line)
                line = b""
            sys.stdout.buffer.flush()
        sys.stdout.buffer.write(line)
        process.wait()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, saved)
    return 0 if status is None else status  # no status: left with Ctrl-] X

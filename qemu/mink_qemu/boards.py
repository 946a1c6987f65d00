# SPDX-License-Identifier: MIT
"""The machines of QEMU that mink knows: one entry per folder of board/ that QEMU can be."""
import dataclasses
import re

from . import emulator, entry

MIB = 1 << 20
CARD_LEAST = MIB


@dataclasses.dataclass(frozen=True)
class Board:
    name: str
    machine: tuple  # QEMU's options for it
    default_memory: int
    max_memory: int
    command_line_bytes: int  # of the kernel command line that the kernel keeps
    model: str | None = None  # the folder of qemu/ with the model, where QEMU itself has no such machine
    ram: int = 0  # where it begins
    card: bool = True  # mink has a driver for its slot for one
    min_memory: int = MIB
    firmware_memory: int = 0  # what of the machine's memory the kernel is not told of
    fast_line: tuple = ()  # QEMU's options that make its serial line as fast as the CPU: with --icount, and in most tests


# ARM's own boards have a sound chip, for which QEMU would go and look for the host's.
SILENCE = ("-audiodev", "none,id=silence", "-global", "pl041.audiodev=silence")

BOARDS = {
    "versatilepb": Board("versatilepb", ("-M", "versatilepb", "-cpu", "arm1176", *SILENCE), 128 * MIB, 256 * MIB, 1023),
    "realview-pb-a8": Board("realview-pb-a8", ("-M", "realview-pb-a8", *SILENCE), 128 * MIB, 512 * MIB, 1023, ram=0x70000000),
    "raspi1": Board("raspi1", ("-M", "raspi1ap"), 512 * MIB, 512 * MIB, 1023, card=False, min_memory=512 * MIB, firmware_memory=64 * MIB),
    "s3c6410": Board("s3c6410", ("-M", "smdk6410"), 128 * MIB, 256 * MIB, 1023, model="s3c6410", ram=0x50000000, min_memory=16 * MIB,
                     # Its line has a rate: waiting for that would be counted.
                     fast_line=("-global", "mink-s3c6410-uart.baud=0")),
}


def parse_size(text):
    """Bytes of '64M', '65536K', '67108864'. ValueError if it is none."""
    match = re.fullmatch(r"(\d+)([KMG]?)B?", text.strip(), re.I)
    if not match:
        raise ValueError(f"'{text}' is not a size: try 64M")
    return int(match[1]) * {"": 1, "K": 1 << 10, "M": MIB, "G": 1 << 30}[match[2].upper()]


def quote_exec(commands):
    """The kernel command line's exec="..." for these commands. ValueError if they cannot be quoted."""
    text = "; ".join(commands)
    if '"' in text and "'" in text:
        raise ValueError("exec on the kernel command line takes one kind of quotes, not both")
    return 'exec="' + text.replace('"', "'") + '"'


def check_card(path):
    """ValueError if this file cannot be a card of QEMU's: it wants a power of two, and the protocol whole blocks."""
    try:
        with open(path, "rb") as file:
            size = file.seek(0, 2)
    except OSError as error:
        raise ValueError(f"no card: {path}: {error.strerror}") from error
    if size < CARD_LEAST or size & (size - 1):
        raise ValueError(f"{path} has {size} bytes; a card has a power of two, from {CARD_LEAST // MIB}M on: "
                         f"truncate -s 16M {path}")


def qemu_argv(board, image, memory=None, append="", commands=None, icount=False, gdb_port=None, interactive=False, card=None, icount_shift=0,
              entered=None):
    """The command that boots `image` (a path). ValueError says what is wrong with the wishes.

    entered: as which boot loader does it (entry.py); None: as QEMU does. card: a file that is the SD card in the slot. commands: travel in the kernel command line. interactive: a person sits there; the monitor is behind the escape key,
    Ctrl-], and a panic stays on the screen. Else a panic powers off, so that nobody waits for the time to be up.
    """
    memory = board.default_memory if memory is None else memory
    if entered is not None and entry.parse(entered)[0] == "go" and (append or commands is not None):
        raise ValueError("with `go` the boot loader gives the kernel no command line")
    if not board.min_memory <= memory <= board.max_memory:
        limit = "just" if board.min_memory == board.max_memory else "at most"
        raise ValueError(f"{board.name} has {limit} {board.max_memory // MIB}M of memory")
    if memory % MIB:
        raise ValueError("QEMU gives memory by whole megabytes")
    if not interactive and not re.search(r"(^| )panic=", append):
        append = ("panic=1 " + append).strip()
    if commands is not None:
        append = (append + " " + quote_exec(commands)).strip()
    if len(append.encode()) > board.command_line_bytes:
        raise ValueError(f"the kernel command line would have {len(append.encode())} bytes, "
                         f"{board.command_line_bytes} are kept: use fewer commands, or none with --icount")
    loading = ["-kernel", str(image)] if entered is None else entry.options(board, image, entered, memory)
    argv = [*emulator.command(board), *board.machine, "-m", str(memory // MIB), *loading, "-display", "none", "-nic", "none", "-no-reboot"]
    argv += ["-echr", "0x1d", "-serial", "mon:stdio"] if interactive else ["-serial", "stdio", "-monitor", "none"]
    if card is not None:
        if not board.card:
            raise ValueError(f"mink knows no slot for a card on {board.name}")
        check_card(card)
        # QEMU's own quoting: a comma in the name is two.
        argv += ["-drive", f"file={str(card).replace(',', ',,')},if=sd,format=raw"]
    if append:
        argv += ["-append", append]
    if icount:
        argv += board.fast_line
        # Unless a person waits, idle time is skipped: else the clock would begin, and go on in idle, with the host's.
        argv += ["-icount", f"shift={icount_shift}" + ("" if commands is None else ",sleep=off")]
        # And the time of day is always the same one.
        argv += ["-rtc", "base=2000-01-01T00:00:00,clock=vm"]
    if gdb_port is not None:
        argv += ["-S", "-gdb", f"tcp:127.0.0.1:{gdb_port}"]
    return argv


def split_commands(line):
    """The commands of 'cmd; cmd': a semicolon in quotes or behind a backslash separates nothing."""
    commands, current, quote, escaped = [], "", "", False
    for c in line:
        if not escaped and not quote and c in ";\n":
            commands.append(current.strip())
            current = ""
            continue
        if escaped:
            escaped = False
        elif c == "\\" and quote != "'":
            escaped = True
        elif quote:
            quote = "" if c == quote else quote
        elif c in "'\"":
            quote = c
        current += c
    commands.append(current.strip())
    return [command for command in commands if command]

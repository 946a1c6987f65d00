# SPDX-License-Identifier: MIT
"""Builds mink and boots it in QEMU. Installs what is missing first. Leave with Ctrl-] X.

With --exec, or with commands on standard input, types them at the prompt and powers off; the exit status is that of the
first that failed. 124: the time was up; 125: the machine ended without a status; 2: a wrong option or a failed build.
"""
import argparse
import signal
import socket
import sys

from . import boards, build, session

TIMED_OUT = 124
USAGE = 2


class TimeIsUp(BaseException):
    """Raised wherever the program is when --timeout expires."""


def parse_arguments(argv):
    parser = argparse.ArgumentParser(prog="qemu/run", description=__doc__.splitlines()[0], epilog="\n".join(__doc__.splitlines()[2:]),
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--board", default="versatilepb", choices=sorted(boards.BOARDS), help="(default: %(default)s)")
    parser.add_argument("--mem", metavar="SIZE", help="memory of the machine, as 64M")
    parser.add_argument("--entry", metavar="STATE[@ADDRESS]",
                        help="start the image as the board's boot loader does: bootm, go, off (its MMU); go@50008000")
    parser.add_argument("--sd", metavar="FILE", help="the image of the card in the slot: a power of two in size, as `truncate -s 16M FILE` makes it")
    parser.add_argument("--append", metavar="TEXT", default="", help="kernel command line")
    parser.add_argument("--exec", metavar="COMMANDS", help='"cmd; cmd": run these, then power off')
    parser.add_argument("--timeout", metavar="SECONDS", type=float,
                        help="give up after this long, exit 124 (default: 120 unless a person is at the terminal)")
    parser.add_argument("--icount", action="store_true",
                        help="count instructions (-icount shift=0): the same run twice prints the same figures")
    parser.add_argument("--gdb", action="store_true", help="wait for gdb before the first instruction")
    parser.add_argument("--image", choices=sorted(build.IMAGES), default="kernel",
                        help="the kernel with its shell, or the unit tests on the target")
    parser.add_argument("--no-build", action="store_true", help="boot what was built before")
    return parser.parse_args(argv)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def commands_from_stdin():
    for line in sys.stdin:
        if line.strip():
            yield line.rstrip("\r\n")


def run(options):
    image = build.image_path(options.board, options.image)
    commands = None if options.exec is None else boards.split_commands(options.exec)
    by_hand = options.exec is None and options.image == "kernel" and sys.stdin.isatty()
    if commands is None and options.image == "kernel" and not by_hand:
        commands = commands_from_stdin()
    if not options.no_build:
        build.image(options.board, options.image)
    if not image.exists():
        raise ValueError(f"there is no {image}")
    gdb_port = free_port() if options.gdb else None
    on_command_line = list(commands) if options.icount and commands is not None else None
    argv = boards.qemu_argv(boards.BOARDS[options.board], image,
                            memory=None if options.mem is None else boards.parse_size(options.mem),
                            append=options.append, commands=on_command_line, icount=options.icount, gdb_port=gdb_port,
                            interactive=by_hand, card=options.sd, entered=options.entry)
    if gdb_port is not None:
        elf = image.with_suffix(".elf")
        print(f"waiting for gdb: gdb-multiarch {elf} -ex 'target remote :{gdb_port}'", file=sys.stderr, flush=True)

    timeout = options.timeout
    if timeout is None and not by_hand and gdb_port is None:
        timeout = 120
    if timeout:
        signal.setitimer(signal.ITIMER_REAL, timeout)
    if by_hand:
        return session.interactive(argv)
    if on_command_line is not None or options.image == "tests":
        return session.watched(argv)
    return session.typed(argv, commands)


def main():
    def expire(_signal, _frame):
        raise TimeIsUp

    signal.signal(signal.SIGALRM, expire)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        return min(run(parse_arguments(sys.argv[1:])), 255)
    except TimeIsUp:
        print("\nqemu/run: the time is up", file=sys.stderr)
        return TIMED_OUT
    except (ValueError, build.BuildError) as error:
        print(f"qemu/run: {error}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        return 128 + signal.SIGPIPE


if __name__ == "__main__":
    sys.exit(main())

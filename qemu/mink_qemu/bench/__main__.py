# SPDX-License-Identifier: MIT
"""What each operation of mink costs in guest instructions, beside the best of four builds of Linux 6.1 on the same emulated CPU.

Each operation gets boots of its own: one under -icount shift=0 for the mean of a loop, one under shift=6 for single calls, one with
qemu/plugin for memory accesses and cache lines. The same image gives the same figures. Exit status 1: something grew (--scaling), or costs
more than before (--compare).
"""
import argparse
import json
import pathlib
import subprocess
import sys

from .. import build
from . import chart, machine, measure, peers, report, scaling


def parse_arguments():
    parser = argparse.ArgumentParser(prog="qemu/bench", description=__doc__.splitlines()[0], epilog="\n".join(__doc__.splitlines()[2:]),
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("operations", metavar="OP", nargs="*", help="(default: all; `qemu/run --exec 'bench ?'` names them)")
    parser.add_argument("--json", metavar="FILE", type=pathlib.Path, help="the figures, to compare with later")
    parser.add_argument("--svg", metavar="FILE", type=pathlib.Path, help="the chart")
    parser.add_argument("--markdown", metavar="FILE", type=pathlib.Path, help="puts the table where FILE (docs/performance.md) has its marks")
    parser.add_argument("--compare", metavar="OLD.json", type=pathlib.Path, help="what differs from then")
    parser.add_argument("--scaling", action="store_true", help="at several sizes of memory, with more and more live objects and areas")
    parser.add_argument("--peers", action="store_true", help="newlib's and newlib-nano's malloc, interrupts masked, beside kmalloc")
    return parser.parse_args()


def say(what):
    if sys.stderr.isatty():
        print(f"\r\033[K{what}", end="", file=sys.stderr, flush=True)


def write_json(path, result):
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def run_scaling(options, names):
    result = scaling.measure([name for name in names if not measure.is_worst(name)], say)
    say("")
    print("\n".join(scaling.table(result)))
    if options.json:
        write_json(options.json, result)
    if options.svg:
        chart.lines(result, options.svg)
    if options.markdown:
        report.put_into(options.markdown, "qemu/bench --scaling", scaling.markdown(result))
    grown = list(scaling.growth(result))
    for name, what, size, cost, most in grown:
        print(f"{name} grows with {what}: {cost} at {size}, {most:.0f} allowed")
    return 1 if grown else 0


def run_peers(options):
    result = peers.measure(say)
    say("")
    print("\n".join(peers.table(result)))
    if options.json:
        write_json(options.json, result)
    if options.markdown:
        report.put_into(options.markdown, "qemu/bench --peers", peers.markdown(result))
    return 0


def run(options):
    if options.peers:
        return run_peers(options)
    build.image(machine.BOARD.name, "kernel")
    known = machine.operations()
    wrong = [name for name in options.operations if name not in known]
    if wrong:
        raise ValueError(f"no operation {', '.join(wrong)}; there are {' '.join(known)}")
    names = options.operations or known
    if options.scaling:
        return run_scaling(options, names)
    old = json.loads(options.compare.read_text(encoding="utf-8")) if options.compare else None  # --json may be about to replace it
    rows = {name: measure.operation(name, say) for name in names}
    if not options.operations:
        rows.update(measure.sizes())
    say("")
    print("\n".join(report.table(rows)))
    if options.json:
        write_json(options.json, rows)
    if options.markdown:
        report.put_into(options.markdown, "qemu/bench", report.markdown(rows))
    if options.svg:
        chart.bars(rows, options.svg)
    if old is not None:
        lines, worse = report.comparison(old, rows)
        print(f"\nagainst {options.compare}:\n" + "\n".join(lines))
        return 1 if worse else 0
    return 0


def main():
    try:
        return run(parse_arguments())
    except (ValueError, OSError, build.BuildError, subprocess.TimeoutExpired) as error:
        print(f"qemu/bench: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())

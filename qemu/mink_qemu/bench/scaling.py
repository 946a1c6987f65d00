# SPDX-License-Identifier: MIT
"""Does a cost grow with memory, with live objects, with live areas? One boot for each size, all operations in it."""
import math

from . import machine
from .report import number

MEMORY, OBJECTS, AREAS = "MB of memory", "live objects of 64 bytes", "live areas of a page"
SIZES = {MEMORY: (16, 64, 128, 256), OBJECTS: (10, 1_000, 100_000), AREAS: (10, 1_000, 50_000)}
ROWS_AT_ONCE = 24  # a command of the shell has 32 words
SLACK = 1.05, 8  # a factor, and instructions: the clock's step, and a list more or less full


def measure(names, say):
    """{what grows: {size: {operation: cost}}}"""
    result = {}
    for what, sizes in SIZES.items():
        result[what] = {}
        for size in sizes:
            say(f"{size} {what}")
            options = {MEMORY: "", OBJECTS: f"live {size} ", AREAS: f"areas {size} "}[what]
            parts = [names[i:i + ROWS_AT_ONCE] for i in range(0, len(names), ROWS_AT_ONCE)]
            text = machine.boot([f"bench {options}{' '.join(part)}" for part in parts], memory=size << 20 if what == MEMORY else None)
            result[what][str(size)] = {name: row.cost for name, row in machine.rows_of(text).items()}
    return result


def growth(result):
    """What grows that must not: (operation, what, size, cost there, the most it may be)."""
    factor, instructions = SLACK
    for what in (MEMORY, AREAS):
        columns = result[what]
        sizes = list(columns)
        for name, first in columns[sizes[0]].items():
            for size in sizes[1:]:
                cost = columns[size].get(name)
                if cost is None or first is None:
                    continue
                allowed = 1 if what == MEMORY else math.log2(int(size)) / math.log2(int(sizes[0]))
                most = first * allowed * factor + instructions
                if cost > most:
                    yield name, what, size, cost, most


def operations(result):
    return list(dict.fromkeys(name for columns in result.values() for costs in columns.values() for name in costs))


def table(result):
    yield f"{'':<19}" + "".join(f"{what:>{9 * len(columns)}}" for what, columns in result.items())
    yield f"{'operation':<19}" + "".join(f"{size:>9}" for columns in result.values() for size in columns)
    for name in operations(result):
        yield f"{name:<19}" + "".join(f"{number(costs.get(name)):>9}" for columns in result.values() for costs in columns.values())


def markdown(result):
    yield "| operation | " + " | ".join(f"{size} {what.split()[0 if what == MEMORY else 1]}" for what, columns in result.items() for size in columns) + " |"
    yield "|---|" + "---|" * sum(len(columns) for columns in result.values())
    for name in operations(result):
        yield f"| {name} | " + " | ".join(number(costs.get(name)) for columns in result.values() for costs in columns.values()) + " |"

# SPDX-License-Identifier: MIT
"""kmalloc beside what else a bare-metal developer could link: an image for each, tests/peers."""
import re

from .. import build
from . import machine, measure as own
from .report import number

UNCHECKED = ("newlib", "newlib-nano")


def measure(say):
    """{allocator: {row: {"title", "cost", "alloc", "free"}}}; kmalloc's are from the image of the first."""
    result = {}
    for peer in UNCHECKED:
        say(peer)
        build.image(machine.BOARD.name, peer)
        plain, exact = (machine.boot(["-"], shift=shift, image=peer) for shift in (0, own.EXACT_SHIFT))
        for allocator, text, precise in zip(("malloc", "kmalloc"), parts(plain), parts(exact)):
            rows = {name: {"title": title, "cost": int(size)} for name, title, size in (
                ("memory-4096x", "bytes for 4096 live objects of 64", of(text, "memory-4096x")),
                ("memory-churn", "bytes at the churn's peak", of(text, "memory-churn")))}
            calls = machine.rows_of(precise)
            for name, row in machine.rows_of(text).items():
                rows[name] = {"title": row.title, "cost": row.cost, "alloc": calls[name].take, "free": calls[name].give}
            result.setdefault(peer if allocator == "malloc" else "mink", rows)
    return {"mink": result.pop("mink"), **result}


def parts(text):
    return re.split(r"^allocator \w+\n", text, flags=re.M)[1:]


def of(text, key):
    return re.search(rf"^{key} (\d+) bytes$", text, re.M)[1]


def table(result):
    names = list(result)
    yield f"{'':<40}" + "".join(f"{name:>24}" for name in names)
    yield f"{'':<40}" + "".join(f"{'mean  worst alloc/free':>24}" for _ in names)
    for name in result["mink"]:
        cells = []
        for allocator in names:
            row = result[allocator][name]
            worst = "/".join(number(row[side][2]) for side in ("alloc", "free")) if row.get("alloc") else ""
            cells.append(f"{number(row['cost']):>10}{worst:>14}")
        yield f"{result['mink'][name]['title']:<40}" + "".join(cells)


def markdown(result):
    yield "| | " + " | ".join(result) + " |"
    yield "|---|" + "---|" * len(result)
    for name, first in result["mink"].items():
        cells = []
        for rows in result.values():
            row = rows[name]
            worst = f" ({row['alloc'][2]} / {row['free'][2]})" if row.get("alloc") else ""
            cells.append(number(row["cost"]) + worst)
        yield f"| {first['title']} | " + " | ".join(cells) + " |"

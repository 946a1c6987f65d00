# SPDX-License-Identifier: MIT
"""All that is measured of an operation: means at shift=0, single calls at shift=6, memory accesses by the plugin."""
import re
import sys

from .. import build
from . import machine

sys.path.insert(0, str(build.ROOT / "tools"))
import size_report  # noqa: E402  pylint: disable=wrong-import-position

PER_CALL = {"bulk-alloc": 256, "bulk-free": 256, "pages-bulk": 512}  # objects of one call
EXACT_SHIFT = 6
WHOLE = ("boot", "memtotal", "text-mm")  # rows about the kernel as a whole


def is_worst(name):
    return "worst" in name


def accesses(name):
    """Loads and stores, cache lines of data and of instructions of an operation: means, and the most of any call for a row about
    the worst one."""
    takes, gives = machine.profile(name).operations
    if is_worst(name):
        most = (gives if "free" in name else takes)["most"]
        return {"loads_stores": most["loads"] + most["stores"], "data_lines": most["dlines"], "code_lines": most["ilines"]}
    side = {"alloc": [takes], "bulk": [takes], "free": [gives]}.get(name.rpartition("-")[2])
    if side is None:
        if gives["count"] == 0:  # a loop of pairs: each is two operations
            side = [takes, takes]
        else:
            side = [takes, gives]
    each = PER_CALL.get(name, 1)

    def mean(*keys):
        return round(sum(s["sum"][key] / s["count"] for s in side for key in keys) / each, 2)
    return {"loads_stores": mean("loads", "stores"), "data_lines": mean("dlines"), "code_lines": mean("ilines")}


def operation(name, say):
    """One row of the result."""
    say(name)
    row = machine.rows_of(machine.boot([f"bench {name}"]))[name]
    exact = machine.rows_of(machine.boot([f"bench {name}"], shift=EXACT_SHIFT))[name]
    result = {"title": row.title, "cost": exact.cost if is_worst(name) else row.cost, "linux": row.linux, "at_most": row.at_most,
              "alloc": exact.take, "free": exact.give}
    if row.cost is not None:
        result.update(accesses(name))
    return result


def sizes():
    """What is measured of the kernel as a whole, as rows: name -> row."""
    text = machine.boot(["bench sizes", "cat /proc/meminfo"])
    boot = int(re.search(r"^boot to prompt +(\d+) instructions$", text, re.M)[1])
    total = int(re.search(r"^MemTotal: +(\d+) kB$", text, re.M)[1])
    folders = size_report.sizes((build.ROOT / "build" / machine.BOARD.name / "mink.map").read_text(encoding="utf-8"))
    return dict(zip(WHOLE, (
        {"title": "first instruction to prompt, 128 MB", "cost": boot, "linux": 23_700_000, "at_most": 1_000_000},
        {"title": "MemTotal of 131072 kB, kB", "cost": total, "linux": 126_260, "at_least": 129_000},
        # Of the kernel mm/ alone has Thumb code, so it pays for each veneer between the two.
        {"title": "text of mm/, bytes", "cost": folders["mm"]["text"] + folders["veneers"]["text"], "linux": 100_900, "at_most": 45_000},
    )))

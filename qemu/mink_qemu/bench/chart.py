# SPDX-License-Identifier: MIT
"""Results as pictures, by matplotlib. The same figures make the same file."""

from .measure import WHOLE, is_worst


def pyplot():
    import matplotlib  # pylint: disable=import-outside-toplevel
    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "mink", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 9})
    from matplotlib import pyplot as plot  # pylint: disable=import-outside-toplevel
    return plot


def save(figure, path):
    figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None}, bbox_inches="tight")


def bars(rows, path):
    """mink beside Linux, operation by operation; instructions on a logarithmic scale."""
    plot = pyplot()
    shown = [row for name, row in rows.items() if row["cost"] and row.get("linux") and not is_worst(name) and name not in WHOLE]
    places = range(len(shown))
    figure, axes = plot.subplots(figsize=(9, 0.32 * len(shown) + 1))
    axes.barh([p - 0.2 for p in places], [row["cost"] for row in shown], 0.38, label="mink, with every check of a bad free", color="#2f6f9f")
    axes.barh([p + 0.2 for p in places], [row["linux"] for row in shown], 0.38, label="Linux 6.1, the best of four builds", color="#c8c8c8")
    for place, row in zip(places, shown):
        axes.text(row["cost"], place - 0.2, f" {row['cost']:.0f}", va="center", fontsize=7)
        axes.text(row["linux"], place + 0.2, f" {row['linux']:.0f}", va="center", fontsize=7, color="#666666")
    axes.set_yticks(list(places), [row["title"] for row in shown])
    axes.set_xscale("log")
    axes.set_xlim(10, None)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_xlabel("guest instructions, call and return included (QEMU, arm1176, -icount)")
    axes.legend(loc="lower center", bbox_to_anchor=(0.4, 1), ncols=2, frameon=False)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    save(figure, path)


def lines(scaling, path):
    """One panel for each thing that grows; a line for each operation, relative to its cost at the smallest size."""
    plot = pyplot()
    figure, panels = plot.subplots(1, len(scaling), figsize=(4 * len(scaling), 3.5), sharey=True)
    highest, labels = 1, 0
    for axes, (what, columns) in zip(panels, scaling.items()):
        sizes = list(columns)
        for name, first in columns[sizes[0]].items():
            if not all(columns[size].get(name) for size in sizes):
                continue
            relative = [columns[size][name] / first for size in sizes]
            highest = max(highest, *relative)
            axes.plot([int(size) for size in sizes], relative, marker="o", markersize=3, linewidth=0.8, color="#2f6f9f", alpha=0.6)
            if abs(relative[-1] - 1) > 0.1:
                labels += 1
                axes.annotate(name, (int(sizes[-1]), relative[-1]), xytext=(-4 - 50 * (labels % 2), 4), textcoords="offset points", ha="right", fontsize=7)
        axes.set_xscale("log")
        axes.set_xticks([int(size) for size in sizes], sizes)
        axes.minorticks_off()
        axes.set_xlabel(what)
    panels[0].set_ylim(0, highest * 1.15)
    panels[0].set_ylabel("cost, relative to the first")
    save(figure, path)

# SPDX-License-Identifier: MIT
"""Results as text: the table, and the difference between two."""

HEADING = (f"{'operation (pair = allocate + free)':<46}{'mink':>10}{'Linux':>9}{'ratio':>7}{'at most':>9}  {'':2}{'an alloc':>18}{'a free':>18}"
           f"{'ld+st':>8}{'D lines':>8}{'I lines':>8}")


def number(value):
    if value is None:
        return "-"
    return f"{value:.0f}" if float(value).is_integer() or value >= 1000 else f"{value:.1f}"


def meets(row):
    """Is the target met? None: there is none."""
    if row["cost"] is None:
        return False
    if row.get("at_least") is not None:
        return row["cost"] >= row["at_least"]
    return row["cost"] <= row["at_most"] if row.get("at_most") is not None else None


def calls(row, side, none="-"):
    """Single calls: the least, the median, the most."""
    return "/".join(map(number, row[side])) if row.get(side) else none


def line(row):
    ratio = f"{row['cost'] / row['linux']:.2f}" if row["cost"] is not None and row.get("linux") else "-"
    target = f">={row['at_least']}" if "at_least" in row else number(row.get("at_most"))
    mark = {True: "ok", False: "NO", None: ""}[meets(row)]
    return (f"{row['title']:<46}{number(row['cost']):>10}{number(row.get('linux')):>9}{ratio:>7}{target:>9}  {mark:2}{calls(row, 'alloc'):>18}{calls(row, 'free'):>18}"
            f"{number(row.get('loads_stores')):>8}{number(row.get('data_lines')):>8}{number(row.get('code_lines')):>8}")


def table(rows):
    yield f"{'':<83}{'least/median/most':^36}"
    yield HEADING
    for row in rows.values():
        yield line(row)
    judged = [meets(row) for row in rows.values() if meets(row) is not None]
    yield f"{sum(judged)} of {len(judged)} targets met"


def markdown(rows):
    yield "| operation (pair = allocate + free) | mink | Linux | ratio | at most | met | an alloc: least / median / most | a free | loads + stores | data lines | code lines |"
    yield "|---" * 11 + "|"
    for row in rows.values():
        ratio = f"{row['cost'] / row['linux']:.2f}" if row["cost"] is not None and row.get("linux") else "–"
        target = f"≥ {row['at_least']}" if "at_least" in row else number(row.get("at_most"))
        met = {True: "yes", False: "**no**", None: ""}[meets(row)]
        yield (f"| {row['title']} | {number(row['cost'])} | {number(row.get('linux'))} | {ratio} | {target} | {met} | "
               f"{calls(row, 'alloc', '–')} | {calls(row, 'free', '–')} | "
               f"{number(row.get('loads_stores'))} | {number(row.get('data_lines'))} | {number(row.get('code_lines'))} |")


def comparison(old, new):
    """Lines about what differs from `old`, and whether anything costs more."""
    worse = False
    lines = []
    for name, row in new.items():
        before, now = old.get(name, {}).get("cost"), row["cost"]
        if before is None or now is None or before == now:
            if before is None or now is None:
                lines.append(f"{row['title']:<46}{number(before):>10}{number(now):>10}")
            continue
        more = now < before if "at_least" in row else now > before
        worse = worse or more
        lines.append(f"{row['title']:<46}{number(before):>10}{number(now):>10}{100 * (now - before) / before:>+8.1f} %{'  worse' if more else ''}")
    return lines or ["nothing differs"], worse


def put_into(path, mark, lines):
    """Writes the lines between `<!-- mark -->` and `<!-- end -->` of a file. ValueError: it has no such marks."""
    text = path.read_text(encoding="utf-8")
    begin, end = f"<!-- {mark} -->\n", "<!-- end -->"
    head, found, tail = text.partition(begin)
    if not found or end not in tail:
        raise ValueError(f"{path} has no {begin.strip()} with {end} behind it")
    path.write_text(head + begin + "\n".join(lines) + "\n" + tail[tail.index(end):], encoding="utf-8")

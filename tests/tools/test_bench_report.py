# SPDX-License-Identifier: MIT
"""qemu/bench without a machine: what it reads, judges and compares."""
import pytest

from mink_qemu.bench import machine, report, scaling

LINES = """kmalloc64         kmalloc(64) + kfree                              48.00      108   0.44       48     25     25     25     25     26     26
bulk-alloc        kmem_cache_alloc_bulk 256, per object            31.25     38.8   0.80       12                    -                    -
order10           1024 pages, a block of them listed         no memory
"""


def test_rows_are_read():
    rows = machine.rows_of(LINES)
    assert list(rows) == ["kmalloc64", "bulk-alloc", "order10"]
    assert rows["kmalloc64"].cost == 48 and rows["kmalloc64"].linux == 108 and rows["kmalloc64"].give == (25, 26, 26)
    assert rows["bulk-alloc"].linux == 38.8 and rows["bulk-alloc"].take is None
    assert rows["order10"].cost is None


def row(cost, **more):
    return {"title": "x", "cost": cost, "linux": 100, **more}


def test_targets():
    assert report.meets(row(48, at_most=48))
    assert report.meets(row(48.1, at_most=48)) is False
    assert report.meets(row(None, at_most=48)) is False
    assert report.meets(row(5)) is None
    assert report.meets(row(129_000, at_least=129_000)) and report.meets(row(128_999, at_least=129_000)) is False


def test_comparison():
    assert report.comparison({"a": row(5)}, {"a": row(5)}) == (["nothing differs"], False)
    lines, worse = report.comparison({"a": row(5)}, {"a": row(6)})
    assert worse and "+20.0 %" in lines[0]
    assert not report.comparison({"a": row(6)}, {"a": row(5)})[1]
    assert report.comparison({"a": row(9, at_least=1)}, {"a": row(8, at_least=1)})[1]


def grown(memory=(10, 10), areas=(10, 10)):
    result = {scaling.MEMORY: {"16": {"a": memory[0]}, "256": {"a": memory[1]}}, scaling.OBJECTS: {},
              scaling.AREAS: {"10": {"a": areas[0]}, "50000": {"a": areas[1]}}}
    return [found[1] for found in scaling.growth(result)]


def test_growth():
    assert grown() == []
    assert grown(memory=(100, 120)) == [scaling.MEMORY]
    assert grown(memory=(None, 120)) == []
    assert grown(areas=(100, 470)) == []  # log 50000 / log 10 = 4.7
    assert grown(areas=(100, 520)) == [scaling.AREAS]


def test_a_table_is_put_between_its_marks(tmp_path):
    file = tmp_path / "page.md"
    file.write_text("a\n<!-- x -->\nold\n<!-- end -->\nb\n<!-- y -->\n<!-- end -->\n", encoding="utf-8")
    report.put_into(file, "x", ["new"])
    report.put_into(file, "y", ["too"])
    assert file.read_text(encoding="utf-8") == "a\n<!-- x -->\nnew\n<!-- end -->\nb\n<!-- y -->\ntoo\n<!-- end -->\n"
    with pytest.raises(ValueError):
        report.put_into(file, "z", [])

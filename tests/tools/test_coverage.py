# SPDX-License-Identifier: MIT
"""The coverage figures and the list of lines never run."""
import pytest
from runner import coverage


def report(*lines):
    return {"files": [{"file": "mm/a.cpp", "functions": [{"name": "_Z1f", "demangled_name": "mink::mm::Zone::take(int) const"}],
                       "lines": [{"line_number": n, "count": count, "function_name": "_Z1f",
                                  "branches": [{"count": c, "throw": False} for c in branches]} for n, count, branches in lines]},
                      {"file": "/usr/include/x.h", "functions": [], "lines": [{"line_number": 1, "count": 0, "branches": []}]}]}


def figures(*reports):
    return coverage.merged(reports, lambda path, number: f"line {number};")


def test_a_line_was_run_if_it_was_run_in_one_object():
    found = figures(report((1, 0, [0, 0]), (2, 0, [])), report((1, 3, [3, 0]), (2, 0, [])))
    assert (found.lines, found.lines_run, found.branches, found.branches_run) == (2, 1, 2, 1)
    assert found.never == [("mm/a.cpp", "take", "line 2;")]


def test_an_unnamed_line_and_a_needless_name_are_complained_of():
    found = figures(report(*[(n, 1, []) for n in range(1, 100)], (100, 0, [])))
    good = "why: cannot come\n  mm/a.cpp take: line 100;\n"
    assert coverage.complaints(found, good) == []
    assert coverage.complaints(found, "") == ["never run, and not named:  mm/a.cpp take: line 100;"]
    assert coverage.complaints(found, good + "  mm/a.cpp take: line 1;\n") == ["named, but run or gone: mm/a.cpp take: line 1;"]


def test_too_little_is_complained_of():
    found = figures(report((1, 1, []), (2, 0, [])))
    assert "less than 95.0 % of the lines" in coverage.complaints(found, "why: x\n  mm/a.cpp take: line 2;\n")


def test_a_name_needs_a_why():
    with pytest.raises(ValueError):
        coverage.named("  mm/a.cpp take: line 1;\n")


@pytest.mark.parametrize("demangled, name", [
    ("mink::mm::Zone::take(int) const", "take"), ("mink::mm::(anonymous namespace)::flaw(mink::mm::CacheSpec const&)", "flaw"),
    ("kfree", "kfree"), ("mink::mm::run()::{lambda(int)#1}::operator()(int) const", "run"),
    ("void mink::mm::walk<int (*)(int)>(int)", "walk")])
def test_short_names(demangled, name):
    assert coverage.short_name(demangled) == name

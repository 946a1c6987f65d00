# SPDX-License-Identifier: MIT
"""tests/runner/counts.py: nothing that failed, crashed or never ran may count as passed."""
from collections import Counter

import pytest

from runner.counts import Counts, of_cpputest, of_pytest

OK = "...\nOK (75 tests, 75 ran, 4785 checks, 0 ignored, 0 filtered out, 23 ms)\n\n"
ERRORS = "x\nErrors (2 failures, 75 tests, 74 ran, 4785 checks, 1 ignored, 0 filtered out, 23 ms)\n"
NOTHING = "Errors (ran nothing, 0 tests, 0 ran, 0 checks, 0 ignored, 0 filtered out, 0 ms)\n"


@pytest.mark.parametrize("output, status, counts", [
    (OK, 0, Counts(75, 0)),
    (OK, 1, Counts(74, 1)),
    (ERRORS, 2, Counts(72, 2, Counter({"ignored in its source": 1}))),
    (ERRORS, 0, Counts(72, 2, Counter({"ignored in its source": 1}))),
    (NOTHING, 1, Counts(0, 1)),
    ("....\nkernel panic", 134, Counts(0, 1)),
    ("", 0, Counts(0, 1)),
])
def test_cpputest(output, status, counts):
    assert of_cpputest(output, status) == counts


JUNIT = ('<?xml version="1.0"?><testsuites><testsuite name="pytest" errors="{e}" failures="{f}" skipped="{s}" tests="{t}"/>'
         "</testsuites>")


@pytest.mark.parametrize("tests, failures, errors, skipped, status, counts", [
    (10, 0, 0, 0, 0, Counts(10, 0)),
    (10, 2, 1, 3, 1, Counts(4, 3)),
    (0, 0, 0, 0, 5, Counts(0, 1)),
    (10, 0, 0, 0, 3, Counts(9, 1)),
])
def test_pytest(tmp_path, tests, failures, errors, skipped, status, counts):
    file = tmp_path / "junit.xml"
    file.write_text(JUNIT.format(t=tests, f=failures, e=errors, s=skipped))
    result = of_pytest(file, status)
    assert result.failed == counts.failed
    assert result.passed == counts.passed


def test_what_is_skipped_says_why(tmp_path):
    cases = [f'<testcase name="t{i}"><skipped type="pytest.skip" message="{why}">x</skipped></testcase>' for i, why in
             enumerate(["no card", "--long", "no card"])]
    file = tmp_path / "junit.xml"
    file.write_text('<testsuites><testsuite errors="0" failures="0" skipped="3" tests="5">' + "".join(cases) + "</testsuite></testsuites>")
    counts = of_pytest(file, 0)
    assert counts == Counts(2, 0, Counter({"no card": 2, "--long": 1}))
    assert (counts + counts).skips() == "  2 skipped: --long\n  4 skipped: no card\n"
    assert str(counts) == "2 passed, 0 failed"
    assert Counts(2, 0).skips() == ""


def test_pytest_without_a_file(tmp_path):
    assert of_pytest(tmp_path / "none.xml", 0) == Counts(0, 1)

# SPDX-License-Identifier: MIT
"""What a test runner's own output says: how many passed, how many failed, how many were skipped and why. A runner that
crashed has failed."""
import collections
import dataclasses
import re
import xml.etree.ElementTree


@dataclasses.dataclass
class Counts:
    passed: int = 0
    failed: int = 0
    skipped: collections.Counter = dataclasses.field(default_factory=collections.Counter)  # why: how many

    def __add__(self, other):
        return Counts(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed"

    def skips(self):
        """In words, a line for each reason."""
        return "".join(f"  {number} skipped: {why}\n" for why, number in sorted(self.skipped.items()))


CPPUTEST = re.compile(r"^(OK|Errors) \((?:(\d+) failures, |ran nothing, )?\d+ tests, (\d+) ran, (?:.*?(\d+) ignored)?.*\)", re.M)


def of_cpputest(output, status):
    """CppUTest's last line: `OK (75 tests, 75 ran, ...)` or `Errors (2 failures, 75 tests, 75 ran, ...)`."""
    match = None
    for match in CPPUTEST.finditer(output):
        pass
    if match is None:
        return Counts(failed=1)  # it never came to the end
    failures, ran = int(match[2] or 0), int(match[3])
    if (match[1] == "OK") != (status == 0) or ran == 0:
        failures = max(failures, 1)  # say, a sanitizer's report at exit
    ignored = {"ignored in its source": int(match[4])} if int(match[4] or 0) else {}
    return Counts(max(0, ran - failures), failures, collections.Counter(ignored))


def of_pytest(junit, status):
    """The JUnit file that pytest wrote. Status 5: none was collected."""
    try:
        root = xml.etree.ElementTree.parse(junit).getroot()
        totals = [[int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped")] for suite in root.iter("testsuite")]
    except (OSError, xml.etree.ElementTree.ParseError):
        return Counts(failed=1)
    tests, failures, errors, skipped = (sum(column) for column in zip(*totals))
    failed = failures + errors
    if status not in (0, 1):
        failed = max(failed, 1)
    reasons = collections.Counter(skip.get("message", "no reason given") for skip in root.iter("skipped"))
    return Counts(max(0, tests - failed - skipped), failed, reasons)

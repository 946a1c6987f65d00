# SPDX-License-Identifier: MIT
"""What a test runner's own output says: how many passed, how many failed. A runner that crashed has failed."""
import dataclasses
import re
import xml.etree.ElementTree


@dataclasses.dataclass
class Counts:
    passed: int = 0
    failed: int = 0

    def __add__(self, other):
        return Counts(self.passed + other.passed, self.failed + other.failed)

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed"


CPPUTEST = re.compile(r"^(OK|Errors) \((?:(\d+) failures, |ran nothing, )?\d+ tests, (\d+) ran, .*\)", re.M)


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
    return Counts(max(0, ran - failures), failures)


def of_pytest(junit, status):
    """The JUnit file that pytest wrote; skipped tests count for nothing. Status 5: none was collected."""
    try:
        suites = xml.etree.ElementTree.parse(junit).getroot().iter("testsuite")
        totals = [[int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped")] for suite in suites]
    except (OSError, xml.etree.ElementTree.ParseError):
        return Counts(failed=1)
    tests, failures, errors, skipped = (sum(column) for column in zip(*totals))
    failed = failures + errors
    if status not in (0, 1):
        failed = max(failed, 1)
    return Counts(max(0, tests - failed - skipped), failed)

# SPDX-License-Identifier: MIT
"""docs/locking.md names the locks that the source has, with their ranks, and no others."""
import re

from conftest import ROOT

PAGE = (ROOT / "docs" / "locking.md").read_text()
HOUSE = ["block", "board", "drivers", "inspect", "kernel", "mm"]
API = ["kernel/sync/", "kernel/softirq/", "kernel/sched/sleeping_locks.cpp"]  # where locks are made of something


def sources():
    for folder in HOUSE:
        for path in sorted((ROOT / folder).rglob("*.[ch]pp")):
            name = path.relative_to(ROOT).as_posix()
            if not name.startswith(tuple(API)):
                yield name, path.read_text()


def ranks():
    text = (ROOT / "kernel/sync/include/sync/lock_rank.hpp").read_text()
    names = re.search(r"enum LockRank[^{]*\{(.*?)\}", text, re.S)[1]
    found = re.findall(r"^\s*(k\w+)", names, re.M)
    assert found[0] == "kRankNone" and found[-1] == "kLockRanks"
    return {name: value for value, name in enumerate(found[1:-1], 1)}


def section(title):
    return re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.S | re.M)[1]


def test_every_spinlock_has_a_rank_and_its_row():
    of_rank = ranks()
    declared = {}
    for name, text in sources():
        for lock, rank in re.findall(r'\bSpinLock \w+\{"([^"]+)"(?:, sync::(\w+))?\}', text):
            assert rank in of_rank, f"{name}: {lock} has no rank"
            declared[lock] = of_rank[rank]
        assert len(re.findall(r"\bSpinLock \w+[{;]", text)) == len(re.findall(r'\bSpinLock \w+\{"', text)), name
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \| [^|]+ \| ([\d ]+) \| `[^`]+` \|$", section("Spinlocks"), re.M)
    assert {lock: int(rank) for rank, lock, _ in rows} == declared
    assert sorted(of_rank.values()) == sorted(declared.values())
    assert [int(rank) for rank, _, _ in rows] == sorted(int(rank) for rank, _, _ in rows)


def test_every_other_lock_stands_there_with_its_file():
    found = {name for name, text in sources()
             if re.search(r"\b(?:DEFINE|DECLARE)_(?:MUTEX|SEMAPHORE|RWSEM|SPINLOCK)\(|\b(?:mutex|semaphore|rw_semaphore|spinlock_t) \w+[;{]", text)}
    assert found == set(re.findall(r"`((?:%s)/[^`]+)`" % "|".join(HOUSE), section("Sleeping locks")))


def test_every_stretch_without_preemption_stands_there():
    found = {name for name, text in sources() if re.search(r"preempt_disable\(\)|PreemptGuard", text)}
    assert found == set(re.findall(r"`((?:%s)/[^`]+)`" % "|".join(HOUSE), section("Preemption off")))

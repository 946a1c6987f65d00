# SPDX-License-Identifier: MIT
"""Linux's own tools read mink's files, captured and mounted over /proc in a mount namespace of theirs, and say what mink's
commands say."""
import functools
import re
import subprocess

import pytest

pytestmark = pytest.mark.each_board

FILES = ("meminfo", "slabinfo", "vmstat", "zoneinfo")
NAMESPACES = (["unshare", "-m"], ["unshare", "-rm"])  # root's; anybody's, with a user namespace around it


@functools.cache
def namespace():
    """The command that runs another in a mount namespace; None: no such thing is permitted here."""
    for command in NAMESPACES:
        tried = subprocess.run([*command, "mount", "--bind", "/proc/version", "/proc/meminfo"], capture_output=True, text=True, check=False)
        if tried.returncode == 0:
            return command
    return None


@pytest.fixture(scope="module")
def capture(console, tmp_path_factory):
    """The files, and what mink's `free` said at that moment."""
    if namespace() is None:
        pytest.skip("no mount namespace is permitted")
    console.ok("kmalloc 300 x50; vmalloc 2M; pages 5")
    folder = tmp_path_factory.mktemp("proc")
    texts = {name: console.ok(f"cat {name}") for name in FILES}
    texts["free"] = console.ok("free")
    assert console.ok("cat meminfo") == texts["meminfo"], "nothing has moved meanwhile"
    for name in FILES:
        (folder / name).write_text(texts[name])
    console.ok("release all")
    return folder, texts


def tool(folder, *command):
    mounts = "; ".join(f"mount --bind {folder}/{name} /proc/{name}" for name in FILES)
    result = subprocess.run([*namespace(), "sh", "-ec", f"{mounts}; exec {' '.join(command)}"], capture_output=True, text=True,
                            env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C", "TERM": "dumb", "COLUMNS": "132"}, check=False)
    assert result.returncode == 0 and result.stderr == "", result.stderr
    return result.stdout


def caches(slabinfo):
    """name: live objects, objects, size, objects a slab, pages a slab, slabs."""
    rows = re.findall(r"^([\w:-]+) +(\d+) +(\d+) +(\d+) +(\d+) +(\d+) : tunables .* : slabdata +\d+ +(\d+)", slabinfo, re.M)
    assert len(rows) > 10
    return {name: [int(n) for n in figures] for name, *figures in rows}


def test_free(capture):
    folder, texts = capture
    total, used, free = map(int, re.search(r"^all +(\d+) +(\d+) +(\d+) ", texts["free"], re.M).groups())
    seen = list(map(int, re.search(r"^Mem:(.*)$", tool(folder, "free", "-k"), re.M)[1].split()))
    available = int(re.search(r"^MemAvailable: +(\d+)", texts["meminfo"], re.M)[1])
    buffers = int(re.search(r"^Buffers: +(\d+)", texts["meminfo"], re.M)[1])
    reclaimable = int(re.search(r"^SReclaimable: +(\d+)", texts["meminfo"], re.M)[1])
    assert (seen[0], seen[2]) == (total, free)
    assert seen[4] == buffers + reclaimable and seen[5] == available
    assert seen[1] in (used - seen[4], total - available)  # procps 3 and 4 mean different things by "used"


def test_vmstat(capture):
    folder, texts = capture
    free = int(re.search(r"^all +\d+ +\d+ +(\d+) ", texts["free"], re.M)[1])
    header, row = [line.split() for line in tool(folder, "vmstat").splitlines()[1:3]]
    assert int(row[header.index("free")]) == free
    summary = dict((name, int(n)) for n, name in re.findall(r"^ *(\d+) K? ?(.+)$", tool(folder, "vmstat", "-s"), re.M))
    assert summary["free memory"] == free
    assert summary["total memory"] == int(re.search(r"^MemTotal: +(\d+)", texts["meminfo"], re.M)[1])
    paged_in = next(n for name, n in summary.items() if "paged in" in name)
    assert paged_in == int(re.search(r"^pgpgin (\d+)$", texts["vmstat"], re.M)[1])


def test_vmstat_m(capture):
    folder, texts = capture
    ours = caches(texts["slabinfo"])
    rows = re.findall(r"^(\S+) +(\d+) +(\d+) +(\d+) +(\d+)$", tool(folder, "vmstat", "-m"), re.M)
    theirs = {name: list(map(int, figures)) for name, *figures in rows}
    # Linux's tool cuts long names, and calls objects a slab "Pages".
    assert theirs == {name[:24]: [live, all_objects, size, per_slab] for name, (live, all_objects, size, per_slab, _, _) in ours.items()}


def test_slabtop(capture):
    folder, texts = capture
    ours = caches(texts["slabinfo"])
    text = tool(folder, "slabtop", "-o")
    rows = re.findall(r"^ *(\d+) +(\d+) +(\d+)% +([\d.]+)K +(\d+) +(\d+) +(\d+)K (\S+)", text, re.M)
    theirs = {row[7]: row for row in rows}
    assert set(theirs) == {name for name in ours}
    for name, (live, objects, size, per_slab, pages, slabs) in ours.items():
        row = theirs[name]
        assert [int(row[i]) for i in (0, 1, 4, 5, 6)] == [objects, live, slabs, per_slab, slabs * pages * 4]
        assert abs(float(row[3]) * 1024 - size) <= 6
    active, everything = map(int, re.search(r"Active / Total Objects .*: (\d+) / (\d+)", text).groups())
    assert active == sum(cache[0] for cache in ours.values()) and everything == sum(cache[1] for cache in ours.values())

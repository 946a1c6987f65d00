# SPDX-License-Identifier: MIT
"""qemu/bench and qemu/profile on a real boot: figures that repeat, that agree with each other, that do not grow."""
import json
import re
import subprocess

from conftest import ROOT


def run(tool, *words):
    result = subprocess.run([ROOT / "qemu" / tool, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False)
    return result.returncode, result.stdout, result.stderr


def test_the_same_run_twice(tmp_path):
    names = ["kmalloc64", "kmalloc-256x", "churn-free", "kmalloc-worst", "pages-bulk"]
    files = [tmp_path / "first", tmp_path / "second"]
    outputs = [run("bench", *names, "--json", f"{file}.json", "--svg", f"{file}.svg") for file in files]
    assert outputs[0][0] == 0, outputs[0]
    assert outputs[0] == outputs[1]
    for kind in ("json", "svg"):
        assert (tmp_path / f"first.{kind}").read_bytes() == (tmp_path / f"second.{kind}").read_bytes()
    assert "Linux 6.1" in (tmp_path / "first.svg").read_text(encoding="utf-8")

    rows = json.loads((tmp_path / "first.json").read_text(encoding="utf-8"))
    assert list(rows) == names
    pair = rows["kmalloc64"]
    # Exact single calls, by another way than the loop.
    assert abs(pair["cost"] - pair["alloc"][1] - pair["free"][1]) <= 6
    assert 4 < pair["loads_stores"] < pair["cost"] and pair["data_lines"] >= 2
    assert rows["kmalloc-worst"]["cost"] == rows["kmalloc-worst"]["alloc"][2]

    rows["kmalloc64"]["cost"] -= 1
    (tmp_path / "old.json").write_text(json.dumps(rows), encoding="utf-8")
    status, out, _ = run("bench", "kmalloc64", "--compare", str(tmp_path / "old.json"))
    assert status == 1 and "worse" in out


def test_nothing_grows():
    """The page lists, a split and merge of blocks, objects: flat. Areas: a tree's height at most."""
    status, out, err = run("bench", "--scaling", "kmalloc64", "page", "order3-split", "vmalloc4k")
    assert status == 0, out + err
    for name in ("kmalloc64", "page", "order3-split", "vmalloc4k"):
        assert len(re.search(rf"^{name} +(.*)$", out, re.M)[1].split()) == 10


def test_a_profile_adds_up(tmp_path):
    folded = tmp_path / "folded"
    status, out, err = run("profile", "vmalloc 64K; release all", "--rows", "1000", "--folded", str(folded), "--worst", "vfree")
    assert status == 0, out + err
    functions = dict(re.findall(r"^(\S+) +\d+ +(\d+) +[\d.]+ +\d+ +\d+ +\d+ +\d+ +\d+ +[\d-]+$", out, re.M))
    total = int(re.search(r"^all +(\d+) ", out, re.M)[1])
    assert {"__vmalloc", "vfree"} <= functions.keys()
    paths = [line.rsplit(" ", 1) for line in folded.read_text(encoding="utf-8").splitlines()]
    assert sum(int(count) for _, count in paths) == total
    assert any(";__vmalloc" in path for path, _ in paths)
    assert re.search(r"^the worst call of vfree: \d+ instructions", out, re.M)


def test_a_profile_counts_what_the_bench_counts():
    """The same 12 000 pairs: loop, warm-up apart, and single calls."""
    _, out, _ = run("profile", "bench kmalloc64", "--rows", "1000")
    calls = {name: int(count) for name, count in re.findall(r"^(\S+) +(\d+) +\d+ ", out, re.M)}
    assert calls["kfree"] == calls["__kmem_cache_alloc_kernel"] == 10_000 + 16 + 2_000


def test_unknown_operation():
    status, _, err = run("bench", "kmalloc65")
    assert status == 2 and "no operation kmalloc65" in err


def test_peers(tmp_path):
    """Each image has the malloc that it is called after: newlib-nano's walks a list of what is free, newlib's does not."""
    status, out, err = run("bench", "--peers", "--json", str(tmp_path / "peers.json"))
    assert status == 0, out + err
    peers = json.loads((tmp_path / "peers.json").read_text(encoding="utf-8"))
    assert list(peers) == ["mink", "newlib", "newlib-nano"]
    assert peers["newlib-nano"]["4096x-free"]["cost"] > 1000 > peers["newlib"]["4096x-free"]["cost"]
    assert all(4096 * 64 <= rows["memory-4096x"]["cost"] < 4096 * 128 for rows in peers.values())
    assert all(rows["memory-churn"]["cost"] > 512 * 1024 for rows in peers.values())

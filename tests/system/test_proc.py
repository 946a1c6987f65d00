# SPDX-License-Identifier: MIT
"""The files of /proc, line by line, against the shapes that Linux 6.1 prints them in; and that their figures agree."""
import re

import linux_6_1_names as linux
from conftest import BOARD, BOOT_TIMEOUT, boards, build
from mink_qemu.console import Console
import pytest

pytestmark = pytest.mark.each_board

ORDERS = r"(?: +\d+){11} "
ZONE = r" *(?:DMA|Normal|HighMem)"
HEX = r"[0-9a-f]{8}"

# Every line of the file must match one of these.
LINES = {
    "buddyinfo": [rf"Node 0, zone {ZONE}{ORDERS}"],
    "pagetypeinfo": [
        r"Page block order: 10", r"Pages per block:  1024", r"",
        r"Free pages count per migrate type at order      (?: {1,6}\d+){11} ",
        rf"Node    0, zone {ZONE}, type  *(?:Unmovable|Movable|Reclaimable|HighAtomic)(?: {{1,6}}\d+){{11}} ",
        r"Number of blocks type     Unmovable      Movable  Reclaimable   HighAtomic ",
        rf"Node 0, zone {ZONE}(?: {{1,12}}\d+){{4}} ",
    ],
    "meminfo": [r"(?=.{16} *\d+ kB$)[A-Z][A-Za-z()_]*: +\d+ kB"],
    "vmstat": [r"[a-z0-9_]+ \d+"],
    "slabinfo": [
        r"slabinfo - version: 2\.1",
        r"# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables <limit> <batchcount> "
        r"<sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>",
        r"[\w:-]+ +\d+ +\d+ +\d+ +\d+ +\d+ : tunables +\d+ +\d+ +\d+ : slabdata +\d+ +\d+ +\d+",
    ],
    "vmallocinfo": [
        rf"0x{HEX}-0x{HEX} {{1,7}}\d+ \S+\+0x[0-9a-f]+/0x[0-9a-f]+(?: pages=\d+)?(?: phys=0x{HEX})?"
        r"(?: (?:ioremap|vmalloc|vmap|user|vpages))*",
        rf"0x{HEX}-0x{HEX} {{1,7}}\d+ unpurged vm_area",
    ],
    "zoneinfo": [
        rf"Node 0, zone (?:{ZONE}| Movable)", r"  per-node stats", r"      (?=\S{12,} \d|.{12} \d)(?:nr|workingset)_\w+ +\d+",  # "      %-12s %lu"
        r"  pages free     \d+", r"        (?:boost|min|low|high|spanned|present|managed|cma) +\d+",
        r"        protection: \(\d+(?:, \d+)*\)", r"  pagesets", r"    cpu: 0", r"              (?:count: |high:  |batch: )\d+",
        r"  vm stats threshold: \d+", r"  node_unreclaimable:  \d+", r"  start_pfn:           \d+",
    ],
    "ledger": [  # mink's own
        r"pages      managed      free    listed      slab   kmalloc   vmalloc  coherent     pages    tables  reserved",
        r"(?:DMA|Normal|HighMem|all) +(?: +\d+){10}",
    ],
    "iomem": [rf"(?:  )*{HEX}-{HEX} : \S.*"],
    "interrupts": [r"           CPU0       ", r" *\d+: +\d+ +\S+ +\d+ (?:Level|Edge) {4,5}\S.*", r" *\w+: +\d+.*"],
}


@pytest.mark.parametrize("name", LINES)
def test_format(console, name):
    text = console.ok(f"cat /proc/{name}")
    assert text
    for line in text.splitlines():
        assert any(re.fullmatch(shape, line) for shape in LINES[name]), f"{name}: {line!r}"


def test_names_of_meminfo(console):
    """All of Linux's in its order; those of high memory, which Linux prints when it is configured, between."""
    names = re.findall(r"^([^:]+):", console.ok("cat meminfo"), re.M)
    assert [name for name in names if not re.match("(High|Low)(Total|Free)", name)] == linux.MEMINFO


def test_names_of_vmstat(console):
    names = [line.split()[0] for line in console.ok("cat vmstat").splitlines()]
    assert [name for name in names if not name.endswith(("_dma", "_high"))] == linux.VMSTAT


def test_names_of_zoneinfo(console):
    first = console.ok("cat zoneinfo").split("Node 0, zone")[1]
    names = [line.split()[0].rstrip(":") for line in first.splitlines()[1:]]
    assert [name for name in names if name in linux.ZONEINFO] == linux.ZONEINFO


def test_columns_of_buddyinfo(console):
    """Linux: "Node %d, zone %8s " and "%6lu " for each order."""
    for line in console.ok("cat /proc/buddyinfo").splitlines():
        assert len(line) == len("Node 0, zone ") + 8 + 1 + 11 * 7
        assert line[13:21].strip() in ("DMA", "Normal", "HighMem")


def test_columns_of_slabinfo(console):
    """Linux: "%-17s %6lu %6lu %6u %4u %4d" and so on."""
    lines = console.ok("cat /proc/slabinfo").splitlines()[2:]
    assert any(line.startswith("kmalloc-64 ") for line in lines)
    for line in lines:
        name = line.split()[0]
        if len(name) <= 17:
            assert re.fullmatch(r".{17} [ \d]{6} [ \d]{6} [ \d]{6} [ \d]{4} [ \d]{4} : tunables [ \d]{4} [ \d]{4} [ \d]{4} : "
                                r"slabdata [ \d]{6} [ \d]{6} [ \d]{6}", line), line


def test_figures_agree(console):
    """Free memory is the same to the page wherever it is told."""
    text = console.ok("cat buddyinfo meminfo vmstat zoneinfo")
    buddy = sum(int(n) << order for line in re.findall(r"^Node 0, zone .{8} (.*)$", text, re.M) if line[:1] == " "
                for order, n in enumerate(line.split()))
    mem_free = int(re.search(r"^MemFree: +(\d+) kB$", text, re.M)[1])
    vmstat = int(re.search(r"^nr_free_pages (\d+)$", text, re.M)[1])
    zones = sum(int(n) for n in re.findall(r"^  pages free +(\d+)$", text, re.M))
    assert buddy * 4 == mem_free
    assert vmstat == buddy
    assert zones == buddy


def test_all_memory_is_accounted_for(console):
    """Files of one moment (`cat -s`), with areas, objects and pages out: MemTotal is the sum of all uses, to the page."""
    console.ok("kmalloc 100 x500; kmalloc 20000 x3; vmalloc 3M; pages 4; pages 0 x77")
    text = console.ok("cat -s meminfo ledger buddyinfo zoneinfo slabinfo vmallocinfo")

    def kb(name):
        return int(re.search(rf"^{name}: +(\d+) kB$", text, re.M)[1])
    rows = {row[0]: dict(zip("managed free listed slab kmalloc vmalloc coherent pages tables reserved".split(), map(int, row[1:])))
            for row in (line.split() for line in re.findall(r"^(?:DMA|Normal|HighMem|all)(?: +\d+){10}$", text, re.M))}
    for row in rows.values():
        assert row["managed"] == sum(row.values()) - row["managed"] - row["reserved"]
    every = rows["all"]
    assert kb("MemTotal") == every["managed"] * 4
    assert kb("MemFree") == (every["free"] + every["listed"]) * 4
    assert kb("Slab") == (every["slab"] + every["kmalloc"]) * 4
    assert kb("VmallocUsed") == every["vmalloc"] * 4 == 4 * sum(map(int, re.findall(r" pages=(\d+)", text)))
    caches = re.findall(r"(\d+) : tunables .* : slabdata +\d+ +(\d+)", text)
    assert every["slab"] == sum(int(pages) * int(slabs) for pages, slabs in caches)
    buddies = sum(int(n) << order for line in re.findall(r"^Node 0, zone .{8} ((?: *\d+){11}) $", text, re.M)
                  for order, n in enumerate(line.split()))
    assert buddies == every["free"] + every["listed"] == sum(map(int, re.findall(r"^  pages free +(\d+)$", text, re.M)))
    assert every["managed"] + every["reserved"] == sum(map(int, re.findall(r"^        present +(\d+)$", text, re.M)))
    console.ok("release all")


def test_slabinfo_counts_objects(console):
    def row():
        return [int(n) for n in re.search(r"^counted +(\d+) +(\d+) +(\d+) +(\d+)", console.ok("slabinfo"), re.M).groups()]

    console.ok("cache create counted 200")
    assert row()[:2] == [0, 0]
    console.ok("cache alloc counted 3")
    active, total, size, per_slab = row()
    assert (active, total) == (3, per_slab)
    assert size >= 200
    console.ok("cache free counted 3; cache destroy counted")
    assert "counted" not in console.ok("slabinfo")


def test_vmallocinfo_names_area_and_caller(console):
    address = re.search(r"-> (0x[0-9a-f]{8})", console.ok("vmalloc 64K"))[1]
    row = re.search(rf"^{address}-0x[0-9a-f]{{8}} +69632 (\S+)\+0x\S+ pages=16 vmalloc$", console.ok("vmallocinfo"), re.M)
    assert row, console.ok("vmallocinfo")
    console.ok("release all")


def test_interrupts_counts_ticks():
    """Counted by instructions, for a host that stops the machine for a moment would take ticks from it."""
    look = ["cat interrupts", "uptime"]
    console = Console(boards.qemu_argv(BOARD, build.image_path(BOARD.name, "kernel"), icount=True, icount_shift=2,
                                       commands=[*look, "soak 1", *look, "poweroff"]))
    text = console.read_until_end(BOOT_TIMEOUT)
    counted = [int(count) for count in re.findall(r"^ *\d+: +(\d+) .*timer", text, re.M | re.I)]
    jiffies = [int(count) for count in re.findall(r"^up .*, (\d+) ticks", text, re.M)]
    elapsed = jiffies[1] - jiffies[0]
    assert elapsed >= 100
    assert abs(counted[1] - counted[0] - elapsed) <= 1


def test_iomem_holds_the_kernel(console):
    text = console.ok("cat /proc/iomem")
    first = f"{BOARD.ram >> 24:02x}"
    assert re.search(rf"^{BOARD.ram:08x}-{BOARD.ram + 0x7ffffff:08x} : System RAM$", text, re.M)
    assert re.search(rf"^  {first}00[0-9a-f]{{4}}-{first}[0-9a-f]{{6}} : Kernel code$", text, re.M)
    assert re.search(rf"^  {first}[0-9a-f]{{6}}-{first}[0-9a-f]{{6}} : Kernel data$", text, re.M)
    assert re.search(r"^[0-9a-f]{5}000-[0-9a-f]{5}fff : uart0\b", text, re.M)

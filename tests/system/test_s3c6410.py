# SPDX-License-Identifier: MIT
"""The S3C6410's image on its machine, entered as the boards' boot loaders do. (Not as MINK_BOARD says: always this board.)"""
import re
import struct
import time

import pytest
from conftest import ROOT, Mink
from mink_qemu import boards, build, entry
from mink_qemu.console import Console

BOARD = boards.BOARDS["s3c6410"]
MIB = 1 << 20


@pytest.fixture(scope="module", autouse=True)
def images():
    return build.build(BOARD.name, ["images"])


@pytest.fixture
def start():
    machines = []

    def started(file="mink.bin", argv=None, **wishes):
        argv = argv or boards.qemu_argv(BOARD, ROOT / "build" / BOARD.name / file, **wishes)
        machines.append(Mink(console=Console(argv)))
        return machines[-1]

    yield started
    for mink in machines:
        mink.kill()


@pytest.mark.parametrize("memory", [128, 256])
@pytest.mark.parametrize("file, entered", [
    ("mink.bin", None), ("mink.uimg", None), ("mink.elf", None),
    ("mink.bin", "bootm@c0008000"), ("mink.bin", "bootm@50008000"), ("mink.bin", "bootm@c1000000"),
    ("mink.uimg", "bootm@c0008000"), ("mink.uimg", "bootm@50008000"), ("mink.uimg", "bootm@c2000000"),
    ("mink.bin", "go@c0008000"), ("mink.bin", "go@50008000"), ("mink.bin", "go@c1000004"),
    ("mink.bin", "off@50008000"), ("mink.bin", "off@50007000"), ("mink.bin", "off@52345678"),
])
def test_every_entry(start, file, entered, memory):
    mink = start(file=file, entered=entered, memory=memory * MIB)
    if entered is None or not entered.startswith("go"):
        assert "Machine type 1626, ATAGs said to be at 0x50000100\n" in mink.boot_log
        assert "atags:" not in mink.boot_log
        assert "board: SMDK6410" in mink.boot_log
    else:
        assert "atags: no memory named: using the board's own map" in mink.boot_log
        assert "board: neither machine type" in mink.boot_log
    assert "chip 0x36410101, ARM 532 MHz, HCLK 133 MHz, PCLK 66.5 MHz\n" in mink.boot_log
    assert f"/{memory * 1024}K available" in mink.boot_log
    assert "dram:" not in mink.boot_log
    mink.ok("check")


def test_without_any_boot_loader(start):
    """Clocks at reset, no ATAGs, the memory controller unconfigured, the watchdog running."""
    image = build.image_path(BOARD.name, "kernel")
    argv = boards.qemu_argv(BOARD, image)
    at = argv.index("-kernel")
    argv[at:at + 2] = ["-device", f"loader,file={image},addr=0x50008000,cpu-num=0,force-raw=on"]
    at = argv.index("-append")
    del argv[at:at + 2]
    mink = start(argv=[*argv, "-icount", "shift=5,sleep=off"])  # idle time flies
    log = mink.boot_log
    assert "ARM 12 MHz, HCLK 12 MHz, PCLK 6.0 MHz" in log
    assert "dram: the memory controller does not say how much there is" in log
    assert "/131072K available" in log
    # The watchdog would have reset the machine after 12 seconds: with -no-reboot, ended it.
    while float(re.match(r"up \d+:(\d+:\d+\.\d+)", mink.ok("uptime"))[1].replace(":", "")) < 20:
        time.sleep(0.1)


@pytest.mark.parametrize("memory", [128, 256])
def test_what_the_readme_promises(start, memory):
    mink = start(memory=memory * MIB)
    iomem = mink.ok("cat /proc/iomem")
    assert f"50000000-{0x50000000 + memory * MIB - 1:08x} : System RAM\n" in iomem
    for device in ("71200000-71200fff : vic0", "71300000-71300fff : vic1", "7f005000-7f005fff : uart0"):
        assert device in iomem
    assert "Normal" in mink.ok("cat /proc/buddyinfo")
    assert "kmalloc-128" in mink.ok("cat /proc/slabinfo")
    storm = mink.ok("irqstorm 1000 5", timeout=60)
    assert int(re.search(r"^  (\d+) interrupts", storm, re.M)[1]) > 500  # the rate is the host's affair
    assert "0 faults found" in storm
    mink.ok("check")


@pytest.mark.parametrize("named, said", [(256, "is no memory of this board, ignored"),
                                         (64, "dram: the boot loader names 64 MB, the memory controller 128 MB")])
def test_memory_that_boot_loader_and_controller_disagree_about(start, named, said):
    image = build.image_path(BOARD.name, "kernel")
    argv = boards.qemu_argv(BOARD, image, memory=128 * MIB)
    at = argv.index("-kernel")
    argv[at:at + 2] = entry.options(BOARD, image, "bootm", 128 * MIB, ATAG_MEM=named * MIB)
    mink = start(argv=argv)
    assert said in mink.boot_log
    assert f"/{min(named, 128) * 1024}K available" in mink.boot_log


def test_a_board_is_named_on_the_command_line(start):
    assert "board: Tiny6410, by board=" in start(append="board=tiny6410").boot_log
    assert "board: neither machine type 1626 nor board= names one" in start(append="board=toaster").boot_log


@pytest.mark.parametrize("machine_id, name, pin", [(1626, "SMDK6410", "gpn12"), (2520, "Mini6410", "gpk4"), (1628, "OK6410", "gpm0")])
def test_the_light_of_the_board_beats(start, tmp_path, machine_id, name, pin):
    argv = boards.qemu_argv(BOARD, build.image_path(BOARD.name, "kernel"))
    argv[argv.index("smdk6410")] += f",machine-id={machine_id}"
    log = tmp_path / "log"
    mink = start(argv=[*argv, "-trace", "led_change_intensity", "-D", str(log)])
    assert f"board: {name}, by the machine type" in mink.boot_log
    changes, deadline = [], time.monotonic() + 30
    while len(changes) < 8:
        assert time.monotonic() < deadline, changes
        time.sleep(0.1)
        changes = re.findall(r"desc:'(\w+)' color:\w+ intensity (\d+)% -> (\d+)%", log.read_text())
    assert changes[:8] == [(pin, "0", "100"), (pin, "100", "0")] * 4


def test_the_time_of_day(start):
    text = start().ok("cat /proc/rtc")
    assert re.fullmatch(r"rtc_time\t: \d\d:\d\d:\d\d\nrtc_date\t: 20\d\d-\d\d-\d\d\nsince_epoch\t: \d+\n", text)


def test_reboot_starts_anew(start):
    argv = boards.qemu_argv(BOARD, build.image_path(BOARD.name, "kernel"))
    argv.remove("-no-reboot")
    mink = start(argv=argv)
    assert "Machine type 1626" in mink.text_of("reboot")


def test_the_image_looks_like_a_zimage(images):
    image = (images / "mink.bin").read_bytes()
    assert struct.unpack_from("<3I", image, 0x24) == (0x016F2818, 0, len(image))


def test_a_card_that_movi_reads(images):
    card, image = images / "mink.sd", (images / "mink.bin").read_bytes()
    data = card.read_bytes()
    assert data[32 * 512:].startswith(image)
    assert data[(32768 - 4114) * 512:].startswith(image)

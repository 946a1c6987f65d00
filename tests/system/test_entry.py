# SPDX-License-Identifier: MIT
"""The image's first instructions, entered in every state that a boot loader may leave, from wherever it put the image."""
import subprocess

import pytest
from conftest import BOARD, ROOT, argv_of
from mink_qemu import build
from mink_qemu.console import Console

pytestmark = [pytest.mark.each_board, pytest.mark.skipif(BOARD.model is not None, reason="has boot loaders of its own")]

STUB = BOARD.ram + 0x06000000
VIRTUAL = 0xC0000000
MMU_OFF = 0x00050078
MMU_ON = 0x0005007B  # U-Boot's bootm: alignment checks on, XP = 0
ICACHE, DCACHE, BRANCHES = 0x1000, 0x4, 0x800


def stub(tmp_path, **symbols):
    binary, elf = tmp_path / "stub.bin", tmp_path / "stub.elf"
    defines = [f"-D{name}={value:#x}" for name, value in symbols.items()]
    subprocess.run(["arm-none-eabi-gcc", "-mcpu=arm1176jzf-s", "-nostdlib", f"-Wl,-Ttext={STUB:#x}", *defines, "-o", elf,
                    ROOT / "tests" / "system" / "entry_stub.S"], check=True)
    subprocess.run(["arm-none-eabi-objcopy", "-O", "binary", elf, binary], check=True)
    return binary


@pytest.mark.parametrize("sctlr", [MMU_OFF, MMU_OFF | ICACHE, MMU_ON, MMU_ON | ICACHE, MMU_ON | ICACHE | DCACHE | BRANCHES],
                         ids=["off", "icache", "bootm", "go", "everything on"])
@pytest.mark.parametrize("image, entry", [(0x8000, 0x8000), (0x8000, 0xC0008000), (0x10000, 0x10000), (0x10000, 0xC0010000),
                                          (0x8004, 0x8004), (0x7000, 0x7000), (0x7E80, 0x7E80), (0x6FFC, 0xC0006FFC), (0x40, 0x40),
                                          (0x2345678, 0x2345678)],
                         ids=lambda address: f"{address:x}")
def test_entered_anywhere_in_any_state(tmp_path, image, entry, sctlr):
    """image: from the start of RAM, as entry is, unless it is virtual."""
    if entry >= VIRTUAL and not sctlr & 1:
        pytest.skip("no such address with the MMU off")
    path = build.image_path(BOARD.name, "kernel")
    image += BOARD.ram
    entry += 0 if entry >= VIRTUAL else BOARD.ram
    loader = stub(tmp_path, RAM=BOARD.ram, STUB=STUB, IMAGE=image, IMAGE_END=(image + path.stat().st_size + 3) & ~3, ENTRY=entry,
                  SCTLR=sctlr)
    argv = argv_of()
    at = argv.index("-append")  # needs QEMU's own loader, as -kernel does
    del argv[at:at + 2]
    at = argv.index("-kernel")
    argv[at:at + 2] = ["-device", f"loader,file={path},addr={image:#x},force-raw=on",
                       "-device", f"loader,file={loader},addr={STUB:#x},cpu-num=0,force-raw=on"]
    if "-append" in argv:  # QEMU gives no command line without -kernel
        at = argv.index("-append")
        del argv[at:at + 2]
    console = Console(argv)
    try:
        assert "mink on" in console.read_until_prompt(20)
    finally:
        console.kill()

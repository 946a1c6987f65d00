# SPDX-License-Identifier: MIT
"""QEMU's model of the S3C6410 does what the facts about the chip say: a bare-metal guest (qemu/s3c6410/tests) tries each
register's behaviour and prints a line for each of its tests; each line is a test here. No mink takes part."""
import os
import pathlib
import re
import select
import subprocess
import tempfile
import time

import pytest
from conftest import ROOT
from mink_qemu import emulator
from mink_qemu.boards import BOARDS

SOURCES = ROOT / "qemu" / "s3c6410" / "tests"
NAMES = [name for source in sorted(SOURCES.glob("*.cpp"))
         for name in re.findall(r"^TEST\w*\((\w+)\)", source.read_text(encoding="utf-8"), re.M)]
TIMEOUT = 120
COMPILE = ["arm-none-eabi-g++", "-mcpu=arm1176jzf-s", "-marm", "-msoft-float", "-Os", "-std=gnu++20", "-ffreestanding",
           "-fno-exceptions", "-fno-rtti", "-fno-toplevel-reorder", "-Wall", "-Wextra", "-Werror", "-nostdlib", "-T",
           SOURCES / "guest.ld", SOURCES / "start.S", *sorted(SOURCES.glob("*.cpp"))]


def until_done(process):
    """The serial line's text up to the guest's last line, or what came until the time was up."""
    deadline, text = time.monotonic() + TIMEOUT, b""
    while not re.search(rb"^(done|FAIL (no reset|an exception).*)\n", text, re.M):
        if not select.select([process.stdout], [], [], max(0, deadline - time.monotonic()))[0]:
            break
        chunk = os.read(process.stdout.fileno(), 65536)
        if not chunk:
            break
        text += chunk
    return text.decode("utf-8", "replace").replace("\r", "")


@pytest.fixture(scope="module", params=[128, 256], ids="{}M".format)
def outcome(request):
    """(what the guest said, QEMU's log) with that much memory."""
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        subprocess.run([*COMPILE, "-o", work / "guest.elf", "-lgcc"], check=True)
        with open(work / "card.img", "wb") as card:
            card.truncate(1 << 20)
        # Counted time: what is measured does not depend on the host, and the RTC goes by the same clock.
        process = subprocess.Popen(
            [*emulator.command(BOARDS["s3c6410"]), *BOARDS["s3c6410"].machine, "-m", str(request.param), "-kernel", work / "guest.elf",
             "-drive", f"file={work / 'card.img'},if=sd,format=raw", "-display", "none", "-nic", "none", "-serial", "stdio",
             "-monitor", "none", "-icount", "shift=3,sleep=off", "-rtc", "base=2026-11-22,clock=vm",
             "-d", "unimp,guest_errors", "-trace", "led_change_intensity", "-D", work / "log"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            said = until_done(process)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
        yield said, (work / "log").read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize("name", NAMES)
def test_guest(name, outcome):
    said, _ = outcome
    lines = re.findall(rf"^(?:ok|FAIL) {name}\b.*", said, re.M)
    assert lines == [f"ok {name}"], f"{lines or 'not reached'}; the guest's last words:\n{said[-600:]}"


def test_guest_went_through_both_resets_to_its_end(outcome):
    said, _ = outcome
    assert said.endswith("\ndone\n"), said[-600:]
    assert len(re.findall(r"^ok ", said, re.M)) == len(NAMES)


@pytest.mark.parametrize("line", [
    r"s3c6410-registers: unimplemented device read .*offset 0xf006048", r"s3c6410-lcd: unimplemented device read .*offset 0x000",
    r"mink-pl080s: read of unknown register 0x118", r"mink-pl192: read of unknown register 0x030"])
def test_unknown_registers_are_logged(line, outcome):
    _, log = outcome
    assert re.search(line, log)


def test_leds_show_what_the_guest_drives(outcome):
    _, log = outcome
    leds = re.findall(r"led_change_intensity LED desc:'([^']*)' color:\S+ intensity (\d+)%? -> (\d+)", log)
    lit = [desc for desc, _, now in leds if int(now) > 0]
    assert any("GPK" in desc.upper() for desc in lit) and any("GPN" in desc.upper() for desc in lit), (leds, log[-2000:])

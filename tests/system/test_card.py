# SPDX-License-Identifier: MIT
"""An SD card in the slot: what mink writes through its page cache, seen from outside in the card's image."""
import re
import struct

from conftest import BOARD
import pytest

CARD_BYTES = 16 << 20
SECTORS = CARD_BYTES // 512
needs_slot = pytest.mark.skipif(not BOARD.card, reason="no slot for a card")
WORDS = 128  # of a sector


def outside(sector, word):
    """What this word of the card is before mink writes."""
    return (sector * 2654435761 + word) & 0xffffffff


@pytest.fixture(name="image")
def _image(tmp_path):
    path = tmp_path / "card.img"
    with open(path, "wb") as file:
        for sector in range(2048):  # the rest is a hole
            file.write(struct.pack("<128I", *(outside(sector, word) for word in range(WORDS))))
        file.truncate(CARD_BYTES)
    return path


def wrong_sectors(image, first, count, seed):
    """Those of [first, first + count) that do not hold the pattern of `card write`."""
    with open(image, "rb") as file:
        file.seek(first * 512)
        words = struct.unpack(f"<{count * WORDS}I", file.read(count * 512))
    return [first + s for s in range(count)
            if any(words[s * WORDS + i] != (first + s) * WORDS + i + seed for i in range(WORDS))]


def figure(mink, pattern):
    return int(re.search(pattern, mink.ok("card"))[1])


@pytest.mark.each_board
def test_an_empty_slot_is_a_normal_state(boot):
    mink = boot()
    assert "the slot is empty" in mink.fails("card")
    assert "card" not in mink.ok("dmesg")
    assert "the slot is empty" in mink.fails("card sync")
    mink.ok("check")


@pytest.mark.each_board
@needs_slot
def test_a_card_is_found_and_read(boot, image):
    mink = boot(card=image)
    assert f"card: QEMU!, serial number deadbeef, {CARD_BYTES >> 10} KB" in mink.boot_log
    assert f"{SECTORS} sectors of 512 bytes" in mink.ok("card")
    rows = mink.ok("card read 1234 3").splitlines()
    assert len(rows) == 96
    read = b"".join(bytes.fromhex(row[9:57].replace(" ", "")) for row in rows)
    assert read == image.read_bytes()[1234 * 512:1237 * 512]
    assert rows[0].startswith(f"{1234 * 512:08x}: ")


def test_sync_and_the_rest_of_the_card(boot, image):
    before = image.read_bytes()
    mink = boot(card=image)
    mink.ok("card write 101 1001 7")  # ends within pages at both ends
    mink.ok("card sync")
    assert wrong_sectors(image, 101, 1001, 7) == []
    after = image.read_bytes()
    assert after[:101 * 512] == before[:101 * 512] and after[1102 * 512:] == before[1102 * 512:]
    mink.ok("card drop")
    assert "1001 sectors, 0 wrong" in mink.ok("card verify 101 1001 7")
    assert "1 wrong" in mink.fails("card verify 1102 1 7")


def test_power_off_writes_what_is_dirty(boot, image):
    mink = boot(card=image)
    mink.ok("card write 3000 500 9")
    assert mink.power_off() == 0
    assert wrong_sectors(image, 3000, 500, 9) == []


def test_reboot_does_too(boot, image):
    mink = boot(card=image)
    mink.ok("card write 3000 50 9")
    mink.power_off("reboot")
    assert wrong_sectors(image, 3000, 50, 9) == []


@pytest.mark.each_board
@needs_slot
def test_reclaim_under_pressure_loses_nothing(boot, image):
    """The pattern is dirty in memory; all memory is taken, so that it has to go; nobody says sync."""
    mink = boot(mem="16M", card=image)
    for seed in (1000, 2000):
        mink.ok(f"card write 0 2400 {seed}")
        mink.text_of("pages 0 GFP_KERNEL|__GFP_NORETRY|__GFP_NOWARN xall; release all", timeout=60)
    assert figure(mink, r"reclaimed: (\d+) pages") > 300
    assert figure(mink, r"(\d+) of them by reclaim") > 0
    mink.ok("check")
    assert mink.power_off() == 0
    assert wrong_sectors(image, 0, 2400, 2000) == []


def test_a_card_larger_than_memory(boot, image):
    mink = boot(mem="16M", append="mem=8M", card=image)
    mink.ok(f"card write 0 {SECTORS} 5", timeout=120)
    mink.ok("card fill", timeout=120)
    assert figure(mink, r"pages: (\d+) cached") < 2048
    assert f"{SECTORS} sectors, 0 wrong" in mink.ok(f"card verify 0 {SECTORS} 5", timeout=120)
    mink.ok("check")
    assert mink.power_off() == 0
    assert wrong_sectors(image, 0, SECTORS, 5) == []


def test_gfp_kernel_inside_the_block_layer_is_named_and_nothing_hangs(boot, image):
    mink = boot(mem="16M", card=image)
    mink.ok("card gfp GFP_KERNEL")
    mink.text_of("card write 0 2400 2000; pages 0 GFP_NOWAIT|__GFP_NOWARN xall; card sync; release all", timeout=60)
    log = mink.ok("dmesg")
    assert re.search(r"BUG: block device card0: memory is reclaimed with I/O allowed inside its block layer by thread (card0|init) \(\d+\), "
                     r"which would wait for itself", log)
    assert re.search(r"the mask was GFP_KERNEL\S*; use GFP_NOIO here", log)
    assert re.search(r"mink::block::Device::(serve_run|get)\+", log)  # whose allocation it was
    mink.ok("check")
    assert mink.power_off("poweroff") == 0
    assert wrong_sectors(image, 0, 2400, 2000) == []


def test_with_gfp_noio_the_same_passes_in_silence(boot, image):
    mink = boot(mem="16M", card=image)
    mink.text_of("card write 0 2400 2000; pages 0 GFP_NOWAIT|__GFP_NOWARN xall; card sync; release all", timeout=60)
    assert "BUG" not in mink.ok("dmesg")
    assert figure(mink, r"(\d+) without a buffer") > 0  # memory was short where it matters
    assert wrong_sectors(image, 0, 2400, 2000) == []


def test_proc_counts_under_linux_names(boot, image):
    mink = boot(card=image)

    def values(file, unit=""):
        return {name: int(value) for name, value in re.findall(rf"^(\S+?):? +(\d+){unit}$", mink.ok(f"cat /proc/{file}"), re.M)}
    before = values("vmstat")
    mink.text_of("card write 0 160 3; card sync; card fill 30")
    after = values("vmstat")
    assert after["nr_file_pages"] == after["nr_inactive_file"] == after["nr_zone_inactive_file"] == 30
    assert after["nr_dirty"] == after["nr_writeback"] == 0
    # More if a round of the flusher came between two sectors of a page.
    assert after["nr_dirtied"] - before["nr_dirtied"] == after["nr_written"] - before["nr_written"] >= 20
    assert after["pgpgin"] - before["pgpgin"] == 120 and after["pgpgout"] - before["pgpgout"] >= 80
    memory = values("meminfo", " kB")
    assert memory["Buffers"] == memory["Inactive(file)"] == 120
    free = memory["MemFree"]
    mink.ok("card drop")
    memory = values("meminfo", " kB")
    assert memory["Buffers"] == 0 and memory["MemFree"] >= free + 120


def test_the_shrinkers_obey_the_mask(boot, image):
    mink = boot(card=image)
    mink.ok("card write 0 80 1")
    # One line, so that the flusher does not come between.
    text = mink.text_of("card reclaim 10 GFP_NOIO; card reclaim 10 GFP_NOFS; card files; card reclaim 10 GFP_KERNEL; card files")
    given_back = re.findall(r"(\d+) pages and", text)
    assert int(given_back[0]) in (0, 10)  # 10: the flusher had been there
    assert sum(map(int, given_back)) == 10
    lists = text.split("FILE  SECTORS")
    assert re.search(r"^   0 +0 - +511 ", lists[1], re.M)      # without __GFP_FS the file is still known
    assert not re.search(r"^   0 +0 - +511 ", lists[2], re.M)
    assert wrong_sectors(image, 0, 80, 1) == []


@pytest.mark.parametrize("command", ["card nonsense", "card read", f"card read {SECTORS}", "card read 0 65", "card write 0 0",
                                     f"card write {SECTORS - 1} 2", "card verify x", "card sync 1", "card reclaim",
                                     "card gfp GFP_NONSENSE"])
def test_nonsense_is_refused(boot, image, command):
    mink = boot(card=image)
    status, text = mink.run(command)
    assert status == 2 and "usage" in text

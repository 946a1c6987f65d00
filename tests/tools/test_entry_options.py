# SPDX-License-Identifier: MIT
"""qemu/mink_qemu/entry.py: which entries there are, and where an image may lie."""
import pytest
from mink_qemu import boards, entry

BOARD = boards.BOARDS["s3c6410"]
MEMORY = 128 << 20


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "mink.bin"
    path.write_bytes(bytes(1000))
    return path


@pytest.mark.parametrize("wish, parsed", [("bootm", ("bootm", None)), ("go@c0008000", ("go", 0xC0008000)), ("off@50008000", ("off", 0x50008000))])
def test_wishes(wish, parsed):
    assert entry.parse(wish) == parsed


@pytest.mark.parametrize("wish, physical", [("bootm", 0x50008000), ("go", 0x50008000), ("off", 0x50008000), ("go@c1000004", 0x51000004),
                                            ("off@50007000", 0x50007000)])
def test_the_image_lies_where_the_address_leads(image, wish, physical):
    options = entry.options(BOARD, image, wish, MEMORY)
    assert options[0] == "-kernel"
    assert f"loader,file={image},addr={physical:#x},force-raw=on" in options


@pytest.mark.parametrize("wish", ["boot", "go@", "go@40000000", "go@57e00000", "off@c0008000", "bootm@c0008002", "bootm@nowhere"])
def test_no_wishes(image, wish):
    with pytest.raises(ValueError):
        entry.options(BOARD, image, wish, MEMORY)


def test_the_boot_loader_needs_its_memory(image):
    with pytest.raises(ValueError):
        entry.options(BOARD, image, "bootm", 64 << 20)
    with pytest.raises(ValueError):
        entry.options(boards.BOARDS["versatilepb"], image, "bootm", MEMORY)


def test_go_gives_no_command_line(image):
    for wishes in ({"append": "loglevel=8"}, {"commands": ["ps"]}):
        with pytest.raises(ValueError):
            boards.qemu_argv(BOARD, image, entered="go", **wishes)
    boards.qemu_argv(BOARD, image, entered="go")

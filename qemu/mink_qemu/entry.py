# SPDX-License-Identifier: MIT
"""How a boot loader enters the image: a small program in the loader's place brings about its state (qemu/entry/BOARD.S)."""
import dataclasses
import pathlib

from .build import ROOT, quietly

STATES = {"bootm": "STATE_BOOTM", "go": "STATE_GO", "off": "STATE_OFF"}


@dataclasses.dataclass(frozen=True)
class Loader:
    """What is known of a board's boot loader."""
    text: int  # where it runs, physical
    ram: int  # where RAM begins
    virtual: int  # ... once more, while its MMU is on
    usual: int  # where files are loaded, from the start of RAM
    least_memory: int


LOADERS = {"s3c6410": Loader(0x57E00000, 0x50000000, 0xC0000000, 0x8000, 128 << 20)}


def parse(text):
    """(state, address or None) of 'go@c0008000'."""
    state, at, address = text.partition("@")
    if state not in STATES:
        raise ValueError(f"no entry '{state}': {', '.join(STATES)}")
    return state, int(address, 16) if at else None


def options(board, image, wish, memory, **symbols):
    """QEMU's options that enter `image` as `wish` says: STATE or STATE@ADDRESS, in hexadecimal; bootm's and go's may be one of
    the loader's virtual addresses. symbols: for the program. ValueError if that cannot be."""
    loader = LOADERS.get(board.name)
    if loader is None:
        raise ValueError(f"the boot loaders of {board.name} are not known: no --entry")
    if memory < loader.least_memory:
        raise ValueError(f"the boot loader of {board.name} needs {loader.least_memory >> 20}M of memory")
    state, address = parse(wish)
    if address is None:
        address = (loader.ram if state == "off" else loader.virtual) + loader.usual
    physical = address - loader.virtual + loader.ram if address >= loader.virtual and state != "off" else address
    end = physical + pathlib.Path(image).stat().st_size
    if physical % 4 or not loader.ram <= physical < end <= loader.text:
        raise ValueError(f"no image can lie at {address:#x}")
    stub = assemble(board.name, loader, {STATES[state]: 1, "ADDRESS": address, "IMAGE": physical, "IMAGE_END": (end + 3) & ~3, **symbols})
    return ["-kernel", str(stub), "-device", f"loader,file={image},addr={physical:#x},force-raw=on"]


def assemble(name, loader, symbols):
    directory = ROOT / "build" / name / "entry"
    directory.mkdir(parents=True, exist_ok=True)
    stub = directory / ("-".join(f"{key}{value:x}" for key, value in symbols.items()).lower() + ".elf")
    source = ROOT / "qemu" / "entry" / f"{name}.S"
    if not stub.exists() or stub.stat().st_mtime < source.stat().st_mtime:
        defines = [f"-D{key}={value:#x}" for key, value in symbols.items()]
        made = stub.with_suffix(".new")
        quietly(["arm-none-eabi-gcc", "-mcpu=arm1176jzf-s", "-nostdlib", f"-Wl,-Ttext={loader.text:#x}", "-Wl,--build-id=none", *defines,
                 "-o", str(made), str(source)], "assembling the boot loader's stand-in")
        made.rename(stub)
    return stub

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""movi_card.py IMAGE CARD [--sectors N]: an SD card's contents with IMAGE where the S3C6410's U-Boot looks for a kernel.

Twice: from sector 32 on, for `movi read 32 BYTES ADDRESS`, and at the place that `movi read kernel ADDRESS` reads. That is
counted from the card's end, in sectors of 512 bytes:

    ... kernel 3584 | U-Boot 480 | its environment 32 | first loader 16 | 2 that are nobody's

so a card of another size wants a file of another size: --sectors N, as `blockdev --getsz` prints it. CARD is written sparse.
"""
import argparse
import pathlib
import sys

SECTOR = 512
FIXED = 32
RESERVED, FIRST_LOADER, ENVIRONMENT, U_BOOT, KERNEL = 2, 16, 32, 480, 3584
LEAST = 8192  # sectors


def kernel_sector(sectors):
    """Where `movi read kernel` begins on a card of that many sectors."""
    return sectors - RESERVED - FIRST_LOADER - ENVIRONMENT - U_BOOT - KERNEL


def write(image, card, sectors):
    data = image.read_bytes()
    if sectors < LEAST:
        raise ValueError(f"a card has at least {LEAST} sectors")
    if len(data) > KERNEL * SECTOR or FIXED * SECTOR + len(data) > kernel_sector(sectors) * SECTOR:
        raise ValueError(f"{image} has {len(data)} bytes: too many for the kernel's place")
    with open(card, "wb") as file:
        file.truncate(sectors * SECTOR)
        for sector in (FIXED, kernel_sector(sectors)):
            file.seek(sector * SECTOR)
            file.write(data)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("image", type=pathlib.Path)
    parser.add_argument("card", type=pathlib.Path)
    parser.add_argument("--sectors", type=int, default=32768, help="of the card (default: 16 MB)")
    options = parser.parse_args()
    try:
        write(options.image, options.card, options.sectors)
    except (OSError, ValueError) as error:
        print(f"movi_card.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

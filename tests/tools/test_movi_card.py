# SPDX-License-Identifier: MIT
"""tools/movi_card.py: where the S3C6410's U-Boot looks for a kernel."""
import movi_card
import pytest


def test_the_kernel_is_counted_from_the_end():
    assert movi_card.kernel_sector(32768) == 32768 - 4114


@pytest.mark.parametrize("sectors", [8192, 32768, 1 << 20])
def test_the_image_is_in_both_places_and_nowhere_else(tmp_path, sectors):
    image, card = tmp_path / "image", tmp_path / "card"
    image.write_bytes(b"mink" * 300)
    movi_card.write(image, card, sectors)
    data = card.read_bytes()
    assert len(data) == sectors * 512
    for sector in (32, sectors - 4114):
        assert data[sector * 512:].startswith(image.read_bytes())
    assert data.count(b"mink") == 600


@pytest.mark.parametrize("size, sectors", [(100, 4096), (3584 * 512 + 1, 1 << 20), ((8192 - 4114 - 32) * 512 + 1, 8192)])
def test_what_does_not_fit_is_refused(tmp_path, size, sectors):
    image = tmp_path / "image"
    image.write_bytes(bytes(size))
    with pytest.raises(ValueError):
        movi_card.write(image, tmp_path / "card", sectors)

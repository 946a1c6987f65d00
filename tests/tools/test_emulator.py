# SPDX-License-Identifier: MIT
"""qemu/mink_qemu/emulator.py: which QEMU runs a board, and what is kept of what was built for it."""
import pathlib
import subprocess

import pytest

from mink_qemu import boards, emulator
from mink_qemu.build import BuildError

BOARD = boards.BOARDS["s3c6410"]


@pytest.fixture(name="kept")
def a_cache_of_its_own(monkeypatch, tmp_path):
    monkeypatch.setenv("MINK_CACHE", str(tmp_path))
    return tmp_path


@pytest.fixture(name="builds")
def builders_that_only_note(monkeypatch):
    """Neither builder does its work; which were asked to, in order."""
    done = []

    def builder(kind):
        def build(_model, _version, work):
            done.append(kind)
            (work / kind).touch()
            return work / kind
        return build

    monkeypatch.setattr(emulator, "build_shared_object", builder("shared object"))
    monkeypatch.setattr(emulator, "build_own_qemu", builder("own qemu"))
    return done


def test_a_machine_of_qemu_needs_nothing(builds):
    assert emulator.command(boards.BOARDS["versatilepb"]) == ["qemu-system-arm"]
    assert not builds


def test_the_distributions_qemu_gets_the_model_and_nothing_else_does(kept, builds):
    env, preload, qemu = emulator.command(BOARD)
    assert (env, qemu) == ("env", "qemu-system-arm")
    assert pathlib.Path(preload.removeprefix("LD_PRELOAD=")).parent == kept
    assert emulator.command(BOARD) == [env, preload, qemu]
    assert builds == ["shared object"]


def test_a_qemu_without_symbols_is_replaced(kept, builds, monkeypatch):
    monkeypatch.setattr(emulator, "exports_symbols", lambda: False)
    [qemu] = emulator.command(BOARD)
    assert pathlib.Path(qemu).parent == kept
    assert emulator.command(BOARD) == [qemu]
    assert builds == ["own qemu"]


def test_a_change_of_model_or_qemu_is_another_object(monkeypatch, tmp_path):
    print_of = emulator.fingerprint("1.0", "s3c6410")
    assert emulator.fingerprint("1.0", "s3c6410") == print_of
    assert emulator.fingerprint("1.1", "s3c6410") != print_of
    changed = tmp_path / "vic.c"
    changed.write_text("changed", encoding="ascii")
    monkeypatch.setattr(emulator, "sources", lambda model: [changed])
    assert emulator.fingerprint("1.0", "s3c6410") != print_of


@pytest.mark.parametrize("name", ["a b", "a:b"])
def test_a_path_that_cannot_be_preloaded(monkeypatch, tmp_path, name):
    monkeypatch.setenv("MINK_CACHE", str(tmp_path / name))
    with pytest.raises(BuildError):
        emulator.command(BOARD)


def test_the_distributions_qemu_can_be_extended():
    assert emulator.exports_symbols()


def test_the_machine_is_there():
    argv = [*emulator.command(BOARD), "-M", "help"]
    text = subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True, timeout=60).stdout
    assert "smdk6410 " in text


@pytest.mark.parametrize("size", ["8M", "96M", "512M"])
def test_memory_that_no_board_has_is_refused(size):
    argv = [*emulator.command(BOARD), "-M", "smdk6410", "-m", size, "-display", "none"]
    result = subprocess.run(argv, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
    assert result.returncode == 1 and "smdk6410: memory is" in result.stderr

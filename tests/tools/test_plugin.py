# SPDX-License-Identifier: MIT
"""qemu/plugin without QEMU: its cache model and its shadow of the call stack, compiled for this machine."""
import ctypes
import shutil
import subprocess

import pytest

from mink_qemu import emulator, plugin
from mink_qemu.build import ROOT

ORDINARY, CALL, EXCEPTION_RETURN = 0, 1, 2


class Function(ctypes.Structure):
    _fields_ = [("start", ctypes.c_uint32), ("end", ctypes.c_uint32), ("thumb", ctypes.c_bool), ("harness", ctypes.c_bool)] + [
        (name, ctypes.c_uint64) for name in ("calls", "instructions", "loads", "stores", "imisses", "dmisses", "tlb_misses", "worst")] + [
        ("worst_at", ctypes.c_void_p)]


class Insn(ctypes.Structure):
    _fields_ = [("address", ctypes.c_uint32), ("size", ctypes.c_uint32), ("kind", ctypes.c_int), ("function", ctypes.POINTER(Function))]


HOOK = ctypes.CFUNCTYPE(None)


class CallHooks(ctypes.Structure):
    _fields_ = [("operation_begins", HOOK), ("operation_ends", HOOK)]


class Cache(ctypes.Structure):
    _fields_ = [("sets", ctypes.c_uint), ("ways", ctypes.c_uint), ("tag", ctypes.c_uint32 * 16 * 128), ("next", ctypes.c_uint8 * 128),
                ("misses", ctypes.c_uint64)]


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    made = tmp_path_factory.mktemp("plugin") / "parts.so"
    sources = [str(plugin.FOLDER / name) for name in ("cache.c", "calls.c")]
    subprocess.run([emulator.COMPILER, *emulator.FLAGS, "-shared", "-o", str(made), *sources], check=True, cwd=ROOT)
    return made


@pytest.fixture
def library(compiled, tmp_path):
    """A copy for each test, with data of its own."""
    lib = ctypes.CDLL(shutil.copy(compiled, tmp_path))
    lib.cache_access.restype = lib.calls_step.restype = lib.calls_in_exception.restype = ctypes.c_bool
    return lib


def l1():
    return Cache(sets=128, ways=4)


def test_a_line_is_found_again(library):
    cache = l1()
    assert not library.cache_access(ctypes.byref(cache), 5, True)
    assert library.cache_access(ctypes.byref(cache), 5, True)
    assert cache.misses == 1


def test_five_lines_of_a_set_do_not_fit_in_four_ways(library):
    cache = l1()
    lines = [7 + 128 * i for i in range(5)]
    for line in lines[:4] * 2:
        library.cache_access(ctypes.byref(cache), line, True)
    assert cache.misses == 4
    library.cache_access(ctypes.byref(cache), lines[4], True)
    assert not library.cache_access(ctypes.byref(cache), lines[0], True)


def test_a_write_brings_no_line(library):
    cache = l1()
    library.cache_access(ctypes.byref(cache), 9, False)
    assert not library.cache_access(ctypes.byref(cache), 9, True)


class Calls:
    """Executes instructions of an invented program: functions of 0x100 bytes from 0x1000 on, the first is the harness."""

    def __init__(self, library, count=4):
        self.library = library
        self.functions = (Function * (count + 1))()
        for i in range(count):
            self.functions[i].start, self.functions[i].end = 0x1000 + 0x100 * i, 0x1100 + 0x100 * i
        self.functions[0].harness = True
        self.functions[count].start = self.functions[count].end = 0xFFFFFFFF
        library.calls_init(self.functions, count + 1)
        self.begun = self.ended = 0
        self.hooks = CallHooks(HOOK(self._begins), HOOK(self._ends))
        library.calls_start(ctypes.byref(self.hooks), None)

    def _begins(self):
        self.begun += 1

    def _ends(self):
        self.ended += 1

    def step(self, address, kind=ORDINARY, size=4):
        of = [i for i, f in enumerate(self.functions) if f.start <= address < f.end] or [len(self.functions) - 1]
        pointer = ctypes.pointer(self.functions[of[0]])
        self.library.calls_step(ctypes.byref(Insn(address, size, kind, pointer)))

    def run(self, *steps):
        for step in steps:
            self.step(*(step if isinstance(step, tuple) else (step,)))


def test_a_call_and_its_return(library):
    calls = Calls(library)
    calls.run(0x1000, (0x1004, CALL), 0x1100, 0x1104, 0x1108, 0x1008)
    assert calls.functions[1].calls == 1
    assert calls.functions[1].worst == 3
    assert (calls.begun, calls.ended) == (1, 1)


def test_a_thumb_instruction_is_two_bytes_long_and_a_call_four(library):
    calls = Calls(library)
    calls.run((0x1000, ORDINARY, 2), (0x1002, CALL, 4), (0x1100, ORDINARY, 2), (0x1102, ORDINARY, 2), (0x1006, ORDINARY, 2))
    assert calls.functions[1].worst == 2
    assert (calls.begun, calls.ended) == (1, 1)
    calls.run((0x1008, CALL, 2), (0x100A, ORDINARY, 2))  # not taken
    assert calls.functions[1].calls == 1


def test_a_call_includes_what_it_calls(library):
    calls = Calls(library)
    calls.run((0x1000, CALL), (0x1100, CALL), 0x1200, 0x1204, 0x1104, 0x1004)
    assert calls.functions[2].worst == 2
    assert calls.functions[1].worst == 4
    assert calls.begun == 1  # a call of an operation is none of its own


def test_a_call_that_was_not_taken_is_none(library):
    calls = Calls(library)
    calls.run((0x1000, CALL), 0x1004)
    assert [f.calls for f in calls.functions][1:] == [0] * 4


def test_a_jump_to_a_function_returns_for_both(library):
    calls = Calls(library)
    calls.run((0x1000, CALL), 0x1100, 0x1200, 0x1204, 0x1004, 0x1008)
    assert calls.functions[2].worst == 2
    assert calls.functions[1].worst == 3
    assert (calls.begun, calls.ended) == (1, 1)


def test_an_interrupt_is_not_the_interrupted_ones(library):
    calls = Calls(library)
    calls.run((0x1000, CALL), 0x1100, 0xFFFF0018, 0x1300, 0x1304)
    assert library.calls_in_exception()
    calls.run((0x1308, EXCEPTION_RETURN), 0x1104, 0x1004)
    assert not library.calls_in_exception()
    assert calls.functions[1].worst == 2
    assert (calls.begun, calls.ended) == (1, 1)


@pytest.mark.parametrize("opcode, kind", [
    (0xEB000000, CALL), (0x0B000000, CALL), (0xE12FFF33, CALL), (0xFA000000, CALL), (0xEA000000, ORDINARY), (0xE12FFF1E, ORDINARY),
    (0xE8BD8010, ORDINARY), (0xE1A0F00E, ORDINARY), (0xE1B0F00E, EXCEPTION_RETURN), (0xE25EF004, EXCEPTION_RETURN), (0xF8BD0A00, EXCEPTION_RETURN),
    (0xE8DD8000, EXCEPTION_RETURN), (0xE3500000, ORDINARY)])
def test_kinds_of_instructions(library, opcode, kind):
    assert library.kind_of(opcode) == kind


@pytest.mark.parametrize("opcode, kind", [
    (0xF800F000, CALL), (0xE800F7FF, CALL), (0x4798, CALL), (0xF802, CALL), (0xE802, CALL), (0x4770, ORDINARY), (0xBD10, ORDINARY),
    (0xE7FE, ORDINARY), (0xE801, ORDINARY), (0xF000, ORDINARY), (0xB510, ORDINARY)])
def test_kinds_of_thumb_instructions(library, opcode, kind):
    assert library.kind_of_thumb(opcode) == kind


def test_which_functions_are_thumb(monkeypatch):
    listing = """\
c0008000 00000008 T __kernel_start
c0008000 t $a
c0008008 00000004 T cold()
c0008008 t $t
c000800c 00000004 T colder()
c000800c t $t
c0008010 00000008 T hot()
c0008010 t $a
c0008018 00000008 t __hot_from_thumb
c0008018 t $t
c000801c t $a
c0008020 00000004 T last()
c0008020 t $a
c0009000 B __kernel_end
"""
    monkeypatch.setattr(plugin, "quietly", lambda *_: listing)
    symbols = plugin.symbols_of("mink.elf")
    assert symbols.names == ["__kernel_start", "cold()", "colder()", "hot()", "__hot_from_thumb", "__hot_from_thumb", "last()", "(elsewhere)"]
    assert symbols.thumb == [False, True, True, False, True, False, False]
    assert symbols.ranges[-2] == (0xC000801C, 0xC0008020)

# SPDX-License-Identifier: MIT
"""tools/check_link.py: what it rejects, what it lets pass."""
import pytest

from check_link import archive_members, problems

MAP = """Archive member included to satisfy reference by file (symbol)

/usr/lib/libc_nano.a(lib_a-strlen-stub.o)
                              mm/x.cpp.obj (strlen)
/usr/lib/libgcc.a(_udivsi3.o) mm/x.cpp.obj (__aeabi_uidiv)

Discarded input sections

 .text          0x00000000        0x0 /usr/lib/libc_nano.a(lib_a-mallocr.o)
"""


def test_members_are_those_that_were_linked():
    assert [(a, m) for _, a, m in archive_members(MAP)] == [("libc_nano.a", "lib_a-strlen-stub.o"),
                                                            ("libgcc.a", "_udivsi3.o")]


def newlib(member):
    return problems([], [("", "libc_nano.a", member)])


@pytest.mark.parametrize("member", ["lib_a-strlen-stub.o", "lib_a-qsort.o", "lib_a-setjmp.o", "lib_a-memchr.o"])
def test_allowed_members(member):
    assert not newlib(member)


@pytest.mark.parametrize("member", ["lib_a-mallocr.o", "lib_a-nano-mallocr.o", "lib_a-sbrkr.o", "lib_a-nano-vfprintf.o",
                                    "lib_a-strdup.o", "lib_a-strerror.o", "lib_a-strtod.o", "lib_a-abort.o"])
def test_refused_members(member):
    assert newlib(member)


@pytest.mark.parametrize("archive", ["libstdc++.a", "libsupc++.a", "libnosys.a"])
def test_refused_archives(archive):
    assert problems([], [("", archive, "x.o")])


@pytest.mark.parametrize("symbol", ["malloc", "_malloc_r", "_free_r", "_sbrk", "printf", "_vfprintf_r", "_svfprintf_r", "__cxa_throw",
                                    "__gxx_personality_v0", "__cxa_atexit", "__sinit"])
def test_refused_symbols(symbol):
    assert problems([symbol], [])


@pytest.mark.parametrize("symbol", ["kmalloc", "kfree", "vsnprintf", "snprintf", "kmalloc_large", "mempool_free", "printk",
                                    "_ZN4mink2mm4freeEv", "free_pages"])
def test_our_symbols(symbol):
    assert not problems([symbol], [])

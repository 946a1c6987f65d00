# SPDX-License-Identifier: MIT
"""tools/symbols.py: what the kernel calls its own functions."""
import pytest

import symbols
from symbols import short_name, table

NAMES = [
    ("memset", "memset"),
    ("foo.constprop.0", "foo.constprop.0"),
    ("mink::mm::Zone::take(unsigned int) const", "mink::mm::Zone::take"),
    ("void mink::foo<int>(int) [clone .isra.0] [clone .part.0]", "mink::foo<int>"),
    ("std::pair<int, int> mink::g<(mink::E)3>(int)", "mink::g<(mink::E)3>"),
    ("decltype(auto) mink::visit<mink::A>(mink::A&)", "mink::visit<mink::A>"),
    ("operator new(unsigned int)", "operator new"),
    ("mink::X::operator bool() const", "mink::X::operator bool"),
    ("mink::(anonymous namespace)::registry", "mink::registry"),
    ("mink::A<mink::B<int> >::operator()(int) const", "mink::A<mink::B<int> >::operator()"),
    ("bool mink::operator< <int>(mink::X<int>)", "mink::operator<<int>"),
    ("mink::X::operator->()", "mink::X::operator->"),
    ("vtable for mink::Foo", "vtable for mink::Foo"),
    ("mink::f(int)::{lambda(void*)#1}::operator()(void*) const", "mink::f::{lambda#1}::operator()"),
    ("mink::f()::cache", "mink::f::cache"),
]


@pytest.mark.parametrize("demangled, short", NAMES)
def test_short_name(demangled, short):
    assert short_name(demangled) == short


def test_table_stores_equal_names_once():
    text = table([(0xC0008000, (True, True), "a"), (0xC0008004, (True, True), "b"), (0xC0008008, (True, False), "a")])
    assert text.count(".asciz") == 2
    assert "__ksym_count:\n.word 3\n" in text
    assert "__ksym_name_offsets:\n.word 0\n.word 2\n.word 0\n" in text


def test_all_veneers_are_one_symbol(monkeypatch):
    listing = "c0008000 T a\nc0008010 t __b_from_arm\nc000801c t ___ZN1c1dEv_from_thumb\nc0008024 T e\n"
    monkeypatch.setattr(symbols.subprocess, "run", lambda *_, **__: type("Done", (), {"stdout": listing}))
    assert [(address, name) for address, _, name in symbols.read_symbols("nm", "elf")] == [
        (0xC0008000, "a"), (0xC0008010, "veneer"), (0xC0008024, "e")]

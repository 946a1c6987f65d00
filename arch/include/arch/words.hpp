// SPDX-License-Identifier: MIT
// What the CPU does in one instruction, and a compiler, which chooses registers first, in several.
#pragma once

// Provides, inline:
//   unsigned rotate_right(unsigned value, unsigned by): `by` is taken modulo 32
//   T load_at_once(const T& from): a trivially copyable struct of 3 or 4 words
//   void load_two(const A& a, const B& b, A& first, B& second): b lies behind a, which is at a multiple of 8 bytes
// At once is one instruction, not one access of the bus.
#include <arch_impl/words.hpp>

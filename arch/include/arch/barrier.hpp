// SPDX-License-Identifier: MIT
// Barriers by what they order. Provided inline by the platform, each with a "memory" clobber:
// compiler_barrier(): the compiler alone; dmb(): memory accesses before it are seen before those after it;
// dsb(): ... and are complete, cache and TLB maintenance included; isb(): later instructions are fetched anew.
#pragma once
#include <arch_impl/barrier.hpp>

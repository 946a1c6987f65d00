/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Models of the ARM1176's caches and TLBs: sets of tags, replaced in turn (ARM DDI 0301H, 6.1, 7.1).
 *
 * The real caches replace at random unless told otherwise (CP15 c1, bit RR); in turn is the repeatable choice. */
#ifndef MINK_PLUGIN_CACHE_H
#define MINK_PLUGIN_CACHE_H

#include <stdbool.h>
#include <stdint.h>

enum { CACHE_MOST_SETS = 128, CACHE_MOST_WAYS = 16 };

typedef struct Cache {
  unsigned sets; /* a power of two */
  unsigned ways;
  uint32_t tag[CACHE_MOST_SETS][CACHE_MOST_WAYS]; /* what is there, plus one; 0: nothing */
  uint8_t next[CACHE_MOST_SETS];
  uint64_t misses;
} Cache;

/* key: a line's or a page's number. True: it is there. If not, that is a miss, and with `allocate` it is there then. */
bool cache_access(Cache* cache, uint32_t key, bool allocate);
void cache_clear(Cache* cache); /* empties it; the count stays */

/* L1: 16 KB, 4 ways, 32-byte lines, for instructions and for data each. Lines come in by reads alone: the ARM1176 has no
 * allocation on writes (6.6.1). */
enum { LINE_SHIFT = 5 };

typedef struct Tlbs {
  Cache instruction, data; /* micro TLBs: 10 entries each */
  Cache main;              /* 2 ways of 32; its 8 lockable entries are not modelled */
} Tlbs;

typedef struct Core {
  Cache icache, dcache;
  Tlbs tlb;
} Core;

void core_init(Core* core);
/* Where pages are how large: small ones but for these stretches, sorted by none, looked at in turn. */
typedef struct PageSize {
  uint32_t start, end;
  unsigned shift;
} PageSize;
/* The number of the page that `address` is in, in units that no other size of page shares. */
uint32_t page_key(const PageSize* sizes, unsigned count, uint32_t address);
/* Looks in a micro TLB, then in the main one. */
void tlb_access(Tlbs* tlb, Cache* micro, uint32_t page);
void tlb_clear(Tlbs* tlb);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See cache.h. */
#include "cache.h"

#include <string.h>

bool cache_access(Cache* cache, uint32_t key, bool allocate) {
  unsigned set = key & (cache->sets - 1);
  uint32_t tag = key + 1;
  for (unsigned way = 0; way < cache->ways; ++way) {
    if (cache->tag[set][way] == tag) {
      return true;
    }
  }
  ++cache->misses;
  if (allocate) {
    cache->tag[set][cache->next[set]] = tag;
    cache->next[set] = (cache->next[set] + 1) % cache->ways;
  }
  return false;
}

void cache_clear(Cache* cache) {
  memset(cache->tag, 0, sizeof cache->tag);
  memset(cache->next, 0, sizeof cache->next);
}

void core_init(Core* core) {
  *core = (Core){
      .icache = {.sets = 128, .ways = 4},
      .dcache = {.sets = 128, .ways = 4},
      .tlb = {.instruction = {.sets = 1, .ways = 10},
              .data = {.sets = 1, .ways = 10},
              .main = {.sets = 32, .ways = 2}},
  };
}

uint32_t page_key(const PageSize* sizes, unsigned count, uint32_t address) {
  for (unsigned i = 0; i < count; ++i) {
    if (address - sizes[i].start < sizes[i].end - sizes[i].start) {
      /* Small pages have numbers below 2^20. */
      return (sizes[i].shift << 20) | (address >> sizes[i].shift);
    }
  }
  return address >> 12;
}

void tlb_access(Tlbs* tlb, Cache* micro, uint32_t page) {
  if (!cache_access(micro, page, true)) {
    cache_access(&tlb->main, page, true);
  }
}

void tlb_clear(Tlbs* tlb) {
  cache_clear(&tlb->instruction);
  cache_clear(&tlb->data);
  cache_clear(&tlb->main);
}

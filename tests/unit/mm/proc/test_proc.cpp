// SPDX-License-Identifier: MIT
// The texts below /proc, to the blank.
#include <CppUTest/TestHarness.h>

#include <cstring>
#include <mm/proc.hpp>

#include "fakes/test_arena.hpp"

using namespace mink;
using namespace mink::mm;
using mink::fakes::TestArena;

TEST_GROUP(MemoryProc) {
  TestArena arena{{.pages = 64, .dma_pages = 16}};
  MemoryFigures figures{.slab_reclaimable = 3, .slab_unreclaimable = 4, .vmalloc_total = 1 << 20};
  char text[8192];
  BufferSink out{text};
  void has(const char* line) { CHECK_TEXT(std::strstr(out.text(), line) != nullptr, line); }
};

TEST(MemoryProc, Buddyinfo) {
  page* const p = arena.pages().alloc(GFP_NOWAIT, 2, nullptr);
  show_buddyinfo(out, arena.pages());
  has("Node 0, zone      DMA      0      0      0      0      1      0 ");
  has("Node 0, zone   Normal      0      0      1      1      2      0 ");  // cut from the largest
  has(" 0 \n");
  arena.pages().free(p, 2, nullptr);
}

TEST(MemoryProc, Pagetypeinfo) {
  show_pagetypeinfo(out, arena.pages());
  has("Free pages count per migrate type at order       0      1      2 ");
  has("Node    0, zone   Normal, type    Unmovable      0      0 ");
  has("Node    0, zone   Normal, type   HighAtomic      0 ");
  has("\n\nNumber of blocks type     Unmovable      Movable  Reclaimable   HighAtomic \n");
  has("Node 0, zone      DMA            0            1            0            0 \n");
}

TEST(MemoryProc, Meminfo) {
  page* const p = arena.pages().alloc(GFP_NOWAIT, 0, nullptr);
  show_meminfo(out, arena.pages(), figures);
  has("MemTotal:            256 kB\nMemFree:             252 kB\n");
  has("Slab:                 28 kB\nSReclaimable:         12 kB\nSUnreclaim:           16 kB\n");
  has("VmallocTotal:       1024 kB\n");
  arena.pages().free(p, 0, nullptr);
  out.clear();
  show_meminfo(out, arena.pages(), figures);  // pages on the hot/cold list are free
  has("MemFree:             256 kB\n");
}

TEST(MemoryProc, ZoneinfoAndVmstat) {
  show_zoneinfo(out, arena.pages(), figures);
  has("Node 0, zone      DMA\n  per-node stats\n      nr_inactive_anon 0\n");
  has("      nr_mapped    0\n");
  has("      nr_slab_unreclaimable 4\n");
  has("Node 0, zone   Normal\n  pages free     48\n        boost    0\n        min      0\n");
  has("        protection: (0, 0, 0, 0)\n      nr_free_pages 48\n");
  has("  pagesets\n    cpu: 0\n              count: 0\n              high:  4\n              batch: 8\n");
  has("Node 0, zone  Movable\n  pages free     0\n");
  out.clear();
  page* const p = arena.pages().alloc(GFP_NOWAIT, 3, nullptr);
  arena.pages().free(p, 3, nullptr);
  show_vmstat(out, arena.pages(), figures);
  has("nr_free_pages 64\nnr_zone_inactive_anon 0\n");
  has("pgalloc_dma 0\npgalloc_normal 8\npgalloc_high 0\npgalloc_movable 0\nallocstall_dma 0\n");
  has("pgfree 8\npgactivate 0\n");
  has("unevictable_pgs_stranded 0\nnr_unstable 0\n");
}

TEST(MemoryProc, PagesOfDevicesAreToldByZoneAndInAll) {
  figures.file.pages = 7;
  figures.file.zone[0] = {2, 1};
  figures.file.zone[1] = {5, 3};
  show_zoneinfo(out, arena.pages(), figures);
  has("      nr_zone_inactive_file 2\n");
  has("      nr_zone_write_pending 1\n");
  has("      nr_zone_inactive_file 5\n");
  has("      nr_zone_write_pending 3\n");
  out.clear();
  show_vmstat(out, arena.pages(), figures);
  has("nr_zone_inactive_file 7\nnr_zone_active_file 0\nnr_zone_unevictable 0\nnr_zone_write_pending 4\n");
}

// SPDX-License-Identifier: MIT
// The kernel's vmalloc space: what it is made of.
#include <mm/kernel_memory.hpp>
#include <mm/page_table_source.hpp>
#include <mm/vmalloc_init.hpp>

#include <linux/slab.h>

namespace mink::mm {
namespace {

class CacheSource final : public RegionSource {
 public:
  void* alloc_region(gfp_t gfp) override { return kmem_cache_alloc(cache, gfp); }
  void free_region(void* region) override { kmem_cache_free(cache, region); }
  kmem_cache* cache = nullptr;
};

// When memory is short: tables of areas that are gone.
class TableShrinker final : public Shrinker {
 public:
  std::size_t shrink(gfp_t, std::size_t) override {
    VmallocSpace& space = kernel_memory().vmalloc;
    const std::size_t before = space.figures().table_pages;
    space.purge();
    const std::size_t after = space.figures().table_pages;
    return before > after ? before - after : 0;
  }
};

constinit CacheSource regions;
constinit TableShrinker shrinker;
constinit PageTableSource tables{kernel_memory_instance.pages};

}  // namespace

arch::TableSource& kernel_table_source() { return tables; }

Err init_kernel_vmalloc(VirtAddr start, VirtAddr end, arch::PageMapper& mapper) {
  KernelMemory& memory = kernel_memory();
  regions.cache =
      kmem_cache_create("vmap_area", sizeof(VmRegion), alignof(VmRegion), SLAB_HWCACHE_ALIGN, nullptr);
  if (regions.cache == nullptr) return Err::NoMem;
  if (const Err e = memory.vmalloc.init(start, end, memory.pages, mapper, regions); !ok(e)) return e;
  memory.pages.add_shrinker(shrinker);
  return Err::Ok;
}

}  // namespace mink::mm

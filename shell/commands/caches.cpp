// SPDX-License-Identifier: MIT
// Object caches and memory pools by hand: cache, mempool.
#include <linux/gfp.h>
#include <linux/mempool.h>
#include <linux/slab.h>
#include <mm/kernel_memory.hpp>

#include "allocations.hpp"
#include "commands/families.hpp"
#include "gfp_argument.hpp"

namespace mink::shell {
namespace {

// The subcommands of `cache` and `mempool`: `cache alloc NAME …`.
struct Action {
  std::string_view name;
  std::size_t least, most;  // arguments behind it
  int (*run)(Args& args, TextSink& out);
};

int run_action(std::span<const Action> actions, Args& args, TextSink& out) {
  for (const Action& action : actions) {
    if (args[0] != action.name) continue;
    if (args.size() - 1 >= action.least && args.size() - 1 <= action.most) return action.run(args, out);
    return args.usage("%s takes %zu to %zu arguments, not %zu", action.name.data(), action.least, action.most,
                      args.size() - 1);
  }
  return args.usage("what? %s", args.command().completions);
}

constexpr std::uint64_t kMostItems = 1'000'000;

// Argument 2, how many; 1 if it is not there.
std::optional<std::size_t> item_count(const Args& args) {
  if (args.size() <= 2) return 1;
  const auto count = args.number(2, "N", 1, kMostItems);
  return count ? std::optional{static_cast<std::size_t>(*count)} : std::nullopt;
}

// Frees the newest `count` items of a cache or pool.
int free_newest(const Args& args, const void* owner, std::size_t count, TextSink& out) {
  std::size_t freed = 0;
  while (freed < count) {
    Handle* handle = handles().newest_of(owner);
    if (handle == nullptr) break;
    freed += Handles::free_items(*handle, count - freed);
  }
  print(out, "freed %zu\n", freed);
  if (freed == count) return kOk;
  print(out, "%s: no more were allocated here\n", args.command().name);
  return kFailed;
}

// --- cache ---

struct SlabFlag {
  std::string_view name;
  slab_flags_t flag;
};
constexpr SlabFlag kSlabFlags[] = {{"SLAB_HWCACHE_ALIGN", SLAB_HWCACHE_ALIGN},
                                   {"SLAB_CACHE_DMA", SLAB_CACHE_DMA},
                                   {"SLAB_POISON", SLAB_POISON},
                                   {"SLAB_RED_ZONE", SLAB_RED_ZONE},
                                   {"SLAB_STORE_USER", SLAB_STORE_USER},
                                   {"SLAB_CONSISTENCY_CHECKS", SLAB_CONSISTENCY_CHECKS},
                                   {"SLAB_RECLAIM_ACCOUNT", SLAB_RECLAIM_ACCOUNT},
                                   {"SLAB_TYPESAFE_BY_RCU", SLAB_TYPESAFE_BY_RCU},
                                   {"SLAB_NO_REAP", SLAB_NO_REAP}};

// The constructor of caches made with CTOR.
constinit unsigned long constructed = 0;
void count_constructed(void*) { ++constructed; }

// Names joined by |, with or without SLAB_. Nothing: one is unknown.
std::optional<slab_flags_t> parse_slab_flags(std::string_view text) {
  slab_flags_t flags = 0;
  for (;;) {
    const std::string_view name = text.substr(0, text.find('|'));
    const SlabFlag* found = nullptr;
    for (const SlabFlag& flag : kSlabFlags) {
      if (name == flag.name || name == flag.name.substr(5)) found = &flag;
    }
    if (found == nullptr) return std::nullopt;
    flags |= found->flag;
    if (name.size() == text.size()) return flags;
    text.remove_prefix(name.size() + 1);
  }
}

void* cache_one(const Handle& handle) {
  return kmem_cache_alloc(static_cast<kmem_cache*>(handle.owner), handle.gfp);
}
void free_object(const Handle& handle, void* item) {
  kmem_cache_free(static_cast<kmem_cache*>(handle.owner), item);
}
void describe_object(const Handle& handle, void* item, TextSink& out) {
  print(out, " 0x%08lx", reinterpret_cast<unsigned long>(item));
  print_phys(out, item);
  print(out, " %s", static_cast<const kmem_cache*>(handle.owner)->name);
}
constexpr AllocationKind kCacheKind{"cache",     true,        next_in_item,   set_next_in_item,
                                    item_memory, free_object, describe_object};

kmem_cache* find_cache(const Args& args, TextSink& out) {
  kmem_cache* cache = mm::kernel_memory().slab.find_cache(args[1].data());
  if (cache != nullptr) return cache;
  print(out, "cache: there is no '");
  print_visible(out, args[1]);
  print(out, "'; `slabinfo` lists what there is\n");
  return nullptr;
}

int create_cache(Args& args, TextSink& out) {
  constexpr std::uint64_t kLeast = sizeof(void*);  // an object holds the pointer to the next of its handle
  if (mm::kernel_memory().slab.find_cache(args[1].data()) != nullptr) {
    print(out, "cache: there is a %s\n", args[1].data());
    return kFailed;
  }
  const auto size = args.number(2, "SIZE", kLeast, KMALLOC_MAX_SIZE);
  if (!size) return kUsage;
  std::uint64_t align = 0;
  slab_flags_t flags = 0;
  const bool with_ctor = args.take_flag("CTOR");
  for (std::size_t i = 3; i < args.size(); ++i) {
    if (const auto number = parse_number(args[i]); number && i == 3) {
      align = *number;
    } else if (const auto parsed = parse_slab_flags(args[i])) {
      flags |= *parsed;
    } else {
      print(out, "cache: the flags are");
      for (const SlabFlag& flag : kSlabFlags) print(out, " %s", flag.name.substr(5).data());
      print(out, ", joined by |\n");
      return kUsage;
    }
  }
  if (align > kPageSize || (align & (align - 1)) != 0)
    return args.usage("ALIGN is a power of two up to 4096");
  kmem_cache* cache =
      kmem_cache_create(args[1].data(), static_cast<std::size_t>(*size), static_cast<std::size_t>(align),
                        flags, with_ctor ? count_constructed : nullptr);
  if (cache == nullptr) {
    print(out, "cache: it could not be created\n");
    return kFailed;
  }
  print(out, "%s: objects of %u bytes take %lu, %lu to a slab of %u page%s\n", args[1].data(),
        kmem_cache_size(cache), static_cast<unsigned long>(cache->size),
        static_cast<unsigned long>(cache->objects), 1u << cache->order, cache->order == 0 ? "" : "s");
  return kOk;
}

int alloc_from_cache(Args& args, TextSink& out) {
  kmem_cache* cache = find_cache(args, out);
  const auto count = cache != nullptr ? item_count(args) : std::nullopt;
  if (!count) return cache == nullptr ? kFailed : kUsage;
  const int status = allocate(args, {kCacheKind, cache, kmem_cache_size(cache), GFP_KERNEL, cache_one},
                              {*count, false}, out);
  if (cache->ctor == reinterpret_cast<kmem_any_fn_t>(count_constructed))
    print(out, "%lu objects constructed so far\n", constructed);
  return status;
}

int free_to_cache(Args& args, TextSink& out) {
  kmem_cache* cache = find_cache(args, out);
  const auto count = cache != nullptr ? item_count(args) : std::nullopt;
  if (!count) return cache == nullptr ? kFailed : kUsage;
  return free_newest(args, cache, *count, out);
}

int shrink_cache(Args& args, TextSink& out) {
  kmem_cache* cache = find_cache(args, out);
  if (cache == nullptr) return kFailed;
  print(out, "gave back %zu pages\n", mm::kernel_memory().slab.shrink_cache(*cache));
  return kOk;
}

int destroy_cache(Args& args, TextSink& out) {
  kmem_cache* cache = find_cache(args, out);
  if (cache == nullptr) return kFailed;
  if (const int error = kmem_cache_destroy(cache); error != 0) {
    print(out, "cache: %s is not destroyed: error %d\n", args[1].data(), error);
    return kFailed;
  }
  return kOk;
}

constexpr Action kCacheActions[] = {{"create", 2, 5, create_cache},
                                    {"alloc", 1, 2, alloc_from_cache},
                                    {"free", 1, 2, free_to_cache},
                                    {"shrink", 1, 1, shrink_cache},
                                    {"destroy", 1, 1, destroy_cache}};

int run_cache(Args& args, TextSink& out) { return run_action(kCacheActions, args, out); }

// --- mempool ---

struct Pool {
  char name[24] = {};
  mempool_t* pool = nullptr;  // nullptr: this place is free
};
constinit Pool pools[8];

Pool* pool_named(std::string_view name) {
  for (Pool& pool : pools) {
    if (pool.pool != nullptr && name == pool.name) return &pool;
  }
  return nullptr;
}

void* pool_one(const Handle& handle) {
  return mempool_alloc(static_cast<mempool_t*>(handle.owner), handle.gfp);
}
void free_element(const Handle& handle, void* item) {
  mempool_free(item, static_cast<mempool_t*>(handle.owner));
}
void describe_element(const Handle& handle, void* item, TextSink& out) {
  print(out, " 0x%08lx", reinterpret_cast<unsigned long>(item));
  print_phys(out, item);
  for (const Pool& pool : pools) {
    if (pool.pool == handle.owner) print(out, " %s", pool.name);
  }
}
constexpr AllocationKind kMempoolKind{"mempool",   false,        next_in_item,    set_next_in_item,
                                      item_memory, free_element, describe_element};

Pool* find_pool(const Args& args, TextSink& out) {
  Pool* pool = pool_named(args[1]);
  if (pool != nullptr) return pool;
  print(out, "mempool: there is no '");
  print_visible(out, args[1]);
  print(out, "'\n");
  return nullptr;
}

int create_pool(Args& args, TextSink& out) {
  constexpr std::uint64_t kMostReserve = 10'000;
  const auto reserve = args.number(2, "MIN", 1, kMostReserve);
  const auto size = reserve ? args.number(3, "SIZE", sizeof(void*), KMALLOC_MAX_SIZE) : std::nullopt;
  if (!size) return kUsage;
  if (pool_named(args[1]) != nullptr) {
    print(out, "mempool: there is a %s\n", args[1].data());
    return kFailed;
  }
  Pool* place = nullptr;
  for (Pool& pool : pools) {
    if (pool.pool == nullptr) place = &pool;
  }
  if (place == nullptr || args[1].size() >= sizeof place->name) {
    return args.usage("at most %zu pools, names of at most %zu characters", std::size(pools),
                      sizeof place->name - 1);
  }
  place->pool = mempool_create_kmalloc_pool(static_cast<int>(*reserve), static_cast<std::size_t>(*size));
  if (place->pool == nullptr) {
    print(out, "mempool: no memory for the reserve\n");
    return kFailed;
  }
  place->name[args[1].copy(place->name, sizeof place->name - 1)] = '\0';
  return kOk;
}

int show_pool(const Pool& pool, TextSink& out) {
  print(out, "%s: %d of %d elements in reserve\n", pool.name, pool.pool->curr_nr, pool.pool->min_nr);
  return kOk;
}

int alloc_from_pool(Args& args, TextSink& out) {
  Pool* pool = find_pool(args, out);
  const auto count = pool != nullptr ? item_count(args) : std::nullopt;
  const auto gfp = count ? gfp_argument(args, 3, GFP_KERNEL) : std::nullopt;
  if (!gfp) return pool == nullptr ? kFailed : kUsage;
  const int status = allocate(args, {kMempoolKind, pool->pool, 0, *gfp, pool_one}, {*count, false}, out);
  show_pool(*pool, out);
  return status;
}

int free_to_pool(Args& args, TextSink& out) {
  Pool* pool = find_pool(args, out);
  const auto count = pool != nullptr ? item_count(args) : std::nullopt;
  if (!count) return pool == nullptr ? kFailed : kUsage;
  const int status = free_newest(args, pool->pool, *count, out);
  show_pool(*pool, out);
  return status;
}

int destroy_pool(Args& args, TextSink& out) {
  Pool* pool = find_pool(args, out);
  if (pool == nullptr) return kFailed;
  if (const Handle* handle = handles().newest_of(pool->pool); handle != nullptr) {
    print(out, "mempool: elements are out: #%u\n", handle->id);
    return kFailed;
  }
  mempool_destroy(pool->pool);
  pool->pool = nullptr;
  return kOk;
}

constexpr Action kPoolActions[] = {{"create", 3, 3, create_pool},
                                   {"alloc", 1, 3, alloc_from_pool},
                                   {"free", 1, 2, free_to_pool},
                                   {"destroy", 1, 1, destroy_pool}};

int run_mempool(Args& args, TextSink& out) { return run_action(kPoolActions, args, out); }

constexpr Command kCommands[] = {
    {.name = "cache",
     .usage = "create NAME SIZE [ALIGN] [FLAG|FLAG] [CTOR]\nalloc NAME [N]\nfree NAME [N]\nshrink "
              "NAME\ndestroy NAME",
     .summary = "object caches: kmem_cache_create and its family",
     .example = "cache create inodes 100 32 HWCACHE_ALIGN|POISON; cache alloc inodes 20",
     .run = run_cache,
     .details =
         "FLAG: HWCACHE_ALIGN CACHE_DMA POISON RED_ZONE STORE_USER CONSISTENCY_CHECKS RECLAIM_ACCOUNT\n"
         "TYPESAFE_BY_RCU NO_REAP. alloc takes from any cache that `slabinfo` lists.\n"
         "CTOR: with a constructor that counts; alloc then tells how many objects it has been called for.",
     .completions = "create alloc free shrink destroy"},
    {.name = "mempool",
     .usage = "create NAME MIN SIZE\nalloc NAME [N] [FLAGS]\nfree NAME [N]\ndestroy NAME",
     .summary = "memory pools: a reserve of MIN elements over kmalloc",
     .example = "mempool create requests 4 256; mempool alloc requests 2",
     .run = run_mempool,
     .completions = "create alloc free destroy"},
};

}  // namespace

constinit const Family kCacheFamily{"Caches and pools", kCommands};

}  // namespace mink::shell

// SPDX-License-Identifier: MIT
// What is done to the page allocator: all calls, all masks, all orders.
#include "stress/model/page_world.hpp"

namespace mink::stress {
namespace {

// Small enough to be short of memory most of the time, and uneven.
constexpr MachineOptions kVariants[] = {
    {.pages = 64, .list_limit = 4},
    {.pages = 640, .dma_pages = 160, .high_pages = 240, .min_free_kbytes = 256, .list_limit = 12},
    {.pages = 400, .dma_pages = 64, .min_free_kbytes = 128, .list_limit = 0, .skip_pages = 3},
    {.pages = 500,
     .dma_pages = 100,
     .high_pages = 133,
     .min_free_kbytes = 128,
     .list_limit = 6,
     .skip_pages = 40,
     .reserved_every = 97},
    {.pages = 1100, .high_pages = 900, .min_free_kbytes = 64, .list_limit = 30},
};

PageWorld& w(World& world) { return static_cast<PageWorld&>(world); }
constexpr Arg kSlot{"slot", [](Random& r) { return r.below(kSlots); }};
constexpr Arg kGfp{"gfp", draw_gfp};
// Most blocks are small; now and then one of any order, and one beyond all.
constexpr Arg kOrder{"order",
                     [](Random& r) { return r.below(32) == 0 ? r.below(mm::kMaxOrder + 2) : r.halving(5); }};

constexpr OpKind kKinds[] = {
    {"alloc",
     400,
     true,
     {kSlot, kOrder, kGfp, {"how", below<6>}},
     [](World& s, Args a) { w(s).alloc(a[0], a[1], a[2], a[3]); }},
    {"free", 420, true, {kSlot, {"how", below<4>}}, [](World& s, Args a) { w(s).release(a[0], a[1]); }},
    {"bulk",
     40,
     true,
     {kSlot, {"count", below<kBulkMost>}, kGfp},
     [](World& s, Args a) { w(s).bulk(a[0], a[1], a[2]); }},
    {"get", 40, true, {kSlot, {"page", below<64>}}, [](World& s, Args a) { w(s).get(a[0], a[1]); }},
    {"split", 40, false, {kSlot}, [](World& s, Args a) { w(s).split(a[0]); }},
    {"wrong", 20, false, {kSlot, {"what", below<300>}}, [](World& s, Args a) { w(s).wrong(a[0], a[1]); }},
    {"offer", 40, false, {kSlot}, [](World& s, Args a) { w(s).offer(a[0]); }},
    {"drain", 4, false, {}, [](World& s, Args) { w(s).drain(); }},
    {"reclaim", 4, false, {kGfp}, [](World& s, Args a) { w(s).reclaim(a[0]); }},
    {"min_free", 1, false, {{"kbytes", below<1200>}}, [](World& s, Args a) { w(s).reserve(a[0]); }},
    {"account", 10, false, {{"number", below<8>}}, [](World& s, Args a) { w(s).account(a[0]); }},
    {"asker", 8, false, {{"state", below<4>}}, [](World& s, Args a) { w(s).asker_is(a[0]); }},
};

}  // namespace

const Subject kPages{
    "pages", kKinds, sizeof kVariants / sizeof kVariants[0],
    [](unsigned v) -> std::unique_ptr<World> { return std::make_unique<PageWorld>(kVariants[v], v); }};

}  // namespace mink::stress

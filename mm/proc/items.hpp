// SPDX-License-Identifier: MIT
// The counters that zoneinfo and vmstat share, by Linux's names and in its order. What mink has no such thing for is 0:
// parsers look lines up by name.
#pragma once
#include <cstddef>
#include <mm/page_allocator.hpp>

namespace mink::mm {

enum class Item : unsigned char {
  Zero,
  FreePages,
  SlabReclaimable,
  SlabUnreclaimable,
  StackKb,
  TablePages,
  FilePages,
  ZoneFilePages,  // of one zone; of vmstat's zones all
  ZonePending,
  Dirty,
  Writeback,
  Dirtied,
  Written,
  ReclaimWritten
};

struct NamedItem {
  const char* name;
  Item item = Item::Zero;
};

// clang-format off
inline constexpr NamedItem kZoneItems[] = {
    {"nr_free_pages", Item::FreePages}, {"nr_zone_inactive_anon"}, {"nr_zone_active_anon"}, {"nr_zone_inactive_file", Item::ZoneFilePages},
    {"nr_zone_active_file"}, {"nr_zone_unevictable"}, {"nr_zone_write_pending", Item::ZonePending}, {"nr_mlock"}, {"nr_bounce"},
    {"nr_free_cma"},
};

inline constexpr NamedItem kNodeItems[] = {
    {"nr_inactive_anon"}, {"nr_active_anon"}, {"nr_inactive_file", Item::FilePages}, {"nr_active_file"}, {"nr_unevictable"},
    {"nr_slab_reclaimable", Item::SlabReclaimable}, {"nr_slab_unreclaimable", Item::SlabUnreclaimable},
    {"nr_isolated_anon"}, {"nr_isolated_file"}, {"workingset_nodes"}, {"workingset_refault_anon"},
    {"workingset_refault_file"}, {"workingset_activate_anon"}, {"workingset_activate_file"},
    {"workingset_restore_anon"}, {"workingset_restore_file"}, {"workingset_nodereclaim"}, {"nr_anon_pages"},
    {"nr_mapped"}, {"nr_file_pages", Item::FilePages}, {"nr_dirty", Item::Dirty}, {"nr_writeback", Item::Writeback}, {"nr_writeback_temp"}, {"nr_shmem"},
    {"nr_shmem_hugepages"}, {"nr_shmem_pmdmapped"}, {"nr_file_hugepages"}, {"nr_file_pmdmapped"},
    {"nr_anon_transparent_hugepages"}, {"nr_vmscan_write", Item::ReclaimWritten}, {"nr_vmscan_immediate_reclaim"}, {"nr_dirtied", Item::Dirtied},
    {"nr_written", Item::Written}, {"nr_throttled_written"}, {"nr_kernel_misc_reclaimable"}, {"nr_foll_pin_acquired"},
    {"nr_foll_pin_released"}, {"nr_kernel_stack", Item::StackKb}, {"nr_page_table_pages", Item::TablePages},
    {"nr_sec_page_table_pages"},
};

// Events of vmstat that mink has no source for, between those that it counts.
inline constexpr const char* kEventsAfterFree[] = {
    "pgactivate", "pgdeactivate", "pglazyfree", "pgfault", "pgmajfault", "pglazyfreed", "pgrefill", "pgreuse",
};
struct NamedEvent {
  const char* name;
  unsigned (*value)(const VmEvents& events) = nullptr;
};
inline constexpr NamedEvent kEventsAfterSteal[] = {
    {"pgdemote_kswapd"}, {"pgdemote_direct"},
    {"pgscan_kswapd", [](const VmEvents& e) { return e.pages_wanted[1]; }},
    {"pgscan_direct", [](const VmEvents& e) { return e.pages_wanted[0]; }}, {"pgscan_direct_throttle"}, {"pgscan_anon"},
    {"pgscan_file"}, {"pgsteal_anon"}, {"pgsteal_file"}, {"pginodesteal"},
    {"slabs_scanned", [](const VmEvents& e) { return e.slabs_scanned; }}, {"kswapd_inodesteal"},
   
    {"kswapd_low_wmark_hit_quickly", [](const VmEvents& e) { return e.low_hit_quickly; }},
    {"kswapd_high_wmark_hit_quickly", [](const VmEvents& e) { return e.high_hit_quickly; }},
    {"pageoutrun", [](const VmEvents& e) { return e.background_runs; }}, {"pgrotated"}, {"drop_pagecache"},
   
    {"drop_slab", [](const VmEvents& e) { return e.slab_drops; }},
    {"oom_kill", [](const VmEvents& e) { return e.oom_kills; }}, {"pgmigrate_success"}, {"pgmigrate_fail"}, {"thp_migration_success"}, {"thp_migration_fail"},
    {"thp_migration_split"}, {"compact_migrate_scanned"}, {"compact_free_scanned"}, {"compact_isolated"}, {"compact_stall"},
    {"compact_fail"}, {"compact_success"}, {"compact_daemon_wake"}, {"compact_daemon_migrate_scanned"},
    {"compact_daemon_free_scanned"}, {"unevictable_pgs_culled"}, {"unevictable_pgs_scanned"}, {"unevictable_pgs_rescued"},
    {"unevictable_pgs_mlocked"}, {"unevictable_pgs_munlocked"}, {"unevictable_pgs_cleared"}, {"unevictable_pgs_stranded"},
    {"nr_unstable"},
};
// clang-format on

}  // namespace mink::mm

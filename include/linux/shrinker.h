/* SPDX-License-Identifier: MIT */
/* Shrinkers: how a cache of something lets itself be made smaller when memory is short. Linux 6.1's names. */
#pragma once
#include <linux/gfp_types.h>
#include <linux/list.h>

#define SHRINK_STOP \
  (~0UL) /* from scan_objects: no more can be had now (a lock is held, the mask forbids it) */
#define SHRINK_EMPTY (~0UL - 1) /* from count_objects: there are none */
#define SHRINK_BATCH 128
#define DEFAULT_SEEKS 2

struct shrink_control {
  gfp_t
      gfp_mask; /* of the allocation that reclaims: no I/O without __GFP_IO, no file system without __GFP_FS */
  int nid;
  unsigned long nr_to_scan;
  unsigned long nr_scanned; /* the shrinker may lower it */
};

struct shrinker {
  /* Objects that could be freed; 0: cannot tell now. */
  unsigned long (*count_objects)(struct shrinker* shrinker, struct shrink_control* sc);
  /* Frees up to nr_to_scan of them; how many it freed, or SHRINK_STOP. Thread context, may sleep; what it allocates
   * comes from the reserve and does not reclaim. */
  unsigned long (*scan_objects)(struct shrinker* shrinker, struct shrink_control* sc);
  long batch; /* objects a call; 0: SHRINK_BATCH */
  int seeks;
  unsigned flags;
  struct list_head list;
  const char* name;
};

#ifdef __cplusplus
extern "C" {
#endif

/* `format` names it in reports; it is not expanded. 0. May sleep. */
int register_shrinker(struct shrinker* shrinker, const char* format, ...);
/* When it returns, no call into the shrinker runs. May sleep; not from inside a shrinker. */
void unregister_shrinker(struct shrinker* shrinker);

#ifdef __cplusplus
}
#endif

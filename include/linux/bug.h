/* SPDX-License-Identifier: MIT */
/* BUG and WARN: what cannot be, and what should not be. Any context. */
#pragma once
#include <base/log.h>
#include <base/warn.h>
#include <linux/compiler.h>

#define BUG() panic("kernel BUG at %s:%d!", __FILE__, __LINE__)
#define BUG_ON(condition)           \
  do {                              \
    if (unlikely(condition)) BUG(); \
  } while (0)

/* Value: whether the condition held. */
#define WARN(condition, ...)                                             \
  ({                                                                     \
    const int __warn_on = !!(condition);                                 \
    if (unlikely(__warn_on)) mink_warn(__FILE__, __LINE__, __VA_ARGS__); \
    unlikely(__warn_on);                                                 \
  })
#define WARN_ON(condition)                                                  \
  ({                                                                        \
    const int __warn_on = !!(condition);                                    \
    if (unlikely(__warn_on)) mink_warn(__FILE__, __LINE__, (const char*)0); \
    unlikely(__warn_on);                                                    \
  })
/* Once for each place in the source. */
#define WARN_ONCE(condition, ...)             \
  ({                                          \
    static bool __warned;                     \
    const int __warn_once = !!(condition);    \
    if (unlikely(__warn_once && !__warned)) { \
      __warned = true;                        \
      WARN(1, __VA_ARGS__);                   \
    }                                         \
    unlikely(__warn_once);                    \
  })
#define WARN_ON_ONCE(condition)               \
  ({                                          \
    static bool __warned;                     \
    const int __warn_once = !!(condition);    \
    if (unlikely(__warn_once && !__warned)) { \
      __warned = true;                        \
      WARN_ON(1);                             \
    }                                         \
    unlikely(__warn_once);                    \
  })

#ifdef __cplusplus
#define BUILD_BUG_ON(condition) static_assert(!(condition), #condition)
#else
#define BUILD_BUG_ON(condition) _Static_assert(!(condition), #condition)
#endif

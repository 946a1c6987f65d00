// SPDX-License-Identifier: MIT
// One table of GFP names, for every place that reads or writes them.
#include <mm/gfp_names.hpp>

#include <iterator>
#include <mm/gfp_policy.hpp>

#include <linux/gfp_types.h>

namespace mink::mm {
namespace {

// A group goes before the groups it contains.
constexpr GfpName kGroups[] = {
    {GFP_HIGHUSER_MOVABLE, "GFP_HIGHUSER_MOVABLE", "user pages that may be moved, high memory first"},
    {GFP_HIGHUSER, "GFP_HIGHUSER", "user pages, high memory first"},
    {GFP_USER, "GFP_USER", "for user space, mapped by the kernel too; may sleep"},
    {GFP_KERNEL_ACCOUNT, "GFP_KERNEL_ACCOUNT", "as GFP_KERNEL, accounted to the user"},
    {GFP_KERNEL, "GFP_KERNEL", "the ordinary allocation of a thread; may sleep"},
    {GFP_NOFS, "GFP_NOFS", "may sleep, but enters no file system"},
    {GFP_ATOMIC, "GFP_ATOMIC", "never sleeps, may use the reserve"},
    {GFP_NOIO, "GFP_NOIO", "may sleep, but starts no I/O"},
    {GFP_NOWAIT, "GFP_NOWAIT", "never sleeps, leaves the reserve alone"},
    {GFP_DMA, "GFP_DMA", "the DMA zone alone"},
};

constexpr GfpName kFlags[] = {
    {__GFP_DMA, "__GFP_DMA", "the DMA zone alone"},
    {__GFP_HIGHMEM, "__GFP_HIGHMEM", "a page without a linear address will do"},
    {__GFP_DMA32, "__GFP_DMA32", "the first 4 GB: zone Normal here"},
    {__GFP_MOVABLE, "__GFP_MOVABLE", "placed with pages that can be moved or dropped"},
    {__GFP_RECLAIMABLE, "__GFP_RECLAIMABLE", "placed with pages that shrinkers can free"},
    {__GFP_HIGH, "__GFP_HIGH", "urgent: may use half of the reserve below min"},
    {__GFP_IO, "__GFP_IO", "reclaim may start I/O"},
    {__GFP_FS, "__GFP_FS", "reclaim may enter file systems"},
    {__GFP_ZERO, "__GFP_ZERO", "zeroed"},
    {__GFP_ATOMIC, "__GFP_ATOMIC", "cannot wait: a quarter more of the reserve"},
    {__GFP_DIRECT_RECLAIM, "__GFP_DIRECT_RECLAIM", "the caller may sleep and reclaim for itself"},
    {__GFP_KSWAPD_RECLAIM, "__GFP_KSWAPD_RECLAIM", "wakes kswapd below the low mark"},
    {__GFP_WRITE, "__GFP_WRITE", "the page will be dirtied soon"},
    {__GFP_NOWARN, "__GFP_NOWARN", "no report if it fails"},
    {__GFP_RETRY_MAYFAIL, "__GFP_RETRY_MAYFAIL", "several rounds of reclaim, then fails"},
    {__GFP_NOFAIL, "__GFP_NOFAIL", "never fails: waits for ever"},
    {__GFP_NORETRY, "__GFP_NORETRY", "one light try"},
    {__GFP_MEMALLOC, "__GFP_MEMALLOC", "frees memory soon: may use all of the reserve"},
    {__GFP_COMP, "__GFP_COMP", "a compound page: freed as a whole"},
    {__GFP_NOMEMALLOC, "__GFP_NOMEMALLOC", "keeps out of the reserve that MEMALLOC and ATOMIC open"},
    {__GFP_HARDWALL, "__GFP_HARDWALL", "cpuset limits: none here"},
    {__GFP_THISNODE, "__GFP_THISNODE", "this memory node alone: there is one"},
    {__GFP_ACCOUNT, "__GFP_ACCOUNT", "accounted to a group: none here"},
    {__GFP_COLD, "__GFP_COLD", "a page that is not in the cache will do (retired)"},
    {__GFP_REPEAT, "__GFP_REPEAT", "the old name of __GFP_RETRY_MAYFAIL (retired)"},
    {__GFP_WAIT, "__GFP_WAIT", "the old name of __GFP_RECLAIM: may sleep (retired)"},
};

constexpr GfpName kReclaim{__GFP_RECLAIM, "__GFP_RECLAIM", "may sleep, and wakes kswapd"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Is text[0, length) the name, or the name without its prefix?
bool same(const char* text, std::size_t length, const char* name) {
  std::size_t i = 0;
  while (i < length && name[i] != '\0' && lower(text[i]) == lower(name[i])) ++i;
  return i == length && name[i] == '\0';
}
const char* bare(const char* name) {
  const char* const skip = name[0] == '_' ? "__GFP_" : "GFP_";
  for (const char* s = skip; *s != '\0'; ++s) ++name;
  return name;
}
bool names(const char* text, std::size_t length, const GfpName& entry) {
  return same(text, length, entry.name) || same(text, length, bare(entry.name));
}

bool find(const char* text, std::size_t length, gfp_t& mask) {
  // Full names first: "DMA" alone may mean either, and both are the same bit.
  for (const GfpName& entry : kGroups) {
    if (names(text, length, entry)) return mask |= entry.mask, true;
  }
  // GFP_ATOMIC is a group and __GFP_ATOMIC a flag of it: the group was found first by its short name.
  for (const GfpName& entry : kFlags) {
    if (names(text, length, entry)) return mask |= entry.mask, true;
  }
  if (names(text, length, kReclaim)) return mask |= kReclaim.mask, true;
  return false;
}

bool number(const char* text, std::size_t length, gfp_t& mask) {
  unsigned base = 10;
  std::size_t i = 0;
  if (length > 2 && text[0] == '0' && lower(text[1]) == 'x') base = 16, i = 2;
  unsigned long long value = 0;
  for (; i < length; ++i) {
    const char c = lower(text[i]);
    const unsigned digit = c >= '0' && c <= '9'   ? static_cast<unsigned>(c - '0')
                           : c >= 'a' && c <= 'f' ? static_cast<unsigned>(c - 'a') + 10
                                                  : 99;
    if (digit >= base) return false;
    value = value * base + digit;
    if (value > 0xffffffffu) return false;
  }
  if (length == 0) return false;
  mask |= static_cast<gfp_t>(value);
  return true;
}

bool separates(char c) { return c == '|' || c == '+' || c == ','; }

}  // namespace

bool parse_gfp(const char* text, gfp_t& mask, const char*& bad) {
  gfp_t result = 0;
  const char* start = text;
  for (const char* at = text;; ++at) {
    if (*at != '\0' && !separates(*at)) continue;
    const auto length = static_cast<std::size_t>(at - start);
    if (!number(start, length, result) && !find(start, length, result)) {
      bad = start;
      return false;
    }
    if (*at == '\0') break;
    start = at + 1;
  }
  mask = result;
  return true;
}

void format_gfp(TextSink& out, gfp_t mask) {
  if (mask == 0) {
    print(out, "none");
    return;
  }
  const char* between = "";
  const auto take = [&](const GfpName& entry) {
    if ((mask & entry.mask) != entry.mask) return;
    print(out, "%s%s", between, entry.name);
    mask &= ~entry.mask;
    between = "|";
  };
  for (const GfpName& group : kGroups) take(group);
  take(kReclaim);
  for (const GfpName& flag : kFlags) take(flag);
  if (mask != 0) print(out, "%s%#x", between, mask);
}

bool gfp_flag(unsigned n, GfpName& flag) {
  if (n >= std::size(kFlags)) return false;
  flag = kFlags[n];
  return true;
}
bool gfp_group(unsigned n, GfpName& group) {
  if (n >= std::size(kGroups)) return false;
  group = kGroups[n];
  return true;
}

}  // namespace mink::mm

// SPDX-License-Identifier: MIT
// The card in the slot, through the page cache: card.
#include <linux/slab.h>

#include <block/card.hpp>
#include <cstdint>
#include <mm/kernel_memory.hpp>

#include "commands/families.hpp"
#include "gfp_argument.hpp"

namespace mink::shell {
namespace {

using block::Card;
using block::kSectorSize;

constexpr unsigned kMostDump = 64;  // sectors

// A sector's worth of memory for a command.
class Sector {
 public:
  Sector() : words_{static_cast<std::uint32_t*>(kmalloc(kSectorSize, GFP_KERNEL))} {}
  ~Sector() { kfree(words_); }
  Sector(const Sector&) = delete;
  Sector& operator=(const Sector&) = delete;
  [[nodiscard]] std::uint32_t* words() { return words_; }

 private:
  std::uint32_t* words_;
};

// Word i of sector s, so that no two of a card are alike and a sector in another's place shows.
std::uint32_t pattern(std::uint32_t sector, std::uint32_t i, std::uint32_t seed) {
  return sector * (kSectorSize / 4) + i + seed;
}

int failed(const Args& args, TextSink& out, std::uint32_t sector, Err e) {
  print(out, "%s: sector %u: error %d\n", args.command().name, static_cast<unsigned>(sector),
        static_cast<int>(e));
  return kFailed;
}

struct Range {
  std::uint32_t first, count;
};

// SECTOR and N, checked against the card.
std::optional<Range> sectors_of(const Args& args, const Card& card, std::uint64_t usual, std::uint64_t most) {
  const std::uint32_t all = card.cache.pages_of_device() * block::PageCache::kSectorsPerPage;
  const auto first = args.number(1, "SECTOR", 0, all - 1);
  if (!first) return std::nullopt;
  const std::uint64_t left = all - *first;
  auto count = std::optional<std::uint64_t>{usual < left ? usual : left};
  if (args.size() > 2) count = args.number(2, "N", 1, left < most ? left : most);
  if (!count) return std::nullopt;
  return Range{static_cast<std::uint32_t>(*first), static_cast<std::uint32_t>(*count)};
}

int show(Args&, TextSink& out, Card& card) {
  card.describe(out);
  const block::Device::Figures& d = card.device.figures();
  print(out, "requests: %u in %u transfers, %u of them joined, %u failed, %u without a buffer\n",
        static_cast<unsigned>(d.requests), static_cast<unsigned>(d.transfers),
        static_cast<unsigned>(d.joined), static_cast<unsigned>(d.errors), static_cast<unsigned>(d.no_buffer));
  const block::PageCache::Figures c = card.cache.figures();
  print(out, "pages: %zu cached, %zu dirty, %zu under writeback; hits %u, misses %u\n", c.nr_file_pages,
        c.nr_dirty, c.nr_writeback, static_cast<unsigned>(c.hits), static_cast<unsigned>(c.misses));
  print(out, "written: %u pages, %u of them by reclaim, %u errors; reclaimed: %u pages\n",
        static_cast<unsigned>(c.nr_written), static_cast<unsigned>(c.nr_vmscan_write),
        static_cast<unsigned>(c.write_errors), static_cast<unsigned>(c.pgsteal));
  const block::InodeCache::Figures i = card.inodes.figures();
  print(out,
        "files: %u known, %u without pages, %u forgotten; reclaim refused %u times for want of __GFP_FS\n",
        static_cast<unsigned>(i.known), static_cast<unsigned>(i.unused), static_cast<unsigned>(i.evicted),
        static_cast<unsigned>(i.refused));
  if (card.device.recursions() != 0) {
    print(out, "reclaim from inside the block layer: found %u times\n", card.device.recursions());
  }
  return kOk;
}

int read(Args& args, TextSink& out, Card& card) {
  const auto range = sectors_of(args, card, 1, kMostDump);
  if (!range) return kUsage;
  Sector sector;
  if (sector.words() == nullptr) return failed(args, out, range->first, Err::NoMem);
  for (std::uint32_t s = range->first; s < range->first + range->count; ++s) {
    if (args.shell().environment().take_break()) return kFailed;
    const Err e = card.cache.read(std::uint64_t{s} * kSectorSize, sector.words(), kSectorSize);
    if (!ok(e)) return failed(args, out, s, e);
    const auto* const bytes = reinterpret_cast<const unsigned char*>(sector.words());
    for (unsigned at = 0; at < kSectorSize; at += 16) {
      print(out, "%08lx:", static_cast<unsigned long>(s) * kSectorSize + at);
      for (unsigned i = 0; i < 16; ++i) print(out, " %02x", bytes[at + i]);
      print(out, "  ");
      for (unsigned i = 0; i < 16; ++i) {
        const unsigned char c = bytes[at + i];
        print(out, "%c", c >= ' ' && c <= '~' ? c : '.');
      }
      print(out, "\n");
    }
  }
  return kOk;
}

int write_or_verify(Args& args, TextSink& out, Card& card, bool writes) {
  const auto range = sectors_of(args, card, 1, UINT32_MAX);
  const auto seed = !range            ? std::nullopt
                    : args.size() > 3 ? args.number(3, "SEED", 0, UINT32_MAX)
                                      : std::optional<std::uint64_t>{0};
  if (!seed) return kUsage;
  Sector sector;
  if (sector.words() == nullptr) return failed(args, out, range->first, Err::NoMem);
  std::uint32_t wrong = 0;
  for (std::uint32_t s = range->first; s < range->first + range->count; ++s) {
    if (args.shell().environment().take_break()) return kFailed;
    const std::uint64_t at = std::uint64_t{s} * kSectorSize;
    const auto word = [&](std::uint32_t i) { return pattern(s, i, static_cast<std::uint32_t>(*seed)); };
    Err e = Err::Ok;
    if (writes) {
      for (unsigned i = 0; i < kSectorSize / 4; ++i) sector.words()[i] = word(i);
      e = card.cache.write(at, sector.words(), kSectorSize);
    } else {
      e = card.cache.read(at, sector.words(), kSectorSize);
      unsigned i = 0;
      while (i < kSectorSize / 4 && sector.words()[i] == word(i)) ++i;
      if (ok(e) && i != kSectorSize / 4 && wrong++ == 0) {
        print(out, "sector %u, word %u: %08x, should be %08x\n", static_cast<unsigned>(s), i,
              static_cast<unsigned>(sector.words()[i]), static_cast<unsigned>(word(i)));
      }
    }
    if (!ok(e)) return failed(args, out, s, e);
  }
  if (writes) return kOk;
  print(out, "%u sectors, %u wrong\n", static_cast<unsigned>(range->count), static_cast<unsigned>(wrong));
  return wrong == 0 ? kOk : kFailed;
}

int write(Args& args, TextSink& out, Card& card) { return write_or_verify(args, out, card, true); }
int verify(Args& args, TextSink& out, Card& card) { return write_or_verify(args, out, card, false); }

int fill(Args& args, TextSink& out, Card& card) {
  const std::uint32_t all = card.cache.pages_of_device();
  const auto pages = args.size() > 1 ? args.number(1, "PAGES", 1, all) : std::optional<std::uint64_t>{all};
  if (!pages) return kUsage;
  for (std::uint32_t i = 0; i < *pages; ++i) {
    if (args.shell().environment().take_break()) return kFailed;
    unsigned char byte = 0;
    const Err e = card.cache.read(std::uint64_t{i} * kPageSize, &byte, 1);
    if (!ok(e)) return failed(args, out, i * block::PageCache::kSectorsPerPage, e);
  }
  print(out, "%zu pages cached\n", card.cache.figures().nr_file_pages);
  return kOk;
}

int sync(Args& args, TextSink& out, Card& card) {
  const Err e = card.cache.sync();
  if (ok(e)) return kOk;
  print(out, "%s: error %d; %zu pages stay dirty\n", args.command().name, static_cast<int>(e),
        card.cache.figures().nr_dirty);
  return kFailed;
}

int drop(Args&, TextSink& out, Card& card) {
  const std::size_t pages = card.cache.drop();
  print(out, "%zu pages given back\n", pages);
  return kOk;
}

int files(Args& args, TextSink& out, Card& card) {
  print(out, "FILE  SECTORS              PAGES      READS     WRITES\n");
  block::Inode inode;
  constexpr std::uint32_t kSectors = block::PageCache::kPagesPerFile * block::PageCache::kSectorsPerPage;
  for (std::size_t i = 0; card.inodes.nth(i, inode); ++i) {
    if (args.shell().environment().take_break()) return kFailed;
    print(out, "%4u  %8u - %8u  %5u %10u %10u\n", static_cast<unsigned>(inode.number),
          static_cast<unsigned>(inode.number * kSectors),
          static_cast<unsigned>((inode.number + 1) * kSectors - 1), static_cast<unsigned>(inode.users),
          static_cast<unsigned>(inode.reads), static_cast<unsigned>(inode.writes));
  }
  return kOk;
}

int reclaim(Args& args, TextSink& out, Card& card) {
  const auto pages = args.number(1, "PAGES", 1, UINT32_MAX / 2);
  const auto gfp = pages ? gfp_argument(args, 2, GFP_KERNEL) : std::nullopt;
  if (!gfp) return kUsage;
  const std::size_t freed = card.cache.shrink(*gfp, static_cast<std::size_t>(*pages));
  const std::size_t slabs = card.inodes.shrink(*gfp, static_cast<std::size_t>(*pages));
  print(out, "%zu pages and %zu slabs of files given back\n", freed, slabs);
  return kOk;
}

int driver_gfp(Args& args, TextSink& out, Card& card) {
  if (args.size() > 1) {
    const auto gfp = gfp_argument(args, 1, GFP_NOIO);
    if (!gfp) return kUsage;
    card.device.set_own_gfp(*gfp);
  }
  print(out, "the block layer allocates with 0x%x%s\n", card.device.own_gfp(),
        (card.device.own_gfp() & (__GFP_IO | __GFP_FS)) != 0 ? ": it may reclaim into itself" : "");
  return kOk;
}

struct Action {
  std::string_view name;
  std::size_t least, most;  // arguments behind it
  int (*run)(Args& args, TextSink& out, Card& card);
};

constexpr Action kActions[] = {
    {"info", 0, 0, show},       {"read", 1, 2, read},      {"write", 1, 3, write}, {"verify", 1, 3, verify},
    {"fill", 0, 1, fill},       {"sync", 0, 0, sync},      {"drop", 0, 0, drop},   {"files", 0, 0, files},
    {"reclaim", 1, 2, reclaim}, {"gfp", 0, 1, driver_gfp},
};

int run_card(Args& args, TextSink& out) {
  const std::string_view wanted = args.size() == 0 ? std::string_view{"info"} : args[0];
  for (const Action& action : kActions) {
    if (action.name != wanted) continue;
    if (!args.expect(args.size() == 0 ? 0 : action.least + 1, action.most + 1)) return kUsage;
    Card* const card = block::card();
    if (card == nullptr) {
      print(out, "card: the slot is empty (qemu/run --sd FILE puts one in)\n");
      return kFailed;
    }
    return action.run(args, out, *card);
  }
  return args.usage("there is no such action");
}

constexpr Command kCommands[] = {
    {.name = "card",
     .usage = "[info]\nread SECTOR [N]\nwrite SECTOR [N] [SEED]\nverify SECTOR [N] [SEED]\nfill "
              "[PAGES]\nsync\ndrop\n"
              "files\nreclaim PAGES [FLAGS]\ngfp [FLAGS]",
     .summary = "the SD card in the slot, through the page cache",
     .example = "card write 0 1000 7; card sync; card drop; card verify 0 1000 7",
     .run = run_card,
     .details = "write: a pattern of words that says where it belongs; verify reads it back. Written pages "
                "are dirty\n"
                "until sync, the flusher or reclaim writes them, or poweroff. fill reads pages into the "
                "cache; drop\n"
                "gives the clean ones back. reclaim asks the card's shrinkers as an allocation with FLAGS "
                "would. gfp: with\n"
                "what mask the block layer itself allocates; GFP_KERNEL is a bug, which it will find out.",
     .completions = "info read write verify fill sync drop files reclaim gfp"},
};

}  // namespace

constinit const Family kCardFamily{"The card", kCommands};

}  // namespace mink::shell

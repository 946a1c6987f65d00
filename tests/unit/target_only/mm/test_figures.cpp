// SPDX-License-Identifier: MIT
// The texts of /proc, all of one moment while a thread allocates beside: their figures add up to the page.
#include <CppUTest/TestHarness.h>

#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <arch/irq.hpp>
#include <cstring>
#include <inspect/ledger.hpp>
#include <kernel/proc.hpp>

using namespace mink;

namespace {

constexpr unsigned kHeld = 24;
volatile unsigned long operations;

// Takes and gives back objects, areas, large blocks and pages until it is stopped.
int churn(void*) {
  void* held[kHeld] = {};
  unsigned long blocks[kHeld] = {};
  unsigned random = 1;
  const auto empty = [&](unsigned i) {
    kvfree(held[i]);
    free_pages(blocks[i], 2);
    held[i] = nullptr;
    blocks[i] = 0;
  };
  while (!kthread_should_stop()) {
    random = random * 1664525u + 1013904223u;
    const unsigned i = (random >> 20) % kHeld;
    operations = operations + 1;
    if (held[i] != nullptr || blocks[i] != 0) {
      empty(i);
      continue;
    }
    switch ((random >> 16) % 4) {
      case 0:
        held[i] = kmalloc(200, GFP_KERNEL);
        break;
      case 1:
        held[i] = vmalloc(((random >> 8) % 40 + 1) << kPageShift);
        break;
      case 2:
        held[i] = kmalloc(20000, GFP_KERNEL);
        break;
      default:
        blocks[i] = __get_free_pages(GFP_KERNEL, 2);
        break;
    }
  }
  for (unsigned i = 0; i < kHeld; ++i) empty(i);
  return 0;
}

unsigned long next_number(const char*& at) {
  while (*at == ' ') ++at;
  unsigned long n = 0;
  for (; *at >= '0' && *at <= '9'; ++at) n = n * 10 + static_cast<unsigned long>(*at - '0');
  return n;
}

// The number behind `label` at the start of a line.
unsigned long figure(const char* text, const char* label) {
  const std::size_t length = std::strlen(label);
  for (const char* line = text; line != nullptr && *line != '\0';) {
    if (std::strncmp(line, label, length) == 0) return next_number(line += length);
    line = std::strchr(line, '\n');
    if (line != nullptr) ++line;
  }
  FAIL(StringFromFormat("no line begins with \"%s\"", label).asCharString());
  return 0;
}

// Calls visit(rest) with what follows `label` in each line that begins so.
template <class Visit>
void each_line(const char* text, const char* label, Visit visit) {
  const std::size_t length = std::strlen(label);
  for (const char* line = text; *line != '\0';) {
    if (std::strncmp(line, label, length) == 0) visit(line + length);
    const char* const end = std::strchr(line, '\n');
    if (end == nullptr) break;
    line = end + 1;
  }
}

}  // namespace

TEST_GROUP(Figures) {
  static constexpr const char* kFiles[] = {"meminfo",  "buddyinfo",   "zoneinfo", "vmstat",
                                           "slabinfo", "vmallocinfo", "ledger"};
  static constexpr std::size_t kRoom = 16 * 1024;
  char* room = nullptr;
  bool settled = false;

  void setup() override {
    room = static_cast<char*>(vmalloc(std::size(kFiles) * kRoom));
    CHECK(room != nullptr);
  }
  void teardown() override { vfree(room); }

  [[nodiscard]] const char* text(const char* name) const {
    for (std::size_t i = 0; i < std::size(kFiles); ++i) {
      if (std::strcmp(kFiles[i], name) == 0) return room + i * kRoom;
    }
    return nullptr;
  }
  void freeze() {
    inspect::Ledger ledger;
    bool whole = true;
    {
      const arch::IrqGuard guard;
      ledger.take(inspect::Memory::of_kernel());
      for (std::size_t i = 0; i < std::size(kFiles); ++i) {
        BufferSink out{room + i * kRoom, kRoom};
        kernel::proc().find(kFiles[i])->show(out);
        whole = whole && !out.truncated();
      }
    }
    CHECK(whole);
    settled = ledger.settled();
    char why[256];
    BufferSink out{why};
    if (!ledger.adds_up(out)) FAIL(why);
  }
  void compare() const {
    unsigned long buddies = 0, zones = 0, managed = 0;
    each_line(text("buddyinfo"), "Node 0, zone ", [&](const char* at) {
      at += 9;  // the zone's name
      for (unsigned order = 0; order < 11; ++order) buddies += next_number(at) << order;
    });
    each_line(text("zoneinfo"), "  pages free ", [&](const char* at) { zones += next_number(at); });
    each_line(text("zoneinfo"), "        managed ", [&](const char* at) { managed += next_number(at); });
    UNSIGNED_LONGS_EQUAL(zones, buddies);
    UNSIGNED_LONGS_EQUAL(figure(text("meminfo"), "MemFree:"), zones * 4);
    UNSIGNED_LONGS_EQUAL(figure(text("vmstat"), "nr_free_pages "), zones);
    UNSIGNED_LONGS_EQUAL(figure(text("meminfo"), "MemTotal:"), managed * 4);

    unsigned long all[10] = {};  // managed free listed slab kmalloc vmalloc coherent pages tables reserved
    each_line(text("ledger"), "all ", [&](const char* at) {
      for (unsigned long& n : all) n = next_number(at);
    });
    UNSIGNED_LONGS_EQUAL(managed, all[0]);
    UNSIGNED_LONGS_EQUAL(zones, all[1] + all[2]);
    UNSIGNED_LONGS_EQUAL(managed, all[1] + all[2] + all[3] + all[4] + all[5] + all[6] + all[7] + all[8]);
    UNSIGNED_LONGS_EQUAL(figure(text("meminfo"), "Slab:"), (all[3] + all[4]) * 4);
    unsigned long slabs = 0;
    each_line(text("slabinfo"), "", [&](const char* at) {
      const char* const colon = std::strstr(at, " : tunables");
      const char* const end = std::strchr(at, '\n');
      if (*at == '#' || colon == nullptr || colon > end) return;
      const char* pages_per_slab = colon - 4;
      const char* counts = std::strstr(at, "slabdata ") + 9;
      (void)next_number(counts);
      slabs += next_number(counts) * next_number(pages_per_slab);
    });
    UNSIGNED_LONGS_EQUAL(all[3], slabs);
    if (!settled) return;  // somebody is between two books with an area
    unsigned long areas = 0;
    each_line(text("vmallocinfo"), "0x", [&](const char* at) {
      const char* const end = std::strchr(at, '\n');
      const char* pages = std::strstr(at, " pages=");
      if (pages == nullptr || pages > end) return;
      pages += 7;
      areas += next_number(pages);
    });
    UNSIGNED_LONGS_EQUAL(all[5], areas);
    UNSIGNED_LONGS_EQUAL(figure(text("meminfo"), "VmallocUsed:"), areas * 4);
  }
};

TEST(Figures, AddUpAtAnyMoment) {
  operations = 0;
  task_struct* const thread = kthread_run(churn, nullptr, "churn");
  CHECK_FALSE(IS_ERR(thread));
  unsigned of_areas = 0;
  for (unsigned i = 0; i < 40; ++i) {
    schedule_timeout_uninterruptible(1 + i % 2);  // it is preempted wherever it is
    freeze();
    compare();
    of_areas += settled ? 1u : 0u;
  }
  kthread_stop(thread);
  CHECK(operations > 200);
  CHECK(of_areas > 3);
}

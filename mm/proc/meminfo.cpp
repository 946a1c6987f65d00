// SPDX-License-Identifier: MIT
// /proc/meminfo, line by line as Linux's `free` and `top` look for it.
#include <mm/proc.hpp>

namespace mink::mm {
namespace {

constexpr std::size_t kKb = kPageSize / 1024;

class Lines {
 public:
  explicit Lines(TextSink& out) : out_{out} {}
  void kb(const char* label, std::size_t kilobytes) { print(out_, "%-16s%8zu kB\n", label, kilobytes); }
  void pages(const char* label, std::size_t count) { kb(label, count * kKb); }

 private:
  TextSink& out_;
};

}  // namespace

// Free memory without what the marks and the zones' reserves keep, and the half of what shrinkers hold.
std::size_t available_pages(const PageAllocator& pages, const MemoryFigures& figures) {
  std::size_t reserve = 0;
  std::size_t low = 0;
  for (unsigned z = 0; z < kZones; ++z) {
    const Zone& zone = pages.zone(static_cast<ZoneType>(z));
    std::size_t most = 0;
    for (const std::size_t r : zone.lowmem_reserve) most = r > most ? r : most;
    const std::size_t kept = most + zone.mark.high;
    reserve += kept < zone.managed ? kept : zone.managed;
    low += zone.mark.low;
  }
  const std::size_t free = pages.free_pages();
  const auto without_half = [low](std::size_t held) { return held - (held / 2 < low ? held / 2 : low); };
  return (free > reserve ? free - reserve : 0) + without_half(figures.slab_reclaimable) +
         without_half(figures.file.pages);
}

void show_meminfo(TextSink& out, const PageAllocator& pages, const MemoryFigures& figures) {
  Lines line{out};
  const std::size_t total = pages.managed_pages();
  const std::size_t free = pages.free_pages();
  const std::size_t high_total = pages.zone(ZoneType::HighMem).managed;
  const std::size_t high_free = pages.free_pages(ZoneType::HighMem);
  line.pages("MemTotal:", total);
  line.pages("MemFree:", free);
  line.pages("MemAvailable:", available_pages(pages, figures));
  line.pages("Buffers:", figures.file.pages);  // a device's pages, as Linux counts them
  for (const char* const none : {"Cached:", "SwapCached:", "Active:"}) line.kb(none, 0);
  line.pages("Inactive:", figures.file.pages);
  for (const char* const none : {"Active(anon):", "Inactive(anon):", "Active(file):"}) line.kb(none, 0);
  line.pages("Inactive(file):", figures.file.pages);
  for (const char* const none : {"Unevictable:", "Mlocked:"}) line.kb(none, 0);
  line.pages("HighTotal:", high_total);
  line.pages("HighFree:", high_free);
  line.pages("LowTotal:", total - high_total);
  line.pages("LowFree:", free - high_free);
  for (const char* const none : {"SwapTotal:", "SwapFree:"}) line.kb(none, 0);
  line.pages("Dirty:", figures.file.dirty);
  line.pages("Writeback:", figures.file.writeback);
  for (const char* const none : {"AnonPages:", "Mapped:", "Shmem:"}) line.kb(none, 0);
  line.pages("KReclaimable:", figures.slab_reclaimable);
  line.pages("Slab:", figures.slab_reclaimable + figures.slab_unreclaimable);
  line.pages("SReclaimable:", figures.slab_reclaimable);
  line.pages("SUnreclaim:", figures.slab_unreclaimable);
  line.kb("KernelStack:", figures.stack_kb);
  line.pages("PageTables:", figures.table_pages);
  for (const char* const none : {"SecPageTables:", "NFS_Unstable:", "Bounce:", "WritebackTmp:"})
    line.kb(none, 0);
  line.pages("CommitLimit:", total / 2);
  line.kb("Committed_AS:", 0);
  line.kb("VmallocTotal:", figures.vmalloc_total / 1024);
  line.kb("VmallocUsed:", figures.vmalloc_used / 1024);
  line.kb("VmallocChunk:", 0);
  line.kb("Percpu:", 0);
}

}  // namespace mink::mm

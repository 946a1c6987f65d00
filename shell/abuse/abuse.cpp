// SPDX-License-Identifier: MIT
#include "abuse/abuse.hpp"

#include <mm/kernel_memory.hpp>

namespace mink::shell {

Abuse::Counts Abuse::count() {
  const mm::KernelMemory& memory = mm::kernel_memory();
  const mm::SlabFigures slab = memory.slab.figures();
  Counts counts{memory.pages.free_pages(),
                slab.reclaimable_pages + slab.unreclaimable_pages + slab.large_pages, 0,
                memory.vmalloc.figures().areas};
  for (const kmem_cache& cache : memory.slab.caches()) counts.objects += memory.slab.live_objects(cache);
  return counts;
}

void Abuse::miss(const char* why) {
  if (missed_ == nullptr) missed_ = why;
}

bool Abuse::need(bool have) {
  if (!have) miss("no memory to try it with");
  return have;
}

void Abuse::expect(bool so) {
  if (!so) miss("the call gave back what it should not");
}

void Abuse::before() {
  counts_ = count();
  place_.mark();
}

void Abuse::after(const char* wrong, const char* what, bool nothing_changed) {
  const Counts now = count();
  const std::string_view log = place_.logged(std::span<char>{room_, sizeof room_});
  ++calls_;
  if (missed_ != nullptr) return;
  log_ = log;
  constexpr std::string_view kBegin = "BUG: ";
  const std::size_t begin = log.find(kBegin);
  const bool one = begin != std::string_view::npos && log.find(kBegin, begin + 1) == std::string_view::npos;
  char why[256];
  BufferSink sink{why};
  if (begin == std::string_view::npos) return miss("nothing was reported");
  if (!one) return miss("there is more than one report");
  if (log.find(wrong) == std::string_view::npos) return miss("the report does not say what is wrong");
  if (log.find(what) == std::string_view::npos) return miss("the report does not say what the address is");
  if (place_.symbols && log.find("mink::shell::") == std::string_view::npos)
    return miss("the report does not name the caller");
  if (nothing_changed && now != counts_) return miss("something was changed");
  if (!place_.check(sink)) return miss("check finds something wrong");
}

bool run_abuse(const AbuseRow& row, const AbusePlace& place, TextSink& out) {
  Abuse abuse{place};
  row.run(abuse);
  const bool ok = abuse.missed() == nullptr && abuse.calls() != 0;
  if (ok) {
    print(out, "%-16s ok      %2u reported, memory sound: %s\n", row.name, abuse.calls(), row.summary);
    return true;
  }
  print(out, "%-16s MISSED  %s: call %u: %s\n%.*s\n", row.name, row.summary, abuse.calls(),
        abuse.missed() != nullptr ? abuse.missed() : "it did nothing", static_cast<int>(abuse.log().size()),
        abuse.log().data());
  return false;
}

}  // namespace mink::shell

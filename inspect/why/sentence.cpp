// SPDX-License-Identifier: MIT
// The verdict in words.
#include <bit>
#include <inspect/why.hpp>
#include <mm/gfp_names.hpp>
#include <mm/gfp_policy.hpp>

namespace mink::inspect {
namespace {

using mm::zone_name;

void print_size(TextSink& out, std::size_t pages) {
  const std::size_t kb = pages * (kPageSize / 1024);
  if (kb < 1024) {
    print(out, "%zu kB", kb);
  } else {
    print(out, "%zu.%zu MB", kb / 1024, kb % 1024 * 10 / 1024);
  }
}

void print_plural(TextSink& out, std::size_t n, const char* one) {
  print(out, "%zu %s%s", n, one, n == 1 ? "" : "s");
}

void print_free(TextSink& out, const ZoneView& zone) {
  print_size(out, zone.free);
  print(out, " free");
  if (zone.blocks == 0) return;
  print(out, " in ");
  print_plural(out, zone.blocks, "block");
  print(out, ", largest free order %u", static_cast<unsigned>(std::bit_width(zone.orders)) - 1);
}

// Pages missing to the mark when a block of `order` has been taken.
std::size_t missing(const ZoneView& zone, unsigned order, std::size_t must_leave) {
  const std::size_t wanted = must_leave + (std::size_t{1} << order);
  return wanted > zone.free ? wanted - zone.free : 0;
}

void print_opening(TextSink& out, const Memory& memory, const Opening& opening) {
  print(out, "; freeing ");
  if (opening.pages == opening.span) {
    print(out, "%zu adjacent pages", opening.pages);
  } else {
    print(out, "%zu of the %zu pages", opening.pages, opening.span);
  }
  print(out, " at pfn %#lx (", static_cast<unsigned long>(opening.start.raw()));
  print_owner(out, memory, *opening.first);
  if (opening.blocks > 1) {
    print(out, " and ");
    print_plural(out, opening.blocks - 1, "more block");
  }
  print(out, ") would make one");
}

void explain_zone(TextSink& out, const Memory& memory, const ZoneView& zone, mm::ZoneType type, gfp_t gfp,
                  unsigned order) {
  const std::size_t reserve = zone.reserve[mm::reserve_class(gfp)];
  const std::size_t mark = mm::effective_mark(zone.mark.min, mm::alloc_depth(gfp));
  print_free(out, zone);
  print(out, "; watermark min ");
  print_plural(out, zone.mark.min, "page");
  if (mark < zone.mark.min) {
    print(out, ", ");
    mm::format_gfp(out, gfp);
    print(out, " may go to %zu", mark);
  }
  if (reserve != 0) print(out, ", and %zu are kept for those whom no other zone serves", reserve);
  if (const std::size_t lack = missing(zone, order, mark + reserve); lack != 0) {
    print(out, "; ");
    print_plural(out, lack, "more free page");
    print(out, lack == 1 ? " is needed" : " are needed");
  }
  if ((zone.orders >> order) != 0 || order == 0) return;
  if (zone.all_listed() != 0) print(out, "; %zu listed pages may merge with others", zone.all_listed());
  const Opening opening = cheapest_opening(memory, type, order);
  if (opening.first != nullptr) {
    print_opening(out, memory, opening);
  } else {
    print(out, "; no place for one is without reserved pages");
  }
}

void explain_granted(TextSink& out, const MemoryView& view, const Verdict& verdict, unsigned order) {
  const ZoneView& zone = view.zone[static_cast<unsigned>(verdict.zone)];
  print(out, "order %u granted from %s", order, zone_name(verdict.zone));
  switch (verdict.outcome) {
    case Outcome::Listed:
      if (order == 0) {
        print(out, ": one of %zu listed pages", zone.listed[0] + zone.listed[1] + zone.listed[2]);
      } else {
        print(out, ": the block that came back last");
      }
      return;
    case Outcome::AboveLow:
      print(out, ": ");
      print_free(out, zone);
      print(out, "; watermark low, it leaves %zu pages", verdict.must_leave);
      return;
    case Outcome::AfterDrain:
      print(out, " when its %zu listed pages are given back: ", zone.all_listed());
      break;
    default:
      print(out, " below its low mark of %zu pages, and kswapd is woken: ", zone.mark.low);
      break;
  }
  print_free(out, zone);
  print(out, "; watermark min %zu pages, it must leave %zu", zone.mark.min, verdict.must_leave);
}

}  // namespace

void explain(TextSink& out, const Memory& memory, gfp_t asked, unsigned order) {
  const MemoryView view = look_at(memory.pages);
  const Verdict verdict = judge(view, asked, order);
  if (verdict.outcome == Outcome::TooLarge) {
    print(out, "order %u refused: the largest block is of order %u", order, mm::kMaxOrder);
    return;
  }
  if (verdict.granted()) return explain_granted(out, view, verdict, order);

  const gfp_t gfp = mm::modern_gfp(asked);
  const char* between = "";
  for (unsigned z = static_cast<unsigned>(verdict.zone) + 1; z-- > 0;) {
    const auto type = static_cast<mm::ZoneType>(z);
    if (!view.zone[z].populated) continue;
    print(out, "%sorder %u in %s refused: ", between, order, zone_name(type));
    explain_zone(out, memory, view.zone[z], type, gfp, order);
    between = ". ";
  }
  if (mm::may_sleep(gfp)) print(out, ". It may sleep, so it reclaims before it fails");
}

}  // namespace mink::inspect

// SPDX-License-Identifier: MIT
// The same texts of the kernel's own allocators, in the form that /proc wants.
#include <mm/kernel_memory.hpp>
#include <mm/proc.hpp>

namespace mink::mm {
namespace {

using Figure = std::size_t (*)();
constinit Figure stack_figure = nullptr;
using Files = FileFigures (*)();
constinit Files file_figures = nullptr;

MemoryFigures kernel_figures() {
  const KernelMemory& memory = kernel_memory();
  const SlabFigures slab = memory.slab.figures();
  const VmallocFigures vmalloc = memory.vmalloc.figures();
  MemoryFigures f;
  f.slab_reclaimable = slab.reclaimable_pages;
  f.slab_unreclaimable = slab.unreclaimable_pages + slab.large_pages;
  f.table_pages = vmalloc.table_pages;
  f.stack_kb = stack_figure != nullptr ? stack_figure() : 0;
  f.vmalloc_total = vmalloc.total_bytes;
  f.vmalloc_used = vmalloc.owned_pages << kPageShift;
  if (file_figures != nullptr) f.file = file_figures();
  return f;
}

}  // namespace

void set_stack_figure(std::size_t (*kilobytes)()) { stack_figure = kilobytes; }
void set_file_figures(FileFigures (*figures)()) { file_figures = figures; }

void proc_buddyinfo(TextSink& out) { show_buddyinfo(out, kernel_memory().pages); }
void proc_pagetypeinfo(TextSink& out) { show_pagetypeinfo(out, kernel_memory().pages); }
void proc_zoneinfo(TextSink& out) { show_zoneinfo(out, kernel_memory().pages, kernel_figures()); }
void proc_vmstat(TextSink& out) { show_vmstat(out, kernel_memory().pages, kernel_figures()); }
void proc_meminfo(TextSink& out) { show_meminfo(out, kernel_memory().pages, kernel_figures()); }
void proc_slabinfo(TextSink& out) { kernel_memory().slab.print_slabinfo(out); }
void proc_vmallocinfo(TextSink& out) { kernel_memory().vmalloc.print_vmallocinfo(out); }

}  // namespace mink::mm

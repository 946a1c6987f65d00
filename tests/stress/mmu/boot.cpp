// SPDX-License-Identifier: MIT
#include "stress/mmu/boot.hpp"

#include <arch_arm/linear_map.hpp>

namespace mink::stress {

using namespace arch;
using namespace arch::arm;
using fakes::FakeArm1176;

namespace {

constexpr PhysAddr kRam{0x50000000};
constexpr PhysAddr kFirstL1{kRam + 0x4000}, kImageStart{kRam + 0x8000}, kFinalL1{kRam + 0x90000},
    kFirstL2{kRam + 0x94000}, kVectorsPage{kRam + 0x9000}, kTables{kRam + 0x180000}, kUart{0x7F000000};
constexpr std::size_t kFirstBytes = std::size_t{2} << 20;  // what the first tables map
constexpr Guard kGuards[] = {{VirtAddr{0xC0072000}, 2 * kPageSize}};
constexpr ImageLayout kImage{VirtAddr{0xC0008000}, VirtAddr{0xC0045000}, VirtAddr{0xC0061000},
                             VirtAddr{0xC0098000}, kGuards};
constexpr PageAttr kEverything{MemType::Normal, true, true};

class Tables final : public TableSource {
 public:
  Tables(fakes::DataCache& cache, FakeArm1176& cpu) : cache_{cache}, cpu_{cpu} {}
  void* alloc_table_page() override {  // by the CPU, through the cache
    void* const page = std::memset(cache_.cpu(next_), 0, kPageSize);
    next_ += kPageSize;
    return page;
  }
  void free_table_page(void*) override { cpu_.blame("the boot gave a table back"); }

 private:
  fakes::DataCache& cache_;
  FakeArm1176& cpu_;
  PhysAddr next_ = kTables;
};

}  // namespace

// Memory is full of what a warm start leaves: words that look like descriptors.
Boot::Boot(std::uint64_t seed)
    : memory_{[] {
        auto* const bytes = static_cast<unsigned char*>(std::aligned_alloc(kPageSize, kBytes));
        for (std::size_t i = 0; i < kBytes; i += 4) {
          const auto word = static_cast<std::uint32_t>(i * 2654435761u & ~0xFFFu) | 0x45E;
          std::memcpy(bytes + i, &word, sizeof word);
        }
        return bytes;
      }()},
      cache_{memory_.get(), kRam, kBytes},
      cpu_{cache_, kFirstL1, seed} {
  cpu_.judge = this;
}

// As boot/early.cpp builds them, with the MMU and the caches off.
void Boot::first_tables() {
  std::memset(words(kFirstL1), 0, table_bytes(kL1));
  std::memset(words(kFinalL1), 0, table_bytes(kL1));  // bss
  std::memset(words(kFirstL2), 0, table_bytes(kL2));
  Descriptor* const l1 = words(kFirstL1);
  for (std::size_t at = 0; at < kFirstBytes; at += kSection) {
    l1[index(kL1, VirtAddr{(kRam + at).raw()})] = section(kRam + at, kEverything);
    l1[index(kL1, kPageOffset + at)] = section(kRam + at, kEverything);
  }
  l1[index(kL1, kBootDevice)] = section(kUart, kDeviceRegs);
  l1[index(kL1, kVectors)] = l2_table(kFirstL2);
  words(kFirstL2)[index(kL2, kVectors)] = small_page(kVectorsPage, kKernelText);
  for (const PhysAddr table : {kFirstL1, kFinalL1}) cache_.write_through(table, table_bytes(kL1));
  cache_.write_through(kFirstL2, table_bytes(kL2));
}

Boot::Meant Boot::meant(Phase phase, VirtAddr va) const {
  if (va >= kVectors && va - kVectors < kPageSize) return Translation{kVectorsPage, kKernelText, kSmallPage};
  if (va >= kBootDevice && va - kBootDevice < kBootDeviceStep)
    return Translation{kUart + (va - kBootDevice), kDeviceRegs, kSection};
  if (phase != Phase::Final) {
    const std::uintptr_t identity = va.raw() - kRam.raw(), linear = va - kPageOffset;
    if (phase == Phase::First && identity < kFirstBytes)
      return Translation{kRam + identity, kEverything, kSection};
    if (linear < kFirstBytes) return Translation{kRam + linear, kEverything, kSection};
    return std::nullopt;
  }
  const std::uintptr_t linear = va - kPageOffset;
  if (linear >= kLowBytes) return std::nullopt;
  const std::optional<PageAttr> attr = linear < kSection ? image_page_attr(kImage, va) : kKernelData;
  if (!attr) return std::nullopt;
  return Translation{kRam + linear, *attr, kSmallPage};
}

const char* Boot::loaded(VirtAddr va, const FakeArm1176::Entry& entry) {
  va = VirtAddr{align_down(va.raw(), kPageSize)};
  for (const Phase phase : {phase_, next_}) {
    const Meant m = meant(phase, va);
    if (m && m->pa == entry.at(va) && m->attr == entry.attr) return nullptr;
  }
  return "the walker found a translation that nobody asked for";
}

VirtAddr Boot::somewhere() {
  switch (cpu_.dice.below(5)) {
    case 0:
      return VirtAddr{kRam.raw()} + cpu_.dice.below(kFirstBytes / kPageSize + 8) * kPageSize;
    case 1:
      return kPageOffset + cpu_.dice.below(kLowBytes / kPageSize + 8) * kPageSize;
    case 2:
      return kPageOffset + cpu_.dice.below(kSection / kPageSize) * kPageSize;  // the image
    case 3:
      return kVectors;
    default:
      return kBootDevice + cpu_.dice.below(kBootDeviceStep / kPageSize) * kPageSize;
  }
}

void Boot::look(std::size_t times) {
  for (; times != 0 && cpu_.fault.empty(); --times) {
    const VirtAddr va = somewhere();
    const Meant m = meant(phase_, va);
    cpu_.for_each_translation(va, [&](const FakeArm1176::Entry* entry) {
      if ((entry != nullptr) != m.has_value())
        return cpu_.blame(entry != nullptr ? "a hole can be accessed" : "a mapped page faults");
      if (entry != nullptr && (entry->at(va) != m->pa || entry->attr != m->attr))
        cpu_.blame("accessed otherwise than meant");
    });
    for (const std::size_t offset : FakeArm1176::kTextOffsets) {
      cpu_.for_each_fetch(va + offset, [&](const FakeArm1176::Fetched& f, const char* whence) {
        if (f.abort == (m && m->attr.exec))
          cpu_.blame(std::string{"text is not what it is meant to be"} + whence);
        if (!f.abort && m && f.pa != m->pa + offset)
          cpu_.blame(std::string{"another instruction is executed"} + whence);
      });
    }
    cpu_.turn();
  }
}

void Boot::run(std::size_t looks) {
  cpu_.new_mood();
  first_tables();
  cpu_.look_at(VirtAddr{kRam.raw()}, kFirstBytes / kPageSize);
  cpu_.look_at(kPageOffset, 2 * kSection / kPageSize);
  cpu_.look_at(kImage.start, (kImage.end - kImage.start) / kPageSize);
  cpu_.look_at(kVectors, 0);
  look(looks);

  next_ = Phase::NoIdentity;
  drop_user_half(words(kFirstL1), cpu_);
  phase_ = Phase::NoIdentity;
  look(looks);

  Tables source{cache_, cpu_};
  PageTables<FakeArm1176> tables{words(kFinalL1),
                                 reinterpret_cast<std::uintptr_t>(memory_.get()) - kRam.raw(), &source, cpu_};
  const LowMemory low[] = {{kRam, kLowBytes}};
  const PhysAddr devices[] = {kUart};
  const KernelMapPlan plan{kRam, low, kImage, kVectorsPage, devices};
  if (!ok(build_tables(tables, plan))) cpu_.blame("the tables could not be built");
  phase_ = next_ = Phase::Final;
  cpu_.switch_tables(kFinalL1);
  look(looks);
  VirtAddr where{};
  if (const char* wrong = check_tables(tables.view(), where)) cpu_.blame(wrong);
}

}  // namespace mink::stress

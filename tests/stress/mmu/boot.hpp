// SPDX-License-Identifier: MIT
// The boot on the unforgiving CPU: the first tables' identity map dropped, the final ones built aside (the image's
// sections become pages) and switched to.
#pragma once
#include <arch/page_mapper.hpp>
#include <cstdlib>
#include <memory>

#include "fakes/fake_arm1176.hpp"

namespace mink::stress {

class Boot final : public fakes::FakeArm1176::Judge {
 public:
  explicit Boot(std::uint64_t seed);
  // All of it, with `looks` random accesses after each part.
  void run(std::size_t looks);
  fakes::FakeArm1176& cpu() { return cpu_; }

  const char* loaded(VirtAddr va, const fakes::FakeArm1176::Entry& entry) override;

 private:
  using Meant = std::optional<arch::Translation>;
  static constexpr std::size_t kBytes = std::size_t{2} << 20;      // of memory that is looked into
  static constexpr std::size_t kLowBytes = std::size_t{49} << 20;  // of memory that is mapped

  enum class Phase { First, NoIdentity, Final };
  [[nodiscard]] Meant meant(Phase phase, VirtAddr va) const;
  void first_tables();
  void look(std::size_t times);
  VirtAddr somewhere();
  arch::arm::Descriptor* words(PhysAddr pa) {
    return reinterpret_cast<arch::arm::Descriptor*>(cache_.cpu(pa));
  }

  struct Free {
    void operator()(unsigned char* p) const { std::free(p); }
  };
  std::unique_ptr<unsigned char, Free> memory_;
  fakes::DataCache cache_;
  fakes::FakeArm1176 cpu_;
  Phase phase_ = Phase::First, next_ = Phase::First;
};

}  // namespace mink::stress

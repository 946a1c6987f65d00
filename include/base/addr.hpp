// SPDX-License-Identifier: MIT
// Each kind of number has its own type: a physical address is no pointer, a page frame number no address.
#pragma once
#include <compare>
#include <cstddef>
#include <cstdint>

namespace mink {

inline constexpr unsigned kPageShift = 12;
inline constexpr std::size_t kPageSize = std::size_t{1} << kPageShift;

// A number with a kind. Differences are plain counts, so that `a - b` and `a + n` read as usual.
template <class Tag>
struct Quantity {
  using Rep = std::uintptr_t;
  constexpr Quantity() = default;
  constexpr explicit Quantity(Rep raw) : raw_{raw} {}
  [[nodiscard]] constexpr Rep raw() const { return raw_; }
  constexpr auto operator<=>(const Quantity&) const = default;
  constexpr Quantity operator+(Rep n) const { return Quantity{raw_ + n}; }
  constexpr Quantity operator-(Rep n) const { return Quantity{raw_ - n}; }
  constexpr Rep operator-(Quantity other) const { return raw_ - other.raw_; }
  constexpr Quantity& operator+=(Rep n) {
    raw_ += n;
    return *this;
  }

 private:
  Rep raw_ = 0;
};

using PhysAddr = Quantity<struct PhysTag>;  // bytes
using VirtAddr = Quantity<struct VirtTag>;  // bytes
using Pfn = Quantity<struct PfnTag>;        // pages of kPageSize

constexpr Pfn pfn_of(PhysAddr pa) { return Pfn{pa.raw() >> kPageShift}; }
constexpr PhysAddr phys_of(Pfn pfn) { return PhysAddr{pfn.raw() << kPageShift}; }

constexpr std::uintptr_t align_down(std::uintptr_t value, std::uintptr_t power_of_two) {
  return value & ~(power_of_two - 1);
}
constexpr std::uintptr_t align_up(std::uintptr_t value, std::uintptr_t power_of_two) {
  return align_down(value + power_of_two - 1, power_of_two);
}
constexpr bool is_aligned(std::uintptr_t value, std::uintptr_t power_of_two) {
  return (value & (power_of_two - 1)) == 0;
}

inline VirtAddr virt_of(const volatile void* p) { return VirtAddr{reinterpret_cast<std::uintptr_t>(p)}; }
template <class T = void>
T* ptr_of(VirtAddr va) {
  return reinterpret_cast<T*>(va.raw());
}

}  // namespace mink

// SPDX-License-Identifier: MIT
// Device registers as their manuals list them: offset, access and fields in the type, so that a write to a
// read-only register does not compile. The bus underneath is a parameter: memory-mapped on a machine, a
// register file in a test.
#pragma once
#include <arch/barrier.hpp>
#include <base/addr.hpp>
#include <concepts>
#include <cstddef>
#include <cstdint>

namespace mink::drivers {

struct Ro {
  static constexpr bool kReads = true, kWrites = false;
};
struct Wo {
  static constexpr bool kReads = false, kWrites = true;
};
struct Rw {
  static constexpr bool kReads = true, kWrites = true;
};

// A 32-bit register at `Offset` bytes from the base of its device.
template <std::size_t Offset, class Access>
struct Reg {
  static_assert(Offset % 4 == 0);
  static constexpr std::size_t kOffset = Offset;
  static constexpr bool kReads = Access::kReads, kWrites = Access::kWrites;
};

// `Count` such registers in a row.
template <std::size_t Offset, std::size_t Count, class Access>
struct RegArray : Reg<Offset, Access> {
  static constexpr std::size_t kCount = Count;
};

// `Width` bits of a register from bit `Shift` up.
template <unsigned Shift, unsigned Width = 1>
struct Field {
  static_assert(Width >= 1 && Shift + Width <= 32);
  static constexpr std::uint32_t kMask = ((Width == 32 ? 0u : (1u << Width)) - 1u) << Shift;
  static constexpr std::uint32_t put(std::uint32_t value) { return (value << Shift) & kMask; }
  static constexpr std::uint32_t get(std::uint32_t word) { return (word & kMask) >> Shift; }
  static constexpr bool in(std::uint32_t word) { return (word & kMask) != 0; }
};

template <class R>
concept Readable = R::kReads;
template <class R>
concept Writable = R::kWrites;

// What carries the accesses. Both may have side effects in the device, so neither is repeated or left out.
template <class B>
concept RegisterBus = requires(const B& bus, std::size_t offset, std::uint32_t value) {
  { bus.load(offset) } -> std::same_as<std::uint32_t>;
  { bus.store(offset, value) } -> std::same_as<void>;
};

// A device's registers in memory that is mapped Device (or Strongly-ordered): accesses to one device stay in
// order.
class Mmio {
 public:
  constexpr explicit Mmio(VirtAddr base) : base_{base} {}
  [[nodiscard]] constexpr VirtAddr base() const { return base_; }
  [[nodiscard]] std::uint32_t load(std::size_t offset) const { return *at(offset); }
  void store(std::size_t offset, std::uint32_t value) const { *at(offset) = value; }

 private:
  [[nodiscard]] volatile std::uint32_t* at(std::size_t offset) const {
    return ptr_of<volatile std::uint32_t>(base_ + offset);
  }
  VirtAddr base_;
};
static_assert(RegisterBus<Mmio>);

// A machine that may answer accesses to different devices out of order: what a read gives is here before the next access, and a
// write begins when all before it are done (BCM2835 ARM Peripherals, 1.3).
template <RegisterBus Bus>
class OrderedBus {
 public:
  constexpr OrderedBus(Bus bus) : bus_{bus} {}
  [[nodiscard]] std::uint32_t load(std::size_t offset) const {
    const std::uint32_t value = bus_.load(offset);
    arch::dmb();
    return value;
  }
  void store(std::size_t offset, std::uint32_t value) const {
    arch::dmb();
    bus_.store(offset, value);
  }

 private:
  Bus bus_;
};
using OrderedMmio = OrderedBus<Mmio>;

// The typed face of a bus, which is a small value: an address, or a test's pointer to its register file.
template <RegisterBus Bus>
class Registers {
 public:
  constexpr explicit Registers(Bus bus) : bus_{bus} {}

  template <Readable R>
  [[nodiscard]] std::uint32_t read() const {
    return bus_.load(R::kOffset);
  }
  template <Writable R>
  void write(std::uint32_t value) const {
    bus_.store(R::kOffset, value);
  }
  // One of a RegArray. index < R::kCount.
  template <Readable R>
  [[nodiscard]] std::uint32_t read(std::size_t index) const {
    static_assert(R::kCount > 0);
    return bus_.load(R::kOffset + 4 * index);
  }
  template <Writable R>
  void write(std::size_t index, std::uint32_t value) const {
    static_assert(R::kCount > 0);
    bus_.store(R::kOffset + 4 * index, value);
  }
  // Takes the device to another mapping of the same registers (the boot's, then ioremap's).
  void move_to(Bus bus) { bus_ = bus; }

 private:
  Bus bus_;
};

}  // namespace mink::drivers

// SPDX-License-Identifier: MIT
// What lies between a card's protocol and the controller that speaks to it, and how a driver waits.
#pragma once
#include <base/err.hpp>
#include <cstdint>

namespace mink::drivers {

inline constexpr unsigned kMciBlock = 512;  // bytes of a block of data

enum class MciAnswer : unsigned char {
  None,
  Short,       // 32 bits
  ShortNoCrc,  // 32 bits without a check sum: the controller's complaint about it is none
  Long,        // 128 bits
};
enum class MciData : unsigned char { None, Read, Write };

struct MciCommand {
  unsigned index = 0;
  std::uint32_t argument = 0;
  MciAnswer answer_kind = MciAnswer::Short;
  MciData data = MciData::None;
  unsigned blocks = 0;             // 1..max_blocks()
  std::uint32_t* words = nullptr;  // blocks * kMciBlock bytes
  std::uint32_t stop_on = 0;       // bits of answer[0] after which no data will come
  std::uint32_t answer[4] = {};    // [0] has the highest bits
};

class MciHost {
 public:
  // Interrupts masked, no power: whatever firmware or a transfer left. Before the interrupts are connected, and for an empty
  // slot. Thread context.
  virtual void power_off() = 0;
  // Power and clock to the slot; whatever a transfer left behind is gone. Thread context.
  virtual void power_up() = 0;
  // The fastest clock that is not above `hz`.
  virtual void set_clock(std::uint32_t hz) = 0;
  // Sends the command and moves its data. Thread context, one caller at a time; may sleep.
  // TimedOut: no answer, or no data in time. IlSeq: a wrong check sum. Io: the FIFO ran over or dry, stop_on, or data
  // ended early.
  virtual Err run(MciCommand& command) = 0;
  [[nodiscard]] virtual unsigned max_blocks() const = 0;
  virtual void sleep_ms(unsigned ms) = 0;
  // Interrupt context; all lines of the device may call it. True if the device interrupted. Cost: one FIFO's worth of data.
  virtual bool on_interrupt() = 0;
  // Waits that ended by the driver's own patience, not the device's.
  [[nodiscard]] virtual unsigned lost_interrupts() const = 0;

 protected:
  ~MciHost() = default;
};

// One thread waits for one interrupt handler.
class MciWait {
 public:
  virtual void arm() = 0;  // before the interrupt can come: forgets an old finished()
  // Sleeps until finished(); false: `ms` are over. Thread context.
  virtual bool wait(unsigned ms) = 0;
  virtual void finished() = 0;  // any context
  virtual void sleep_ms(unsigned ms) = 0;

 protected:
  ~MciWait() = default;
};

}  // namespace mink::drivers

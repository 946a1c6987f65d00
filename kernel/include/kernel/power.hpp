// SPDX-License-Identifier: MIT
// The end of a run.
#pragma once

namespace mink::kernel {

// What a board has to switch itself off or to start anew.
class PowerControl {
 public:
  [[noreturn]] virtual void power_off() = 0;
  [[noreturn]] virtual void reset() = 0;

 protected:
  ~PowerControl() = default;
};

void set_power_control(PowerControl& control);

// What poweroff() and reboot() do first if they may sleep where they are called: dirty pages go to their devices.
void set_last_task(void (*task)());

// Prints "mink: power off, status N" as the last line and switches off; a board that cannot resets (QEMU's
// -no-reboot then ends the machine, and qemu/run makes N its exit status). Any context.
[[noreturn]] void poweroff(int status);

// Prints "mink: reboot" and resets. Any context.
[[noreturn]] void reboot();

}  // namespace mink::kernel

// SPDX-License-Identifier: MIT
#include <linux/delay.h>
#include <linux/jiffies.h>

#include <drivers/mci_sleep.hpp>

namespace mink::drivers {

bool MciSleep::wait(unsigned ms) {
  return wait_for_completion_timeout(&done_, msecs_to_jiffies(ms) + 1) != 0;
}

void MciSleep::sleep_ms(unsigned ms) {
  if (ms < 1000 / HZ) {
    mdelay(ms);
  } else {
    msleep(ms);
  }
}

}  // namespace mink::drivers

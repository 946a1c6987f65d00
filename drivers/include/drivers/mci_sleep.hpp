// SPDX-License-Identifier: MIT
// How a card's driver waits in a thread: asleep, until its interrupt handler says that it is done.
#pragma once
#include <linux/completion.h>

#include <drivers/mci.hpp>

namespace mink::drivers {

class MciSleep final : public MciWait {
 public:
  constexpr MciSleep() : done_ COMPLETION_INITIALIZER(done_) {}
  MciSleep(const MciSleep&) = delete;
  MciSleep& operator=(const MciSleep&) = delete;

  void arm() override { reinit_completion(&done_); }
  bool wait(unsigned ms) override;
  void finished() override { complete(&done_); }
  // Busy below a tick, else asleep.
  void sleep_ms(unsigned ms) override;

 private:
  completion done_;
};

}  // namespace mink::drivers

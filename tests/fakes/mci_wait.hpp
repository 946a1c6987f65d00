// SPDX-License-Identifier: MIT
// How a driver waits for the model of its device: the wait makes the model's time pass.
#pragma once
#include <CppUTest/TestHarness.h>

#include <drivers/mci.hpp>

namespace mink::fakes {

// The wait of a test: the interrupt comes while it waits. Handler: bool on_interrupt().
template <class Device, class Model>
class ModelWait final : public drivers::MciWait {
 public:
  explicit ModelWait(Model& model) : model_{model} {}
  void connect(Device& device) { device_ = &device; }
  void arm() override { finished_ = false; }
  bool wait(unsigned ms) override {
    for (unsigned idle = 0; !finished_ && idle < 10;) {
      if (model_.interrupting()) {
        idle = 0;
        CHECK_TRUE(device_->on_interrupt());
      } else {
        ++idle;
      }
    }
    if (finished_) CHECK_FALSE(model_.interrupting());  // it would come for ever
    if (!finished_) passed_ms += ms;
    return finished_;
  }
  void finished() override { finished_ = true; }
  void sleep_ms(unsigned ms) override { passed_ms += ms; }
  unsigned passed_ms = 0;

 private:
  Model& model_;
  Device* device_ = nullptr;
  bool finished_ = false;
};

}  // namespace mink::fakes

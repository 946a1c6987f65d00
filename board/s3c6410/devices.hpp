// SPDX-License-Identifier: MIT
// What the files of this board share.
#pragma once
#include <board/devices.hpp>
#include <board/memory_map.hpp>
#include <drivers/s3c_gpio.hpp>

namespace mink::board {

drivers::S3cGpio gpio();

// Which of the boards this is; its light blinks from now on. Thread context.
void variant_init();
// The time of day, in the log and in /proc/rtc.
void rtc_init();

}  // namespace mink::board

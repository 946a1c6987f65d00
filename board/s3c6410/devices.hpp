// SPDX-License-Identifier: MIT
// What the files of this board share.
#pragma once
#include <board/devices.hpp>
#include <board/memory_map.hpp>
#include <drivers/s3c_gpio.hpp>

namespace mink::board {

drivers::S3cGpio gpio();
// Clocks HSMMC0; the Hz of its SCLK_MMC. From map_devices() on.
std::uint32_t start_card_clock();

// Clocks DMA0, and takes its channels' requests out of the secure controllers' hands. From map_devices() on.
void start_dma_clock();

// Which of the boards this is; its light blinks from now on. Thread context.
void variant_init();
// The time of day, in the log and in /proc/rtc.
void rtc_init();
// Coherent memory and DMA0. Thread context.
void dma_init();
// Has the slot looked into. Thread context, interrupts on.
void card_init();

}  // namespace mink::board

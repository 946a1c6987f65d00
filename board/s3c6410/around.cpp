// SPDX-License-Identifier: MIT
// What the kernel comes up without: which board this is, its light, the time of day.
#include <linux/jiffies.h>
#include <linux/timer.h>

#include <base/log.h>
#include <drivers/s3c_rtc.hpp>
#include <kernel/command_line.hpp>
#include <kernel/proc.hpp>
#include <lib/cmdline.hpp>
#include <optional>

#include "devices.hpp"
#include "variant.hpp"

namespace mink::board {

namespace {

using namespace drivers;

// Two short flashes every second and a half: while they come, interrupts, the tick and softirqs run.
constexpr unsigned kBeatMs[] = {70, 210, 70, 1150};  // on, off, on, off
constinit timer_list beat_timer{};
constinit Light light{};
constinit unsigned beat = 0;

void on_beat(timer_list*) {
  const bool lit = beat % 2 == 0;
  gpio().set(light.pin, lit != light.active_low);
  mod_timer(&beat_timer, jiffies + msecs_to_jiffies(kBeatMs[beat]));
  beat = (beat + 1) % std::size(kBeatMs);
}

constinit std::optional<Mmio> rtc;

void show_rtc(TextSink& out) {
  const std::optional<RtcTime> now = s3c_rtc_read(*rtc);
  if (!now) {
    print(out, "the clock is not set\n");
    return;
  }
  print(out, "rtc_time\t: %02u:%02u:%02u\nrtc_date\t: %04u-%02u-%02u\nsince_epoch\t: %llu\n", now->hour,
        now->minute, now->second, now->year, now->month, now->day,
        static_cast<unsigned long long>(now->seconds()));
}
constinit kernel::ProcFile rtc_file{"rtc", show_rtc};

}  // namespace

void variant_init() {
  const auto key = CommandLine{kernel::command_line()}.value("board");
  const auto id = boot_info().machine_id;
  const Variant* const found = find_variant(key, id);
  if (found == nullptr) {
    printk(KERN_INFO "board: neither machine type %lu nor board= names one: no light\n",
           static_cast<unsigned long>(id));
    return;
  }
  printk(KERN_INFO "board: %s, by %s\n", found->name, key ? "board=" : "the machine type");
  if (!found->light) return;
  light = *found->light;
  gpio().select(light.pin, S3cGpio::kOutput);
  timer_setup(&beat_timer, on_beat, 0);
  on_beat(&beat_timer);
}

void rtc_init() {
  rtc.emplace(map_device(kRtc, "rtc"));
  if (!ok(kernel::proc().add(rtc_file))) printk(KERN_ERR "/proc/rtc: the name is taken\n");
  const std::optional<RtcTime> now = s3c_rtc_read(*rtc);
  if (!now) {
    printk(KERN_INFO "rtc: not set\n");
    return;
  }
  printk(KERN_INFO "rtc: %04u-%02u-%02u %02u:%02u:%02u\n", now->year, now->month, now->day, now->hour,
         now->minute, now->second);
}

}  // namespace mink::board

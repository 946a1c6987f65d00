// SPDX-License-Identifier: GPL-2.0-or-later
// The five PWM timers (facts, section 4), measured against timer 2, which counts PCLK.
#include <initializer_list>

#include "check.hpp"

namespace {

constexpr unsigned kOthers[] = {0, 1, 3, 4};
constexpr unsigned kIrq[] = {IRQ_TIMER0, IRQ_TIMER1, IRQ_TIMER2, IRQ_TIMER3, IRQ_TIMER4};

// Starts timer n from `count`. Timer 2 goes on.
void run(unsigned n, std::uint32_t count, bool again) {
  const std::uint32_t rest = start(2) | reload(2);
  reg(TCNTB(n)) = count;
  reg(TCON) = rest | update(n);
  reg(TCON) = rest | start(n) | (again ? reload(n) : 0);
}

std::uint32_t status(unsigned n) { return (reg(TINT_CSTAT) >> (5 + n)) & 1; }
void acknowledge(unsigned n) { reg(TINT_CSTAT) = (reg(TINT_CSTAT) & 0x1F) | 1u << (5 + n); }
bool ends_within_us(unsigned n, std::uint32_t us) {
  return within_us(us, [n] { return status(n) != 0; });
}

// Ticks of PCLK from one expiry of timer n to the next.
std::uint32_t period(unsigned n) {
  acknowledge(n);
  static_cast<void>(ends_within_us(n, 100'000));
  const std::uint32_t from = now();
  acknowledge(n);
  static_cast<void>(ends_within_us(n, 100'000));
  return now() - from;
}

}  // namespace

TEST(pwm_update_loads_the_counter) {
  for (const unsigned n : kOthers) {
    reg(TCNTB(n)) = 0x12345678 + n;
    reg(TCON) = start(2) | reload(2) | update(n);
    EXPECT_EQ(reg(TCNTO(n)), 0x12345678 + n);
  }
}

TEST(pwm_counts_down_from_there) {
  for (const unsigned n : kOthers) {
    run(n, 1'000'000, false);
    const std::uint32_t from = now(), first = reg(TCNTO(n));
    wait_us(100);
    const std::uint32_t second = reg(TCNTO(n)), to = now();
    EXPECT_IN(first, 900'000, 1'000'000);
    EXPECT_IN(first - second, microseconds(100) - 200, to - from);
  }
}

TEST(pwm_a_stopped_timer_holds_its_count) {
  for (const unsigned n : kOthers) {
    run(n, 1'000'000, true);
    wait_us(50);
    reg(TCON) = start(2) | reload(2);
    const std::uint32_t held = reg(TCNTO(n));
    EXPECT_IN(held, 900'000, 1'000'000 - 3000);
    wait_us(50);
    EXPECT_EQ(reg(TCNTO(n)), held);
  }
}

TEST(pwm_dividers_and_prescalers_divide) {
  reg(TINT_CSTAT) = 0x1F;
  run(3, 999, true);
  for (unsigned divider = 0; divider <= 4; divider++) {
    reg(TCFG1) = divider << 12;
    EXPECT_IN(period(3), (1000u << divider) * 95 / 100, (1000u << divider) * 105 / 100);
  }
  reg(TCFG1) = 0;
  run(0, 999, true);
  for (const std::uint32_t prescaler : {0u, 1u, 9u, 255u}) {
    reg(TCFG0) = prescaler;  // of timers 0 and 1; timer 2 has the other
    EXPECT_IN(period(0), 1000 * (prescaler + 1) * 95 / 100, 1000 * (prescaler + 1) * 105 / 100);
  }
}

TEST(pwm_a_count_of_n_lasts_n_plus_1_ticks) {
  for (const unsigned n : kOthers) {
    reg(TINT_CSTAT) = 1u << n;
    run(n, 999, true);
    static_cast<void>(period(n));
    const std::uint32_t from = now();
    for (int i = 0; i < 200; i++) {
      acknowledge(n);
      static_cast<void>(ends_within_us(n, 1000));
    }
    // Polling is a few ticks late at the two ends.
    EXPECT_IN(now() - from, 200'000 - 60, 200'000 + 60);
  }
}

TEST(pwm_one_shot_expires_once) {
  for (const unsigned n : kOthers) {
    reg(TINT_CSTAT) = 1u << n;
    run(n, 2000, false);
    EXPECT_EQ(status(n), 0);
    EXPECT_EQ(ends_within_us(n, 100), true);
    EXPECT_EQ(raised(kIrq[n]), true);
    acknowledge(n);
    EXPECT_EQ(raised(kIrq[n]), false);
    wait_us(200);
    EXPECT_EQ(status(n), 0);
  }
}

TEST(pwm_auto_reload_expires_again_and_takes_the_new_count) {
  for (const unsigned n : kOthers) {
    reg(TINT_CSTAT) = 1u << n;
    run(n, 4000, true);
    reg(TCNTB(n)) = 20'000;  // counts from the next reload on
    const std::uint32_t from = now();
    EXPECT_EQ(ends_within_us(n, 1000), true);
    EXPECT_IN(now() - from, 3000, 4400);
    EXPECT_IN(period(n), 19'000, 21'000);
    EXPECT_IN(period(n), 19'000, 21'000);
  }
}

TEST(pwm_interrupt_needs_its_enable_bit) {
  for (const unsigned n : kOthers) {
    reg(TINT_CSTAT) = 0;
    run(n, 1000, true);
    wait_us(50);
    EXPECT_EQ(raised(kIrq[n]), false);
    reg(TINT_CSTAT) = 1u << n;
    EXPECT_EQ(within_us(100, [n] { return raised(kIrq[n]); }), true);
    reg((n < 32 ? kVic0 : kVic1) + INTENABLE) = 1u << kIrq[n];
    EXPECT_EQ(cpu_takes_irq(), true);
    reg(kVic0 + INTENCLEAR) = 1u << kIrq[n];
    reg(TCON) = start(2) | reload(2);
    reg(TINT_CSTAT) = 0x3E0;
  }
}

TEST(pwm_writing_1_clears_one_status_and_stores_the_enables) {
  reg(TINT_CSTAT) = 0x1B;
  for (const unsigned n : kOthers) {
    const std::uint32_t others = reg(TINT_CSTAT) & 0x1F;
    run(n, 500, false);
    EXPECT_EQ(ends_within_us(n, 100), true);
    EXPECT_EQ(reg(TINT_CSTAT) & 0x1F, others);
  }
  const std::uint32_t all = 0x1B << 5;
  EXPECT_EQ(reg(TINT_CSTAT) & 0x3E0, all);
  reg(TINT_CSTAT) = 0x1B;  // a zero clears nothing
  EXPECT_EQ(reg(TINT_CSTAT) & 0x3E0, all);
  reg(TINT_CSTAT) = 0x1B | 1 << 8;
  EXPECT_EQ(reg(TINT_CSTAT), (all & ~(1u << 8)) | 0x1B);
  reg(TINT_CSTAT) = 0x09 | 1 << 5;
  EXPECT_EQ(reg(TINT_CSTAT), (all & ~(1u << 8 | 1u << 5)) | 0x09);
}

TEST(pwm_compare_registers_are_four) {
  for (unsigned n = 0; n < 4; n++) reg(TCMPB(n)) = 0x1000 + n;
  for (unsigned n = 0; n < 4; n++) EXPECT_EQ(reg(TCMPB(n)), 0x1000 + n);
  reg(TCNTB(4)) = 0x4444;
  EXPECT_EQ(reg(TCNTB(4)), 0x4444);
  EXPECT_EQ(reg(TCNTB(3) + 12) == reg(TCNTB(4)), true);
}

TEST_AFTER_WATCHDOG_RESET(pwm_is_at_rest_after_a_reset) {
  reg(TCON) = 0;  // the frame's clock, timer 2
  for (const unsigned n : kOthers) EXPECT_EQ(reg(TCNTB(n)), 0);
}

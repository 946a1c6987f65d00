// SPDX-License-Identifier: GPL-2.0-or-later
// The guest's frame: runs each test, prints its line, and goes through the two resets.
#include <initializer_list>

#include "check.hpp"

extern "C" {
constinit volatile std::uint32_t irqs_taken = 0, fiqs_taken = 0, aborts_taken = 0;
extern const Test __tests_0[], __tests_1[], __tests_2[], __tests_end[];
[[noreturn]] void guest_main();
[[noreturn]] void lost(std::uint32_t lr);
// The compiler may call it for a loop.
void* memset(void* to, int byte, std::size_t n) {
  for (std::size_t i = 0; i < n; i++) static_cast<volatile char*>(to)[i] = static_cast<char>(byte);
  return to;
}
}

namespace {

constexpr std::uint32_t kAfterWatchdog = 0x57A7CD06, kAfterSoftware = 0x50F78E5E;

constinit const Test* current = nullptr;

// The first expectation of the test that did not hold. Told when the test is over: it may have the clocks upset.
struct Failure {
  const char *file, *what;
  int line;
  std::uint32_t got, low, high;
};
constinit bool failed = false;
constinit Failure failure = {};

void put(char c) {
  while ((reg(kUart0 + UTRSTAT) & 2) == 0 || (reg(kUart0 + UFSTAT) & 0x7F00) != 0) {
  }
  reg(kUart0 + UTXH) = static_cast<unsigned char>(c);
}

void put(const char* text) {
  for (; *text != 0; text++) put(*text);
}

void put_hex(std::uint32_t value) {
  put("0x");
  for (int shift = 28; shift >= 0; shift -= 4) put("0123456789abcdef"[(value >> shift) & 0xF]);
}

void put_decimal(std::uint32_t value) {
  if (value >= 10) put_decimal(value / 10);
  put(static_cast<char>('0' + value % 10));
}

// The board's console at 115200 8N1, polled.
void open_console() {
  reg(kUart0 + UINTM) = 0xF;
  reg(kUart0 + ULCON) = 3;
  reg(kUart0 + UFCON) = 1;
  reg(kUart0 + UCON) = 5;
  reg(kUart0 + UBRDIV) = pclk_hz() / (16 * 115200) - 1;
  reg(kUart0 + UDIVSLOT) = 0x80;
}

void put_machine_in_order() {
  for (const std::uint32_t vic : {kVic0, kVic1}) {
    reg(vic + INTENCLEAR) = 0xFFFFFFFF;
    reg(vic + SOFTINTCLEAR) = 0xFFFFFFFF;
    reg(vic + INTSELECT) = 0;
    reg(vic + SWPRIORITYMASK) = 0xFFFF;
    reg(vic + PRIORITYDAISY) = 0xF;
    reg(vic + PROTECTION) = 0;
    for (unsigned i = 0; i < 32; i++) {
      reg(vic + VECTADDR + 4 * i) = 0;
      reg(vic + VECTPRIORITY + 4 * i) = 0xF;
    }
    for (int level = 0; level < 17; level++) reg(vic + ADDRESS) = 0;  // nothing in service
  }
  reg(WTCON) = 0;
  reg(TCON) = 0;
  reg(TCFG0) = 0;
  reg(TCFG1) = 0;
  reg(TINT_CSTAT) = 0x3E0;
  reg(TCNTB(2)) = 0xFFFFFFFF;
  reg(TCON) = update(2);
  reg(TCON) = start(2) | reload(2);
  reg(kUart1 + UINTM) = 0xF;
  reg(kUart1 + UCON) = 0;
  reg(kUart1 + UFCON) = 6;
  reg(kUart1 + UINTP) = 0xF;
  reg(kDma0 + 0x30) = 0;
  reg(kDma1 + 0x30) = 0;
}

void put_failure() {
  put(": ");
  put(failure.file);
  put(":");
  put_decimal(static_cast<std::uint32_t>(failure.line));
  put(": ");
  put(failure.what);
  put(" is ");
  put_hex(failure.got);
  put(", not ");
  put_hex(failure.low);
  if (failure.high != failure.low) {
    put("..");
    put_hex(failure.high);
  }
}

void run(const Test* from, const Test* to) {
  for (current = from; current != to; current++) {
    put_machine_in_order();
    failed = false;
    aborts_taken = 0;
    current->run();
    EXPECT_EQ(aborts_taken, 0);
    put(failed ? "FAIL " : "ok ");
    put(current->name);
    if (failed) put_failure();
    put("\n");
    while ((reg(kUart0 + UTRSTAT) & 4) == 0) {
    }  // the next test may upset the clocks, or reset the chip
  }
}

// The chip has a second to reset itself.
[[noreturn]] void expect_reset(const char* cause) {
  wait_us(1'000'000);
  put("FAIL no reset: ");
  put(cause);
  put("\n");
  while (true) {
  }
}

}  // namespace

void guest_main() {
  open_console();
  switch (phase) {
    default:
      run(__tests_0, __tests_1);
      phase = kAfterWatchdog;
      put_machine_in_order();
      reg(WTDAT) = 1000;
      reg(WTCNT) = 1000;
      reg(WTCON) = 0x0021;  // run, reset, PCLK / 16
      expect_reset("the watchdog ran out");
    case kAfterWatchdog:
      run(__tests_1, __tests_2);
      phase = kAfterSoftware;
      put_machine_in_order();
      reg(SW_RST) = 0x6410;
      expect_reset("0x6410 in SW_RST");
    case kAfterSoftware:
      run(__tests_2, __tests_end);
      phase = 0;
      put("done\n");
      while (true) wait_for_interrupt();
  }
}

void lost(std::uint32_t lr) {
  put("FAIL an exception that no test expects, before ");
  put_hex(lr);
  put("\n");
  while (true) {
  }
}

void wait_for_interrupt() { asm volatile("mcr p15, 0, %0, c7, c0, 4" ::"r"(0) : "memory"); }

void start_idle_ticks() {
  reg(TCNTB(4)) = pclk_hz() / 1000;
  reg(TINT_CSTAT) = 1 << 4;
  reg(TCON) = start(2) | reload(2) | update(4);
  reg(TCON) = start(2) | reload(2) | start(4) | reload(4);
  reg(kVic0 + INTENABLE) = 1u << IRQ_TIMER4;
}

void idle_tick() {
  wait_for_interrupt();
  reg(TINT_CSTAT) = 1 << 4 | 1 << 9;
}

namespace {

bool taken(volatile std::uint32_t& count) {
  count = 0;
  asm volatile("cpsie if\n nop\n nop\n nop\n nop\n cpsid if" ::: "memory");
  return count != 0;
}

}  // namespace

bool cpu_takes_irq() { return taken(irqs_taken); }
bool cpu_takes_fiq() { return taken(fiqs_taken); }

std::uint32_t pclk_hz() {
  const auto pll = [](std::uint32_t con, unsigned selected) {
    constexpr std::uint32_t kCrystal = 12'000'000;
    if (((reg(CLK_SRC) >> selected) & 1) == 0) return kCrystal;
    const std::uint32_t value = reg(con);
    return static_cast<std::uint32_t>(std::uint64_t{kCrystal} * ((value >> 16) & 0x3FF) /
                                      (((value >> 8) & 0x3F) << (value & 7)));
  };
  const std::uint32_t source = (reg(OTHERS) & 0x40) != 0 ? pll(APLL_CON, 0) : pll(MPLL_CON, 1);
  return source / (((reg(CLK_DIV0) >> 9) & 7) + 1) / (((reg(CLK_DIV0) >> 12) & 0xF) + 1);
}

std::uint32_t now() { return 0xFFFFFFFF - reg(TCNTO(2)); }
std::uint32_t microseconds(std::uint32_t us) {
  return static_cast<std::uint32_t>(std::uint64_t{us} * pclk_hz() / 1'000'000);
}
void wait_us(std::uint32_t us) {
  const std::uint32_t from = now(), ticks = microseconds(us);
  while (now() - from < ticks) {
  }
}

void expect(bool holds, const char* file, int line, const char* what, std::uint32_t got, std::uint32_t low,
            std::uint32_t high) {
  if (holds || failed) return;
  failed = true;
  failure = {file, what, line, got, low, high};
}

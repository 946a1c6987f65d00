// SPDX-License-Identifier: GPL-2.0-or-later
// The only program of the Linux that checks the machine: it looks at the card, the RTC and the interrupts from user
// space, says what it saw on the console, and restarts the board, which Linux does by the watchdog. It links nothing.

enum {
  READ = 3,
  WRITE = 4,
  OPEN = 5,
  CLOSE = 6,
  MOUNT = 21,
  REBOOT = 88,
  NANOSLEEP = 162,
  PREAD = 180,
  PWRITE = 181,
  CLOCK_GETTIME = 263
};
enum { O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_SYNC = 04010000 };

static long call(long number, long a, long b, long c, long d, long e, long f) {
  register long r7 __asm__("r7") = number;
  register long r0 __asm__("r0") = a;
  register long r1 __asm__("r1") = b;
  register long r2 __asm__("r2") = c;
  register long r3 __asm__("r3") = d;
  register long r4 __asm__("r4") = e;
  register long r5 __asm__("r5") = f;
  __asm__ volatile("svc #0" : "+r"(r0) : "r"(r7), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5) : "memory");
  return r0;
}

static int open_file(const char* path, int flags) { return (int)call(OPEN, (long)path, flags, 0, 0, 0, 0); }

static void say(const char* text) {
  long length = 0;
  while (text[length]) length++;
  call(WRITE, 1, (long)text, length, 0, 0, 0);
}

static void say_number(unsigned long value) {
  char text[12], *at = text + sizeof text - 1;
  *at = 0;
  do *--at = (char)('0' + value % 10);
  while ((value /= 10) != 0);
  say(at);
}

static void show(const char* path) {
  static char text[4096];
  int file = open_file(path, O_RDONLY);
  say("init: ");
  say(path);
  say(file < 0 ? " is not there\n" : "\n");
  for (long n; file >= 0 && (n = call(READ, file, (long)text, sizeof text, 0, 0, 0)) > 0;) {
    call(WRITE, 1, (long)text, n, 0, 0, 0);
  }
  call(CLOSE, file, 0, 0, 0, 0, 0);
}

// The number in a file of sysfs, -1 if there is none.
static long number_in(const char* path) {
  char text[16];
  int file = open_file(path, O_RDONLY);
  long n = file < 0 ? -1 : call(READ, file, (long)text, sizeof text, 0, 0, 0), value = n > 0 ? 0 : -1;
  for (long i = 0; i < n && text[i] >= '0' && text[i] <= '9'; i++) value = 10 * value + text[i] - '0';
  call(CLOSE, file, 0, 0, 0, 0, 0);
  return value;
}

static void sleep_ms(long ms) {
  long time[2] = {ms / 1000, ms % 1000 * 1000000};
  call(NANOSLEEP, (long)time, 0, 0, 0, 0, 0);
}

static unsigned long now_ms(void) {
  unsigned long time[2];
  call(CLOCK_GETTIME, 1, (long)time, 0, 0, 0, 0);
  return time[0] * 1000 + time[1] / 1000000;
}

// From one second of the RTC to another, by the clock that the PWM timers drive.
static void measure_rtc(void) {
  static const char kSeconds[] = "/sys/class/rtc/rtc0/since_epoch";
  long second = number_in(kSeconds);
  if (second < 0) return say("init: no RTC\n");
  while (number_in(kSeconds) == second) sleep_ms(1);
  unsigned long from = now_ms();
  while (number_in(kSeconds) < second + 4) sleep_ms(1);
  say("init: 3 s of the RTC are ");
  say_number(now_ms() - from);
  say(" ms of the timers\n");
}

// The card's first block is a line of text; the second one is written.
static void use_card(void) {
  static char block[512] __attribute__((aligned(32)));
  int card = -1;
  for (int i = 0; i < 100 && (card = open_file("/dev/mmcblk0", O_RDWR | O_SYNC)) < 0; i++) sleep_ms(50);
  if (card < 0) return say("init: no card\n");
  if (call(PREAD, card, (long)block, sizeof block, 0, 0, 0) == sizeof block) {
    block[sizeof block - 1] = 0;
    say("init: the card's first block: ");
    say(block);
  }
  for (int i = 0; i < (int)sizeof block; i++) block[i] = "written by Linux\n"[i % 17];
  say(call(PWRITE, card, (long)block, sizeof block, 0, sizeof block, 0) == sizeof block
          ? "init: wrote its second\n"
          : "init: cannot write\n");
  call(CLOSE, card, 0, 0, 0, 0, 0);
}

void _start(void) {
  call(MOUNT, (long)"none", (long)"/dev", (long)"devtmpfs", 0, 0, 0);
  call(MOUNT, (long)"none", (long)"/proc", (long)"proc", 0, 0, 0);
  call(MOUNT, (long)"none", (long)"/sys", (long)"sysfs", 0, 0, 0);
  say("init: user space\n");
  use_card();
  measure_rtc();
  number_in("/sys/module/dmatest/parameters/wait");  // returns when the copies are done
  show("/proc/iomem");
  show("/proc/interrupts");
  say("init: restart\n");
  sleep_ms(500);
  call(REBOOT, (long)0xfee1dead, 672274793, 0x01234567, 0, 0, 0);
  for (;;) sleep_ms(1000);
}

// SPDX-License-Identifier: MIT
// CppUTest's platform: the console, the kernel's clock, newlib's jumps. It has no files and no processes
// here.
#include <CppUTest/TestHarness.h>
// In this order: CppUTest's headers know their own basics only from TestHarness.h.
#include <CppUTest/PlatformSpecificFunctions.h>
#include <base/log.h>
#include <linux/ktime.h>

#include <array>
#include <csetjmp>
#include <cstring>
#include <kernel/console.hpp>
#include <lib/vsnprintf.hpp>

#include "target/arena.hpp"

namespace {

// A test jumps out of its body at the first failure; the runner jumps out of a test inside.
constinit std::array<std::jmp_buf, 10> jumps{};
constinit unsigned jump_depth = 0;

int set_jump(void (*function)(void*), void* data) {
  if (setjmp(jumps[jump_depth]) != 0) return 0;
  ++jump_depth;
  function(data);
  --jump_depth;
  return 1;
}

[[noreturn]] void long_jump() {
  --jump_depth;
  std::longjmp(jumps[jump_depth], 1);
}

void restore_jump() { --jump_depth; }

long milliseconds() { return static_cast<long>(ktime_get_ns() / 1'000'000); }
const char* no_time_of_day() { return ""; }

int put_char(int c) {
  const char byte = static_cast<char>(c);
  mink::kernel::console_write(&byte, 1);
  return c;
}

void flush() {
  if (mink::kernel::Console* console = mink::kernel::console()) console->flush();
}

PlatformSpecificFile no_file(const char*, const char*) { return nullptr; }
void put_nowhere(const char*, PlatformSpecificFile) {}
void close_nothing(PlatformSpecificFile) {}

void no_process(UtestShell* shell, TestPlugin*, TestResult* result) {
  result->addFailure(TestFailure(shell, "-p: there are no processes on the target"));
}

double absolute(double value) { return value < 0 ? -value : value; }
int is_nan(double value) { return value != value; }
int is_inf(double value) { return __builtin_isinf(value); }
int at_exit(void (*)()) { return 0; }  // the image never exits

constinit unsigned random_state = 1;
void seed(unsigned value) { random_state = value; }
int random_number() {
  random_state = random_state * 1'103'515'245u + 12'345u;  // the C standard's example
  return static_cast<int>(random_state >> 16 & 0x7fff);
}

PlatformSpecificMutex no_mutex() { return nullptr; }
void on_no_mutex(PlatformSpecificMutex) {}

}  // namespace

TestOutput::WorkingEnvironment PlatformSpecificGetWorkingEnvironment() { return TestOutput::eclipse; }

void (*PlatformSpecificRunTestInASeperateProcess)(UtestShell*, TestPlugin*, TestResult*) = no_process;
int (*PlatformSpecificFork)() = [] { return -1; };
int (*PlatformSpecificWaitPid)(int, int*, int) = [](int, int*, int) { return -1; };

int (*PlatformSpecificSetJmp)(void (*)(void*), void*) = set_jump;
void (*PlatformSpecificLongJmp)() = long_jump;
void (*PlatformSpecificRestoreJumpBuffer)() = restore_jump;

long (*GetPlatformSpecificTimeInMillis)() = milliseconds;
const char* (*GetPlatformSpecificTimeString)() = no_time_of_day;
int (*PlatformSpecificVSNprintf)(char*, size_t, const char*, va_list) = mink::vformat_to;

PlatformSpecificFile (*PlatformSpecificFOpen)(const char*, const char*) = no_file;
void (*PlatformSpecificFPuts)(const char*, PlatformSpecificFile) = put_nowhere;
void (*PlatformSpecificFClose)(PlatformSpecificFile) = close_nothing;
int (*PlatformSpecificPutchar)(int) = put_char;
void (*PlatformSpecificFlush)() = flush;

void* (*PlatformSpecificMalloc)(size_t) = mink::target::arena_alloc;
void* (*PlatformSpecificRealloc)(void*, size_t) = mink::target::arena_realloc;
void (*PlatformSpecificFree)(void*) = mink::target::arena_free;
void* (*PlatformSpecificMemCpy)(void*, const void*, size_t) = std::memcpy;
void* (*PlatformSpecificMemset)(void*, int, size_t) = std::memset;

double (*PlatformSpecificFabs)(double) = absolute;
int (*PlatformSpecificIsNan)(double) = is_nan;
int (*PlatformSpecificIsInf)(double) = is_inf;
int (*PlatformSpecificAtExit)(void (*)()) = at_exit;
void (*PlatformSpecificSrand)(unsigned) = seed;
int (*PlatformSpecificRand)() = random_number;

PlatformSpecificMutex (*PlatformSpecificMutexCreate)() = no_mutex;
void (*PlatformSpecificMutexLock)(PlatformSpecificMutex) = on_no_mutex;
void (*PlatformSpecificMutexUnlock)(PlatformSpecificMutex) = on_no_mutex;
void (*PlatformSpecificMutexDestroy)(PlatformSpecificMutex) = on_no_mutex;

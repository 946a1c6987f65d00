// SPDX-License-Identifier: MIT
#include <CppUTest/CommandLineTestRunner.h>

// A failing check leaves its test by longjmp, over CppUTest's own strings: their leaks would bury the
// failure.
extern "C" const char* __asan_default_options() { return "detect_leaks=0"; }

int main(int argc, char** argv) { return CommandLineTestRunner::RunAllTests(argc, argv); }

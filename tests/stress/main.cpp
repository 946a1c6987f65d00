// SPDX-License-Identifier: MIT
// The main program of each stress program.
#include <CppUTest/CommandLineTestRunner.h>

// As the unit tests'; and who allocated is not worth a fifth of the time.
extern "C" const char* __asan_default_options() { return "detect_leaks=0:malloc_context_size=1"; }

int main(int argc, char** argv) { return CommandLineTestRunner::RunAllTests(argc, argv); }

// SPDX-License-Identifier: MIT
// A fuzz target without a fuzzer: each file named on the command line, once.
#include <cstdio>
#include <cstdlib>

#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" const char* __asan_default_options() { return "detect_leaks=0"; }

int main(int argc, char** argv) {
  static std::uint8_t bytes[1 << 16];
  for (int i = 1; i < argc; ++i) {
    std::FILE* const file = std::fopen(argv[i], "rb");
    if (file == nullptr) {
      std::printf("%s: cannot be read\n", argv[i]);
      return 2;
    }
    const std::size_t size = std::fread(bytes, 1, sizeof bytes, file);
    std::fclose(file);
    std::printf("%s\n", argv[i]);
    std::fflush(stdout);  // the last one named is the one that it failed on
    LLVMFuzzerTestOneInput(bytes, size);
  }
  std::printf("%d inputs\n", argc - 1);
  return argc > 1 ? 0 : 2;
}

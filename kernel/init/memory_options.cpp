// SPDX-License-Identifier: MIT
#include <algorithm>
#include <kernel/memory_options.hpp>
#include <lib/parse.hpp>

namespace mink::kernel {
namespace {

constexpr std::size_t kKiB = MemoryOptions::kKiB;
constexpr std::size_t kMiB = MemoryOptions::kMiB;

// The kernel, its page array and one block of the largest order have to fit into low memory.
constexpr std::uint64_t kLeastMemory = 8 * kMiB;
// From PAGE_OFFSET to the end of the vmalloc space there are 1008 MB; 32 of them stay for the linear map
// (Linux's bounds).
constexpr std::uint64_t kLeastVmalloc = 16 * kMiB;
constexpr std::uint64_t kMostVmalloc = (1008 - 32) * kMiB;
// The slab's largest class is 8 KB, so the first size beyond it; order 10 is the page allocator's largest
// block.
constexpr std::uint64_t kLeastKmallocMax = 16 * kKiB;
constexpr std::uint64_t kMostKmallocMax = 4 * kMiB;
// One block of the page allocator.
constexpr std::uint64_t kMostCoherent = 4 * kMiB;

struct Bounds {
  std::uint64_t least, most;
  std::uint64_t step;  // values between two multiples are rounded down; 0: powers of two alone
};

struct SizeText {
  char text[24];
};
SizeText in_words(std::uint64_t bytes) {
  SizeText s;
  const bool mega = bytes % kMiB == 0;
  const bool kilo = bytes % kKiB == 0;
  BufferSink out{s.text};
  print(out, "%llu%s",
        static_cast<unsigned long long>(mega   ? bytes / kMiB
                                        : kilo ? bytes / kKiB
                                               : bytes),
        mega   ? "M"
        : kilo ? "K"
               : "");
  return s;
}

class Reader {
 public:
  Reader(const CommandLine& line, TextSink& report) : line_{line}, report_{report} {}

  template <class T>
  void read(const char* name, Bounds bounds, T& value) {
    if (const auto option = line_.find(name)) take(name, *option, bounds, value);
  }

  // mem=SIZE or mem=SIZE@START.
  void read_mem(Bounds bounds, PhysAddr start, std::uint64_t& value) {
    auto option = line_.find("mem");
    if (!option) return;
    if (const std::size_t at = option->value.find('@'); at != std::string_view::npos) {
      const ParsedNumber place = parse_size(option->value.substr(at + 1), UINT64_MAX);
      if (!place.ok()) return complain("mem", *option, "has no address behind the @");
      if (place.value != start.raw()) return complain("mem", *option, "does not begin where memory does");
      option->value = option->value.substr(0, at);
    }
    take("mem", *option, bounds, value);
  }

  void read_switch(const char* name, bool& value) {
    const auto option = line_.find(name);
    if (!option) return;
    if (option->value != "on" && option->value != "off")
      return complain(name, *option, "is neither on nor off");
    value = option->value == "on";
  }

 private:
  template <class T>
  void take(const char* name, const CommandLine::Option& option, Bounds bounds, T& value) {
    if (!option.has_value || option.value.empty()) return complain(name, option, "needs a size");
    const ParsedNumber number = parse_size(option.value, UINT64_MAX);
    if (!number.ok()) return complain(name, option, describe(number.error));
    const std::uint64_t wanted = bounds.step == 0 ? number.value : number.value - number.value % bounds.step;
    if (bounds.step == 0 && (wanted & (wanted - 1)) != 0) return complain(name, option, "is no power of two");
    if (wanted < bounds.least && bounds.most == UINT64_MAX) {
      return complain(name, option, "is less than", in_words(bounds.least).text);
    }
    if (wanted < bounds.least || wanted > bounds.most) {
      return complain(name, option, "is not between", in_words(bounds.least).text,
                      in_words(bounds.most).text);
    }
    if (wanted != number.value) {
      print(report_, "%s=%.*s is rounded down to %s\n", name, static_cast<int>(option.value.size()),
            option.value.data(), in_words(wanted).text);
    }
    value = static_cast<T>(wanted);
  }

  void complain(const char* name, const CommandLine::Option& option, const char* what,
                const char* least = nullptr, const char* most = nullptr) {
    print(report_, "%s=%.*s %s", name, static_cast<int>(option.value.size()), option.value.data(), what);
    if (least != nullptr) print(report_, " %s", least);
    if (most != nullptr) print(report_, " and %s", most);
    print(report_, ", ignored\n");
  }

  const CommandLine& line_;
  TextSink& report_;
};

}  // namespace

MemoryOptions parse_memory_options(const CommandLine& line, PhysAddr ram_start, std::uint64_t ram,
                                   TextSink& report) {
  MemoryOptions options;
  Reader reader{line, report};
  // More than there is limits nothing, and is no mistake (Linux).
  reader.read_mem({kLeastMemory, UINT64_MAX, 4 * kKiB}, ram_start, options.mem);
  const std::uint64_t memory = std::min(ram, options.mem);
  reader.read("highmem", {0, std::max(memory, kLeastMemory) - kLeastMemory, kMiB}, options.highmem);
  reader.read("vmalloc", {kLeastVmalloc, kMostVmalloc, kMiB}, options.vmalloc);
  reader.read("dma", {4 * kMiB, std::max<std::uint64_t>(memory, 4 * kMiB), 4 * kMiB}, options.dma);
  reader.read("kmalloc_max", {kLeastKmallocMax, kMostKmallocMax, 0}, options.kmalloc_max);
  reader.read("coherent", {0, kMostCoherent, kMiB}, options.coherent);
  reader.read_switch("track", options.track);
  if (const auto debug = line.find("slub_debug")) options.slub_debug = debug->value;
  return options;
}

}  // namespace mink::kernel

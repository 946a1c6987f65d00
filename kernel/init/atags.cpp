// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstring>
#include <kernel/atags.hpp>
#include <kernel/command_line.hpp>
#include <optional>

namespace mink::kernel {
namespace {

enum Tag : unsigned {
  kNone = 0x00000000,
  kCore = 0x54410001,
  kMem = 0x54410002,
  kVideoText = 0x54410003,
  kRamdisk = 0x54410004,
  kInitrd = 0x54410005,  // virtual address, long retired
  kSerial = 0x54410006,
  kRevision = 0x54410007,
  kVideoLfb = 0x54410008,
  kCommandLine = 0x54410009,
  kAcorn = 0x41000101,
  kMemClk = 0x41000402,
  kInitrd2 = 0x54420005,
};
constexpr std::uint32_t kDeviceTreeMagic = 0xedfe0dd0;  // 0xd00dfeed, big-endian, read as we read it
constexpr std::size_t kHeaderBytes = 8;                 // length in words, this header included; tag
constexpr std::size_t kMaxListBytes = 16 * 1024;        // a longer one has no end

struct Item {
  unsigned tag;
  std::span<const std::byte> body;
};

// The list as a sequence of items; stops at its end or where its frame breaks.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_{bytes} {}

  // nullopt: ATAG_NONE, or the frame is broken: then broken() says how.
  std::optional<Item> next() {
    if (bytes_.size() - at_ < kHeaderBytes) return fail("it has no end");
    const std::uint32_t words = word(bytes_, at_);
    const unsigned tag = word(bytes_, at_ + 4);
    if (tag == kNone) {
      at_ += kHeaderBytes;
      return std::nullopt;
    }
    if (words * std::uint64_t{4} < kHeaderBytes) return fail("a tag is shorter than its own head");
    if (words * std::uint64_t{4} > bytes_.size() - at_)
      return fail("a tag reaches beyond the memory that holds the list");
    const Item item{tag, bytes_.subspan(at_ + kHeaderBytes, words * 4 - kHeaderBytes)};
    at_ += words * 4;
    return item;
  }

  [[nodiscard]] const char* broken() const { return broken_; }
  [[nodiscard]] std::size_t position() const { return at_; }

  // The list need not be aligned in the window's own memory.
  static std::uint32_t word(std::span<const std::byte> bytes, std::size_t at) {
    std::uint32_t value;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
  }

 private:
  std::optional<Item> fail(const char* why) {
    broken_ = why;
    return std::nullopt;
  }

  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  const char* broken_ = nullptr;
};

// Why the list cannot be one, seen from its frame alone; nullptr if it can.
const char* frame_fault(std::span<const std::byte> bytes, std::size_t& length) {
  Reader reader{bytes};
  if (bytes.size() >= 4 && Reader::word(bytes, 0) == kDeviceTreeMagic) return "it is a device tree";
  const auto first = reader.next();
  if (reader.broken() != nullptr) return reader.broken();
  if (!first || first->tag != kCore) return "it does not begin with ATAG_CORE";
  if (first->body.size() != 0 && first->body.size() != 12) return "its ATAG_CORE has a wrong length";
  while (reader.next()) {
  }
  length = reader.position();
  return reader.broken();
}

const char* describe(MemoryBanks::Refusal refusal) {
  switch (refusal) {
    case MemoryBanks::Refusal::Empty:
      return "holds no whole page";
    case MemoryBanks::Refusal::Overlap:
      return "overlaps another bank";
    case MemoryBanks::Refusal::Full:
      return "is one too many";
    case MemoryBanks::Refusal::None:
      break;
  }
  return "is good";
}

class Parser {
 public:
  Parser(BoardMemory board, TextSink& report) : board_{board}, report_{report} {}

  void take(const Item& item) {
    switch (item.tag) {
      case kMem:
        return take_memory(item);
      case kCommandLine:
        return take_command_line(item);
      case kInitrd2:
        return take_initrd(item);
      case kCore:
        return say("a second ATAG_CORE, ignored");
      case kVideoText:
      case kRamdisk:
      case kInitrd:
      case kSerial:
      case kRevision:
      case kVideoLfb:
      case kAcorn:
      case kMemClk:
        return;  // nothing of mink's
      default:
        print(report_, "atags: unknown tag 0x%08x, ignored\n", item.tag);
    }
  }

  BootData finish() {
    data_.memory_from_list = !data_.memory.empty();
    if (!data_.memory_from_list) {
      say("no memory named: using the board's own map");
      for (const MemoryBank& bank : board_.fallback) data_.memory.add(bank);
    }
    if (data_.initrd.size != 0 && !data_.memory.contains(data_.initrd.start, data_.initrd.size)) {
      say("the initrd is not in memory, ignored");
      data_.initrd = {};
    }
    return data_;
  }

  void say(const char* what) { print(report_, "atags: %s\n", what); }

 private:
  std::optional<MemoryBank> range(const Item& item, std::size_t size_at, std::size_t start_at) {
    if (item.body.size() < 8) {
      print(report_, "atags: tag 0x%08x is too short, ignored\n", item.tag);
      return std::nullopt;
    }
    return MemoryBank{PhysAddr{Reader::word(item.body, start_at)}, Reader::word(item.body, size_at)};
  }

  void take_memory(const Item& item) {
    const auto bank = range(item, 0, 4);
    if (!bank) return;
    const bool possible = std::ranges::any_of(board_.possible, [&](const MemoryBank& space) {
      return bank->start >= space.start && bank->end() <= space.end();
    });
    if (!possible) return name(*bank, "is no memory of this board", "ignored");
    const auto refusal = data_.memory.add(*bank);
    if (refusal != MemoryBanks::Refusal::None) return name(*bank, describe(refusal), "ignored");
    if (!is_aligned(bank->start.raw() | bank->size, kPageSize)) name(*bank, "is not page aligned", "trimmed");
  }

  void take_command_line(const Item& item) {
    const std::string_view body{reinterpret_cast<const char*>(item.body.data()), item.body.size()};
    const std::string_view line = body.substr(0, body.find('\0'));
    if (line.size() == body.size() && !body.empty()) say("the command line does not end within its tag");
    if (line.size() > kMaxCommandLine) say("the command line is too long: cut");
    data_.command_line = line.substr(0, kMaxCommandLine);
  }

  void take_initrd(const Item& item) {
    if (const auto initrd = range(item, 4, 0)) data_.initrd = *initrd;
  }

  void name(const MemoryBank& bank, const char* what, const char* consequence) {
    print(report_, "atags: bank 0x%08zx-0x%08llx %s, %s\n", static_cast<std::size_t>(bank.start.raw()),
          static_cast<unsigned long long>(bank.end()), what, consequence);
  }

  BoardMemory board_;
  TextSink& report_;
  BootData data_;
};

}  // namespace

BootData parse_atags(AtagWindow window, PhysAddr list, BoardMemory board, TextSink& report) {
  Parser parser{board, report};
  if (list < window.start || list - window.start >= window.bytes.size()) {
    print(report, "atags: no list: 0x%08zx cannot be read\n", static_cast<std::size_t>(list.raw()));
    return parser.finish();
  }
  if (!is_aligned(list.raw(), 4)) {
    print(report, "atags: no list: 0x%08zx is not word aligned\n", static_cast<std::size_t>(list.raw()));
    return parser.finish();
  }
  auto bytes = window.bytes.subspan(list - window.start);
  bytes = bytes.first(std::min(bytes.size(), kMaxListBytes));
  std::size_t length = 0;
  if (const char* fault = frame_fault(bytes, length); fault != nullptr) {
    print(report, "atags: the list at 0x%08zx is refused: %s\n", static_cast<std::size_t>(list.raw()), fault);
    return parser.finish();
  }
  Reader reader{bytes};
  reader.next();  // ATAG_CORE
  while (const auto item = reader.next()) parser.take(*item);
  BootData data = parser.finish();
  data.list = MemoryBank{list, length};
  return data;
}

}  // namespace mink::kernel

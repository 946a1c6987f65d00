// SPDX-License-Identifier: MIT
#include <kernel/log_options.hpp>
#include <lib/parse.hpp>

namespace mink::kernel {
namespace {

constexpr unsigned kQuiet = 4;  // errors and worse
constexpr unsigned kAll = 8;

void complain(TextSink& report, const char* name, std::string_view value, const char* what) {
  print(report, "%s=%.*s %s, ignored\n", name, static_cast<int>(value.size()), value.data(), what);
}

}  // namespace

LogOptions parse_log_options(const CommandLine& line, TextSink& report) {
  LogOptions options;
  if (line.find("quiet")) options.console_level = kQuiet;
  if (line.find("debug")) options.console_level = kAll;
  if (const auto value = line.value("loglevel")) {
    const ParsedNumber level = parse_number(*value, kAll);
    if (level.ok()) {
      options.console_level = static_cast<unsigned>(level.value);
    } else {
      complain(report, "loglevel", *value, "is no level from 0 to 8");
    }
  }
  if (const auto value = line.value("panic")) {
    const ParsedSigned seconds = parse_signed(*value);
    if (seconds.ok()) {
      options.panic = seconds.value != 0 ? PanicAction::PowerOff : PanicAction::Halt;
    } else {
      complain(report, "panic", *value, describe(seconds.error));
    }
  }
  return options;
}

}  // namespace mink::kernel

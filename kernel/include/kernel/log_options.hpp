// SPDX-License-Identifier: MIT
// What the command line says about the log and about panics: loglevel= quiet debug panic=, as in Linux
// (Documentation/admin-guide/kernel-parameters).
#pragma once
#include <kernel/log.hpp>
#include <lib/cmdline.hpp>
#include <lib/text_sink.hpp>

namespace mink::kernel {

struct LogOptions {
  unsigned console_level = 7;  // loglevel=0..8; quiet: 4, debug: 8
  // panic=0: halt; any other number: end at once. (Linux restarts after so many seconds; a board that can,
  // powers off.)
  PanicAction panic = PanicAction::Halt;
};

// Reads them. A value that makes no sense is named to `report`, and the default stays. Pure.
LogOptions parse_log_options(const CommandLine& line, TextSink& report);

}  // namespace mink::kernel

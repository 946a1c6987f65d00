// SPDX-License-Identifier: MIT
// The shell about itself, and the end of a session.
#include <kernel/power.hpp>
#include <string_view>

#include "commands/families.hpp"

namespace mink::shell {
namespace {

int run_help(Args& args, TextSink& out) {
  if (!args.expect(0, 1)) return kUsage;
  if (args.size() == 0) {
    for (const Family* family : args.shell().families()) {
      print(out, "%s\n", family->title);
      for (const Command& command : family->commands)
        print(out, "  %-12s %s\n", command.name, command.summary);
    }
    print(out,
          "`help COMMAND` says more. Quote with ' or \", separate commands with ;, complete with Tab.\n");
    return kOk;
  }
  const Command* command = args.shell().find(args[0]);
  if (command == nullptr) {
    print(out, "help: '");
    print_visible(out, args[0]);
    print(out, "' is no command; `help` lists them\n");
    return kFailed;
  }
  print(out, "%s: %s\n", command->name, command->summary);
  print_usage(out, *command);
  if (*command->details != '\0') print(out, "%s\n", command->details);
  if (command->list != nullptr) command->list(out);
  print(out, "example: %s\n", command->example);
  return kOk;
}

int run_history(Args& args, TextSink& out) {
  if (!args.expect(0, 0)) return kUsage;
  const History& history = args.shell().history();
  for (std::size_t age = history.size(); age-- > 0;) {
    print(out, "%4zu  ", history.size() - age);
    print_visible(out, history.entry(age), kMaxLine);
    print(out, "\n");
  }
  return kOk;
}

int run_mode(Args& args, TextSink& out) {
  constexpr struct {
    std::string_view name;
    Mode mode;
  } kModes[] = {{"auto", Mode::Auto}, {"plain", Mode::Plain}, {"ansi", Mode::Ansi}};
  if (!args.expect(0, 1)) return kUsage;
  for (const auto& row : kModes) {
    if (args.size() == 0 && row.mode == args.shell().mode()) print(out, "%s\n", row.name.data());
    if (args[0] == row.name) {
      args.shell().set_mode(row.mode);
      return kOk;
    }
  }
  return args.size() == 0 ? kOk : args.usage("the mode is plain, ansi or auto");
}

int run_status(Args& args, TextSink& out) {
  if (!args.expect(0, 0)) return kUsage;
  print(out, "%d\n", args.shell().last_status());
  return kOk;
}

int run_poweroff(Args& args, TextSink&) {
  if (!args.expect(0, 1)) return kUsage;
  if (args[0] == "?") kernel::poweroff(args.shell().first_failure());
  if (args.size() == 0) kernel::poweroff(0);
  const auto status = args.number(0, "N", 0, 255);
  if (!status) return kUsage;
  kernel::poweroff(static_cast<int>(*status));
}

int run_reboot(Args& args, TextSink&) {
  if (!args.expect(0, 0)) return kUsage;
  kernel::reboot();
}

constexpr Command kCommands[] = {
    {.name = "help",
     .usage = "[COMMAND]",
     .summary = "lists the commands, or explains one",
     .example = "help kmalloc",
     .run = run_help},
    {.name = "history",
     .usage = "",
     .summary = "the lines typed so far",
     .example = "history",
     .run = run_history},
    {.name = "mode",
     .usage = "[plain|ansi|auto]",
     .summary = "shows or sets what the console may be sent",
     .example = "mode ansi",
     .run = run_mode,
     .details = "plain sends no control codes (a log, a test); ansi is for people; auto is plain until an\n"
                "editing key shows that a person sits at a terminal.",
     .completions = "plain ansi auto"},
    {.name = "status",
     .usage = "",
     .summary = "how the command before ended: 0 is well",
     .example = "status",
     .run = run_status},
    {.name = "poweroff",
     .usage = "[N|?]",
     .summary = "ends the machine with status N (0), or ? for that of the first failed command",
     .example = "poweroff ?",
     .run = run_poweroff},
    {.name = "reboot",
     .usage = "",
     .summary = "starts the machine anew",
     .example = "reboot",
     .run = run_reboot},
};

}  // namespace

constinit const Family kShellFamily{"The shell and the machine", kCommands};

}  // namespace mink::shell

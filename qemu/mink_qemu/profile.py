# SPDX-License-Identifier: MIT
"""What a command of mink's shell executes: instructions, loads, stores, by function, and what the ARM1176's caches would miss.

The caches: 16 KB, 4 ways, 32-byte lines, for instructions and data each; fills by reads alone. TLBs: two of 10 entries before one of 64.
Replacement in turn; maintenance of single lines and entries is not modelled. `worst` is the longest single call, with all that it
called, interrupts aside.
"""
import argparse
import pathlib
import re
import sys

from . import boards, build, plugin

COMMAND = r"mink::shell::Shell::run_command\(.*\{lambda.*_FUN\(void\*\)"  # called once for each command


def short(name):
    """Without arguments and templates: 'mink::mm::SlabAllocator::free'."""
    name = name.replace("(anonymous namespace)", "{}")
    while "<" in name:
        shorter = re.sub(r"<[^<>]*>", "", name)
        if shorter == name:
            break
        name = shorter
    return re.sub(r"\(.*", "", name).replace("{}::", "").split(" ")[-1] or name


def table(profile, rows):
    functions = sorted(profile.functions, key=lambda f: -f["instructions"])
    yield f"{'function':<52}{'calls':>9}{'instrs':>12}{'%':>6}{'loads':>11}{'stores':>11}{'I miss':>9}{'D miss':>9}{'TLB':>7}{'worst':>10}"
    for f in functions[:rows]:
        share = 100 * f["instructions"] / max(1, profile.total["instructions"])
        yield (f"{short(f['name'])[-51:]:<52}{f['calls']:>9}{f['instructions']:>12}{share:>6.1f}{f['loads']:>11}{f['stores']:>11}"
               f"{f['imisses']:>9}{f['dmisses']:>9}{f['tlb_misses']:>7}{f['worst'] or '-':>10}")
    t = profile.total
    yield (f"{'all':<52}{'':>9}{t['instructions']:>12}{100:>6.1f}{t['loads']:>11}{t['stores']:>11}{t['imisses']:>9}{t['dmisses']:>9}"
           f"{t['tlb_misses']:>7}")


def worst_path(profile, name):
    """The function of that name with the longest call, or of any name that is called from others often."""
    fits = [f for f in profile.functions if f["worst_path"] and (short(f["name"]).endswith(name) if name else f["calls"] > 1)]
    return max(fits, key=lambda f: f["worst"], default=None)


def folded(profile):
    for path, instructions in profile.paths:
        yield ";".join(short(name) for name in path) + f" {instructions}"


def profiled(command, memory=None, append="", board="versatilepb", whole=False):
    """(what the machine printed, Profile) of a command; whole: from the reset to the end of the machine."""
    elf = build.image_path(board, "kernel").with_suffix(".elf")
    argv = boards.qemu_argv(boards.BOARDS[board], elf.with_suffix(".bin"), memory=memory, append=append,
                            commands=boards.split_commands(command), icount=True)
    return plugin.run(argv, elf, () if whole else (plugin.symbols_of(elf).address(COMMAND),))


def main():
    parser = argparse.ArgumentParser(prog="qemu/profile", description=__doc__.splitlines()[0], epilog="\n".join(__doc__.splitlines()[2:]),
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", metavar="CMD", help="one or more, as `kmalloc 100; vmalloc 64K`")
    parser.add_argument("--mem", metavar="SIZE", help="memory of the machine (default: 128M)")
    parser.add_argument("--append", metavar="TEXT", default="", help="kernel command line")
    parser.add_argument("--rows", type=int, default=30, help="of the table (default: %(default)s)")
    parser.add_argument("--worst", metavar="FUNCTION", default="", help="whose longest call's path is shown (default: the longest of all that was called twice)")
    parser.add_argument("--folded", metavar="FILE", type=pathlib.Path, help="call paths with their instructions, for flamegraph.pl or speedscope")
    parser.add_argument("--whole", action="store_true", help="the boot and the power-off too")
    options = parser.parse_args()
    try:
        build.image("versatilepb", "kernel")
        output, profile = profiled(options.command, None if options.mem is None else boards.parse_size(options.mem), options.append,
                                   whole=options.whole)
    except (ValueError, build.BuildError) as error:
        print(f"qemu/profile: {error}", file=sys.stderr)
        return 2
    at = output.find("mink> ")
    print(output[max(at, 0):].rstrip())
    print("\n".join(table(profile, options.rows)))
    worst = worst_path(profile, options.worst)
    if worst is not None:
        print(f"\nthe worst call of {short(worst['name'])}: {worst['worst']} instructions, in\n  " +
              "\n  ".join(short(name) for name in worst["worst_path"]))
    if options.folded is not None:
        options.folded.write_text("\n".join(folded(profile)) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

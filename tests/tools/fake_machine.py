# SPDX-License-Identifier: MIT
"""Speaks on its standard input and output as mink does on its serial line, so that qemu/ is tested without a kernel.

Commands: `say TEXT`, `fail N`, `slow TEXT` (an example prompt inside the output, with a pause behind it), `late TEXT`
(log text in the midst of the line, and pauses behind the prompts), `hang`, `die`.
"""
import sys
import time


def put(text):
    sys.stdout.write(text.replace("\n", "\r\n"))
    sys.stdout.flush()


def main():
    first_failure = 0
    put("mink booting\n")
    while True:
        put("mink> ")
        line = sys.stdin.readline().strip()
        word, _, rest = line.partition(" ")
        if word == "late":
            for typed in ("", line[:6]):
                put(typed + "\n[    0.500000] card: late\n[    0.500001] and more\n")
                put("mink> ")
                time.sleep(0.05)
        put(line + "\n")
        if word in ("say", "late"):
            put(rest + "\n")
        elif word == "slow":
            put("mink> ")
            put(rest)
            time.sleep(0.05)
            put("\n")
        elif word == "fail":
            put("no such thing\n")
            first_failure = first_failure or int(rest)
        elif word == "hang":
            time.sleep(60)
        elif word == "die":
            return
        elif word == "poweroff":
            put(f"mink: power off, status {first_failure if rest == '?' else int(rest or 0)}\n")
            return


main()

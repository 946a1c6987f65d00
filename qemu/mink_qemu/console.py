# SPDX-License-Identifier: MIT
"""One running QEMU and its serial line.

What mink promises on the line: in plain mode a prompt is `mink> ` at the start of a line; the last line before it powers
the machine off is `mink: power off, status N`. Log text may come while a line is typed: it begins a line of its own, and then
the prompt comes again with what of the line was there.
"""
import codecs
import os
import re
import select
import signal
import subprocess
import time

PROMPT = "mink> "
POWER_OFF_START = "mink: power off, status "
POWER_OFF = re.compile("^" + POWER_OFF_START + r"(\d+) *$", re.M)
BROKEN_OFF = re.compile(r"(.*)\n(?:\[ *\d+\.\d+\] .*\n)+")
QUIET = 0.01  # seconds of silence behind a prompt: then it is one, and not the middle of an example in a help text


class Timeout(Exception):
    """The machine said nothing of what was waited for."""


class Ended(Exception):
    """QEMU ended, or mink powered off."""


def broken_off(text, line):
    """The length of the start of `text` that is a part of the typed `line`, broken off by log text, as often as that was."""
    length = 0
    for piece in text.split(PROMPT):
        match = BROKEN_OFF.fullmatch(piece)
        if not match or match[1] == line or not line.startswith(match[1]):
            break
        length += len(piece) + len(PROMPT)
    return min(length, len(text))


class Console:
    """Drives a machine whose serial line is QEMU's standard input and output.

    on_text: called with each piece of text as it comes, without prompts, carriage returns and the power-off line.
    transcript: all of it, with the prompts.
    """

    def __init__(self, argv, on_text=None):
        self.on_text = on_text or (lambda text: None)
        self.status = None  # from the power-off line
        self.transcript = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._pending = ""  # what came and was not handed out yet
        self._typed = ""  # the line sent last ...
        self._typed_at = 0  # ... and where its echo begins in the transcript
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def read_until_prompt(self, timeout=None):
        """The text up to the next prompt, not one that comes again for the line under way. Timeout if there is none in `timeout` seconds, Ended if there never will be."""
        return self._read(timeout, stop_at_prompt=True)

    def read_until_end(self, timeout=None):
        """The text up to the end of the machine."""
        try:
            return self._read(timeout, stop_at_prompt=False)
        except Ended as ended:
            return ended.args[0]

    def send_line(self, line):
        self._typed, self._typed_at = line, len(self.transcript)
        self.send(line + "\n")

    def send(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def kill(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            try:
                stream.close()
            except BrokenPipeError:
                pass

    def _read(self, timeout, stop_at_prompt):
        deadline = None if timeout is None else time.monotonic() + timeout
        got = ""
        while True:
            at_prompt = stop_at_prompt and self._pending == PROMPT and self._line_begins() and not self._line_under_way()
            wait = QUIET if at_prompt else None if deadline is None else max(0.0, deadline - time.monotonic())
            if not select.select([self.process.stdout], [], [], wait)[0]:
                if at_prompt:
                    self._pending = ""
                    self.transcript += PROMPT
                    return got
                raise Timeout(got)
            chunk = os.read(self.process.stdout.fileno(), 65536)
            self._pending += self._decoder.decode(chunk, final=not chunk).replace("\r", "").replace("\0", "")
            got += self._hand_out(self._ready(final=not chunk))
            if not chunk:
                self.process.wait()
                raise Ended(got)

    def _line_under_way(self):
        echo = self.transcript[self._typed_at:]
        return echo != "" and broken_off(echo, self._typed) == len(echo)

    def _line_begins(self):
        return self.transcript[-1:] in ("", "\n")

    def _ready(self, final):
        """Takes from the pending text what can be neither a prompt nor the power-off line, and returns it."""
        head, newline, tail = self._pending.rpartition("\n")
        ready = head + newline
        begins = ready or self._line_begins()
        if final or not begins or not (PROMPT.startswith(tail) or POWER_OFF_START.startswith(tail[:len(POWER_OFF_START)])):
            ready, tail = ready + tail, ""
        self._pending = tail
        return ready

    def _hand_out(self, text):
        match = POWER_OFF.search(text)
        if match:
            self.status = int(match[1])
            text = text[:match.start()] + text[match.end():].lstrip("\n")
        if text:
            self.transcript += text
            self.on_text(text)
        return text

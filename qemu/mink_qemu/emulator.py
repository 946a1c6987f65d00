# SPDX-License-Identifier: MIT
"""Which QEMU runs a board: the distribution's own, for our machines with their model preloaded.

A model is a folder of C files beside this one. It is compiled against the headers of exactly the installed QEMU, which its
source package has, and loaded by LD_PRELOAD into that QEMU alone. Headers and objects are kept in ~/.cache/mink
(MINK_CACHE=DIR: there).
"""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from .build import ROOT, BuildError, quietly

QEMU = "qemu-system-arm"
COMPILER = "gcc-12"
FLAGS = ("-O2", "-std=gnu11", "-fPIC", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", "-Wno-sign-compare",
         "-Wno-missing-field-initializers")
# What QEMU's headers ask of its configure script.
CONFIG_HOST = "".join(f"#define {name} 1\n" for name in (
    "CONFIG_POSIX", "CONFIG_LINUX", "CONFIG_IOVEC", "CONFIG_INT128", "CONFIG_MADVISE", "CONFIG_POSIX_MADVISE", "CONFIG_TCG",
    "CONFIG_MEMFD", "CONFIG_SYSMACROS", "HAVE_STRCHRNUL", "HAVE_SYSTEM_FUNCTION"))


def command(board):
    """The beginning of the command line that runs `board`; builds its model if that was not done yet. BuildError."""
    if board.model is None:
        return [QEMU]
    return ["env", f"LD_PRELOAD={shared_object(board.model)}", QEMU]


def cache():
    path = os.environ.get("MINK_CACHE") or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "mink"
    path = pathlib.Path(path).absolute()
    if any(c in str(path) for c in ": "):
        raise BuildError(f"the dynamic linker takes no path with a colon or a space: {path}; set MINK_CACHE to another")
    path.mkdir(parents=True, exist_ok=True)
    return path


def qemu_version():
    """The version of the source package that the installed QEMU was built from."""
    return quietly(["dpkg-query", "-W", "-f", "${source:Version}", "qemu-system-arm"], "asking for QEMU's version").strip()


def shared_object(model):
    """The path of the model's shared object, compiled now if there is none for this QEMU and these sources."""
    version = qemu_version()
    sources = sorted((ROOT / "qemu" / model).glob("*.[ch]"))
    content = hashlib.sha256("\0".join((version, CONFIG_HOST, *FLAGS)).encode())
    for source in sources:
        content.update(source.read_bytes())
    path = cache() / f"{model}-{content.hexdigest()[:16]}.so"
    if not path.exists():
        includes = headers(version)
        print(f"compiling QEMU's model of {model}, once ...", file=sys.stderr, flush=True)
        glib = quietly(["pkg-config", "--cflags", "glib-2.0"], "asking for glib").split()
        with tempfile.TemporaryDirectory(dir=cache()) as work:
            made = pathlib.Path(work) / "model.so"
            quietly([COMPILER, *FLAGS, "-isystem", str(includes), *glib, "-shared", "-o", str(made),
                     *(str(source) for source in sources if source.suffix == ".c")], f"compiling {model}")
            check(made, model)
            made.rename(path)
    return path


def check(made, model):
    """BuildError if QEMU does not take the object: with all symbols bound now, a missing one cannot hide."""
    result = subprocess.run([QEMU, "-M", "help"], env={**os.environ, "LD_PRELOAD": str(made), "LD_BIND_NOW": "1"},
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if result.returncode or "from mink" not in result.stdout:
        raise BuildError(f"{result.stdout}\n{QEMU} does not take the model of {model}")


def headers(version):
    """The folder with QEMU's headers and those that its build generates; fetched if it is not there."""
    path = cache() / f"qemu-{version.split(':')[-1]}-headers"
    if path.exists():
        return path
    print(f"fetching the source of QEMU {version} (24 MB), once ...", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(dir=cache()) as work:
        work = pathlib.Path(work)
        source = unpack(version, work)
        made = work / "headers"
        shutil.copytree(source / "include", made)
        quietly([sys.executable, "-B", str(source / "scripts/qapi-gen.py"), "-b", "-o", str(made / "qapi-generated"),
                 str(source / "qapi/qapi-schema.json")], "generating QEMU's headers")
        for generated in (made / "qapi-generated").glob("*.h"):
            generated.rename(made / "qapi" / generated.name)
        shutil.rmtree(made / "qapi-generated")
        (made / "config-host.h").write_text(CONFIG_HOST, encoding="ascii")
        (made / "config-poison.h").touch()
        try:
            made.rename(path)
        except OSError:  # somebody else was faster
            if not path.exists():
                raise
    return path


def unpack(version, work):
    """QEMU's source of that version, below `work`."""
    quietly([str(ROOT / "toolchain/source-package"), f"qemu={version}", str(work)], "fetching QEMU's source")
    source = work / "qemu"
    quietly(["dpkg-source", "--no-check", "-x", str(next(work.glob("*.dsc"))), str(source)], "unpacking QEMU's source")
    return source

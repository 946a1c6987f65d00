# SPDX-License-Identifier: MIT
"""Which QEMU runs a board: the distribution's own, for our machines with their model preloaded.

A model is a folder of C files beside this one. It is compiled against the headers of exactly the installed QEMU, which its
source package has, and loaded by LD_PRELOAD into that QEMU alone. Where that QEMU does not export its symbols, a small
QEMU is built from the same source with the model in it. What was made is kept in ~/.cache/mink (MINK_CACHE=DIR: there).
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
# Of a QEMU built for the model alone: what the model is made of, and what QEMU's own linking wants.
DEVICES = ("ARM_V7M", "GENERIC_LOADER", "LED", "PTIMER", "SDHCI", "UNIMP")
OWN_QEMU_PACKAGES = ("meson", "libpixman-1-dev", "libfdt-dev", "zlib1g-dev")
# What QEMU's headers ask of its configure script.
CONFIG_HOST = "".join(f"#define {name} 1\n" for name in (
    "CONFIG_POSIX", "CONFIG_LINUX", "CONFIG_IOVEC", "CONFIG_INT128", "CONFIG_MADVISE", "CONFIG_POSIX_MADVISE", "CONFIG_TCG",
    "CONFIG_MEMFD", "CONFIG_SYSMACROS", "HAVE_STRCHRNUL", "HAVE_SYSTEM_FUNCTION"))


def command(board):
    """The beginning of the command line that runs `board`; builds what that needs if it was not done yet. BuildError."""
    if board.model is None:
        return [QEMU]
    version = qemu_version()
    shared_object, own = (cache() / f"{board.model}-{fingerprint(version, board.model)}.{kind}" for kind in ("so", "qemu"))
    if not shared_object.exists() and not own.exists():
        with tempfile.TemporaryDirectory(dir=cache()) as work:
            if exports_symbols():
                build_shared_object(board.model, version, pathlib.Path(work)).rename(shared_object)
            else:
                build_own_qemu(board.model, version, pathlib.Path(work)).rename(own)
    return [str(own)] if own.exists() else ["env", f"LD_PRELOAD={shared_object}", QEMU]


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


def sources(model):
    return sorted((ROOT / "qemu" / model).glob("*.[ch]"))


def fingerprint(version, model):
    content = hashlib.sha256("\0".join((version, CONFIG_HOST, *FLAGS, *DEVICES)).encode())
    for source in sources(model):
        content.update(source.read_bytes())
    return content.hexdigest()[:16]


def exports_symbols():
    """Whether a preloaded object finds QEMU's functions: QEMU does that for its modules, where it is built to have any."""
    return " type_register_static\n" in quietly(["nm", "-D", "--defined-only", shutil.which(QEMU)], "reading QEMU's symbols")


def build_shared_object(model, version, work):
    includes = headers(version)
    print(f"compiling QEMU's model of {model}, once ...", file=sys.stderr, flush=True)
    glib = quietly(["pkg-config", "--cflags", "glib-2.0"], "asking for glib").split()
    made = work / "model.so"
    quietly([COMPILER, *FLAGS, "-isystem", str(includes), *glib, "-shared", "-o", str(made),
             *(str(source) for source in sources(model) if source.suffix == ".c")], f"compiling {model}")
    check(made, model)
    return made


def build_own_qemu(model, version, work):
    print(f"building a QEMU with {model} in it, once: some minutes ...", file=sys.stderr, flush=True)
    quietly([str(ROOT / "toolchain/setup"), *OWN_QEMU_PACKAGES], "installing what QEMU is built with")
    source = unpack(version, work)
    folder = source / "hw/arm" / f"mink-{model}"
    folder.mkdir()
    for file in sources(model):
        shutil.copy(file, folder)
    with open(source / "hw/arm/meson.build", "a", encoding="ascii") as meson:
        names = ", ".join(f"'{folder.name}/{file.name}'" for file in sources(model) if file.suffix == ".c")
        meson.write(f"softmmu_ss.add(files({names}))\n")
    (source / "configs/devices/arm-softmmu/mink.mak").write_text("".join(f"CONFIG_{name}=y\n" for name in DEVICES), encoding="ascii")
    build = work / "build"
    build.mkdir()
    quietly([str(source / "configure"), "--target-list=arm-softmmu", "--without-default-features", "--without-default-devices",
             "--with-devices-arm=mink", f"--cc={COMPILER}", "--disable-werror"], "configuring QEMU", build)
    quietly(["ninja", QEMU], "building QEMU", build)
    quietly(["strip", QEMU], "stripping QEMU", build)
    return build / QEMU


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
    try:
        quietly([str(ROOT / "toolchain/source-package"), f"qemu={version}", str(work)], "fetching QEMU's source")
    except BuildError as error:
        raise BuildError(f"{error}\nThe headers must be those of the installed QEMU. If the archive has only a newer one by now: "
                         "apt-get update && apt-get install qemu-system-arm") from error
    source = work / "qemu"
    quietly(["dpkg-source", "--no-check", "-x", str(next(work.glob("*.dsc"))), str(source)], "unpacking QEMU's source")
    return source

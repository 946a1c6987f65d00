# SPDX-License-Identifier: MIT
# Every compiler and linker flag of mink, as lists that toolchain/mink.cmake hangs on its targets.
# They live on the INTERFACE target mink_flags, so that CppUTest, which is not ours, is built without them.

set(MINK_WARNINGS -Wall -Wextra -Wconversion -Wshadow -Werror)

# What the language is in the kernel: nothing that needs a run-time library behind it.
set(MINK_LANGUAGE
    $<$<COMPILE_LANGUAGE:CXX>:-std=gnu++20>
    $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions>
    $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti>
    $<$<COMPILE_LANGUAGE:CXX>:-fno-threadsafe-statics>
    $<$<COMPILE_LANGUAGE:CXX>:-fno-use-cxa-atexit>
    $<$<COMPILE_LANGUAGE:C>:-std=gnu11>
    -fno-delete-null-pointer-checks
    # Names of files in messages: as in the tree, wherever the tree is.
    -fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=)

if(MINK_TARGET)
  # -ffreestanding would take <array> and <span> from the hosted headers away; the link check keeps the promise instead.
  # Unwind tables feed the backtrace of a fault report; there is no frame pointer.
  # GCC 12 moves the store of `p` out of `while (n--) *device = *p++;` and then stores to the volatile *device once more behind
  # the loop: a device gets its last word twice.
  set(MINK_CODEGEN ${MINK_CPU_FLAGS} -O2 -fno-move-loop-stores -g -funwind-tables -ffunction-sections -fdata-sections)
  set(MINK_LINK ${MINK_CPU_FLAGS} -nostartfiles --specs=nano.specs -Wl,--gc-sections -Wl,--no-warn-rwx-segments
      -Wl,-z,max-page-size=4096)
else()
  option(MINK_SANITIZERS "ASan and UBSan in the host's builds" ON)
  if(MINK_SANITIZERS)
    set(MINK_SANITIZE -fsanitize=address,undefined -fno-sanitize-recover=all)
  endif()
  option(MINK_FUZZ "clang, and its libFuzzer" OFF)
  if(MINK_FUZZ)
    list(APPEND MINK_SANITIZE -fsanitize=fuzzer-no-link)
    set(MINK_WARNINGS -w)  # gcc's builds say what is to be said
  endif()
  option(MINK_COVERAGE "Count which lines and branches of mm/ run" OFF)
  set(MINK_CODEGEN $<IF:$<BOOL:${MINK_COVERAGE}>,-O0,-O1> -g -fno-omit-frame-pointer ${MINK_SANITIZE})
  set(MINK_LINK ${MINK_SANITIZE} $<$<BOOL:${MINK_COVERAGE}>:--coverage>)
  if(MINK_HOST_M32)
    # The kernel's <asm/...> is where the 64-bit compiler looks: the package that links it for -m32 conflicts with
    # every cross compiler.
    execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-multiarch OUTPUT_VARIABLE multiarch
                    OUTPUT_STRIP_TRAILING_WHITESPACE)
    list(APPEND MINK_CODEGEN -m32 -idirafter/usr/include/${multiarch})
    list(APPEND MINK_LINK -m32)
  endif()
endif()

add_library(mink_codegen INTERFACE)
target_compile_options(mink_codegen INTERFACE ${MINK_CODEGEN})
target_link_options(mink_codegen INTERFACE ${MINK_LINK})

add_library(mink_flags INTERFACE)
target_link_libraries(mink_flags INTERFACE mink_codegen)
target_compile_options(mink_flags INTERFACE ${MINK_LANGUAGE} ${MINK_WARNINGS} $<$<BOOL:${MINK_COVERAGE}>:--coverage>)
# The largest block of the page allocator is 2^n pages. 10 is Linux's; 11 is built and tested too (preset host-order11).
set(MINK_MAX_ORDER 10 CACHE STRING "Largest order of a block of pages")
target_compile_definitions(mink_flags INTERFACE MINK_MAX_ORDER=${MINK_MAX_ORDER})
target_compile_definitions(mink_flags INTERFACE $<IF:$<BOOL:${MINK_TARGET}>,MINK_TARGET=1,MINK_HOST=1>)

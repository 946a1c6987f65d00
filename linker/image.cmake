# SPDX-License-Identifier: MIT
# mink_image(NAME MODULES target... [ALLOW_CONSTRUCTORS] [EXTRA] [OPTIONS flag...])
# EXTRA: built when asked for by name alone, and no kernel: it may have a heap of newlib's.
# links NAME.elf with its own symbol table inside, checks it,
# and makes NAME.bin, the raw image that a boot loader puts at RAM + 0x8000 (or anywhere: boot/ moves it).
#
# The kernel names addresses by itself, so its symbol table is part of what is linked:
#   pass 1, no table: which symbols are there, so how large the table is;
#   pass 2, a table of that size with pass 1's addresses: where everything ends up;
#   pass 3, the same with pass 2's addresses: right if nothing moved, which tools/symbols.py --verify checks.
include_guard()
find_program(MINK_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH)
find_program(MINK_PYTHON NAMES python3 REQUIRED NO_CMAKE_FIND_ROOT_PATH)

set(MINK_LD ${CMAKE_CURRENT_LIST_DIR}/mink.ld)

# Behind everything else. Neither crt0 nor libstdc++ nor a system-call stub is there to be linked by accident; of newlib
# come str*, qsort, setjmp.
set(CMAKE_CXX_STANDARD_LIBRARIES "-Wl,--start-group -lc_nano -lgcc -Wl,--end-group")

function(mink_link_pass target output modules ksyms options)
  add_executable(${target} ${ksyms})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${output} SUFFIX .elf LINK_DEPENDS ${MINK_LD}
                        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)
  target_link_libraries(${target} PRIVATE mink_codegen ${modules})
  target_link_options(${target} PRIVATE -nostdlib -T${MINK_LD} ${options}
    -Wl,--defsym=__phys_offset=${MINK_PHYS_OFFSET} -Wl,--orphan-handling=error
    -Wl,-Map=${CMAKE_BINARY_DIR}/${output}.map)
endfunction()

function(mink_image name)
  cmake_parse_arguments(PARSE_ARGV 1 M "ALLOW_CONSTRUCTORS;EXTRA" "" "MODULES;OPTIONS")
  set(options ${M_OPTIONS})
  if(M_ALLOW_CONSTRUCTORS)
    list(APPEND options -Wl,--defsym=__allow_init_array=1)
  endif()
  set(symbols ${MINK_PYTHON} ${CMAKE_SOURCE_DIR}/tools/symbols.py --nm ${CMAKE_NM})
  set(dir ${CMAKE_BINARY_DIR}/generated)

  set(empty ${dir}/no_symbols.S)
  if(NOT EXISTS ${empty})
    file(WRITE ${empty} "/* the first pass has no table */\n")
  endif()
  mink_link_pass(${name}_pass1 ${name}.pass1 "${M_MODULES}" ${empty} "${options}")
  foreach(pass 1 2)
    math(EXPR next "${pass} + 1")
    set(table ${dir}/${name}.ksyms${pass}.S)
    add_custom_command(OUTPUT ${table} COMMAND ${symbols} --elf $<TARGET_FILE:${name}_pass${pass}> --output ${table}
                       DEPENDS ${name}_pass${pass} ${CMAKE_SOURCE_DIR}/tools/symbols.py VERBATIM)
    if(next EQUAL 3)
      set(target ${name})
      set(output ${name})
    else()
      set(target ${name}_pass${next})
      set(output ${name}.pass${next})
    endif()
    mink_link_pass(${target} ${output} "${M_MODULES}" ${table} "${options}")
  endforeach()

  set(check ${MINK_PYTHON} ${CMAKE_SOURCE_DIR}/tools/check_link.py --nm ${CMAKE_NM} --elf $<TARGET_FILE:${name}>
      --map ${CMAKE_BINARY_DIR}/${name}.map)
  if(M_EXTRA)
    set_target_properties(${name}_pass1 ${name}_pass2 ${name} PROPERTIES EXCLUDE_FROM_ALL TRUE)
    set(check ${CMAKE_COMMAND} -E true)
  endif()
  add_custom_command(TARGET ${name} POST_BUILD
    COMMAND ${symbols} --elf $<TARGET_FILE:${name}_pass2> --verify $<TARGET_FILE:${name}>
    COMMAND ${check}
    COMMAND ${CMAKE_OBJCOPY} -O binary $<TARGET_FILE:${name}> ${CMAKE_BINARY_DIR}/${name}.bin
    BYPRODUCTS ${CMAKE_BINARY_DIR}/${name}.bin VERBATIM)
endfunction()

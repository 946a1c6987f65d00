# SPDX-License-Identifier: MIT
# CppUTest from source, with the flags of the image that it becomes part of: the host's with its sanitizers, host32's,
# the target's. Without exceptions, without the C++ library, without its leak detector (ASan is better at it, and
# the allocators under test must not be watched by one that they replace).
execute_process(COMMAND ${CMAKE_SOURCE_DIR}/toolchain/cpputest OUTPUT_VARIABLE MINK_CPPUTEST
                OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE cpputest_failed)
if(cpputest_failed)
  message(WARNING "no CppUTest: the unit tests are not built")
  return()
endif()

file(GLOB cpputest_sources ${MINK_CPPUTEST}/src/CppUTest/*.cpp)
if(NOT MINK_TARGET)
  list(APPEND cpputest_sources ${MINK_CPPUTEST}/src/Platforms/Gcc/UtestPlatform.cpp)
endif()
add_library(CppUTest STATIC ${cpputest_sources})
target_include_directories(CppUTest SYSTEM PUBLIC ${MINK_CPPUTEST}/include)
target_compile_definitions(CppUTest PUBLIC CPPUTEST_USE_OWN_CONFIGURATION CPPUTEST_STD_CPP_LIB_DISABLED CPPUTEST_USE_LONG_LONG=1
                           CPPUTEST_MEM_LEAK_DETECTION_DISABLED
                           PRIVATE $<$<NOT:$<BOOL:${MINK_TARGET}>>:CPPUTEST_HAVE_GETTIMEOFDAY>)
target_compile_options(CppUTest PRIVATE -w -std=gnu++20 -fno-exceptions -fno-rtti -fno-threadsafe-statics
                       $<$<BOOL:${MINK_TARGET}>:-fno-use-cxa-atexit>)
if(NOT MINK_TARGET)
  # Its clock overflows a 32-bit long. (A flag of the source comes behind those of the target.)
  set_source_files_properties(${cpputest_sources} PROPERTIES COMPILE_OPTIONS -fno-sanitize=undefined)
endif()
target_link_libraries(CppUTest PUBLIC mink_codegen)

# SPDX-License-Identifier: MIT
# mink_module(): one target per folder of the house. A folder finds its own sources, so a new file needs no CMake edit.
include_guard()

# An object library must have a source; a folder may have none yet.
set(MINK_EMPTY_SOURCE ${CMAKE_BINARY_DIR}/generated/empty.cpp)
if(NOT EXISTS ${MINK_EMPTY_SOURCE})
  file(WRITE ${MINK_EMPTY_SOURCE} "// A folder without sources of its own.\n")
endif()

if(MINK_TARGET)
  set(MINK_LIBRARY_KIND OBJECT)
else()
  set(MINK_LIBRARY_KIND STATIC)
endif()

# mink_module(NAME [DIR dir] [INCLUDE dir...] [DEPENDS target...] [EXCLUDE regex...] [OPTIONS flag...])
# DIR: searched with its subfolders for *.cpp, *.c and *.S (default: the current folder); EXCLUDE: paths relative to it.
# INCLUDE: the public include folders. Private headers stand beside the sources and are reachable by
#   #include "..." alone, relative to DIR. A subfolder named target/ holds what only the target's image has (the names that
#   a fake or the C library takes on the host). DEPENDS: the modules whose public headers this one may include.
function(mink_module name)
  cmake_parse_arguments(PARSE_ARGV 1 M "" "DIR" "INCLUDE;DEPENDS;EXCLUDE;OPTIONS")
  if(NOT M_DIR)
    set(M_DIR ${CMAKE_CURRENT_SOURCE_DIR})
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS RELATIVE ${M_DIR} ${M_DIR}/*.cpp ${M_DIR}/*.c ${M_DIR}/*.S)
  if(NOT MINK_TARGET)
    list(FILTER sources EXCLUDE REGEX "(^|/)target/")
  endif()
  foreach(regex IN LISTS M_EXCLUDE)
    list(FILTER sources EXCLUDE REGEX "${regex}")
  endforeach()
  list(TRANSFORM sources PREPEND ${M_DIR}/)
  if(NOT sources)
    set(sources ${MINK_EMPTY_SOURCE})
  endif()
  # The kernel is all of its objects. A host test takes what it needs: there a function of the target may be missing as
  # long as no test comes near it.
  add_library(${name} ${MINK_LIBRARY_KIND} ${sources})
  target_include_directories(${name} PUBLIC ${M_INCLUDE})
  target_compile_options(${name} PRIVATE -iquote${M_DIR} ${M_OPTIONS})
  set_target_properties(${name} PROPERTIES MINK_PRIVATE_DIR ${M_DIR})
  target_link_libraries(${name} PUBLIC mink_flags ${M_DEPENDS})
endfunction()

# Boost.Intrusive, headers only, from the distribution: a folder of its own, because /usr/include
# itself must not come near the cross compiler.
find_path(MINK_BOOST_PARENT boost/intrusive/set.hpp PATHS /usr/include /usr/local/include NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH)
add_library(mink_boost INTERFACE)
if(MINK_BOOST_PARENT)
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/third_party)
  file(CREATE_LINK ${MINK_BOOST_PARENT}/boost ${CMAKE_BINARY_DIR}/third_party/boost SYMBOLIC)
  target_include_directories(mink_boost SYSTEM INTERFACE ${CMAKE_BINARY_DIR}/third_party)
else()
  message(WARNING "no Boost headers: run toolchain/setup")
endif()

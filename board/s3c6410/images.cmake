# SPDX-License-Identifier: MIT
# mink.uimg, for a U-Boot that takes nothing else, and mink.sd, a card for `movi read` (docs/flashing.md).
#
# The uImage asks to be loaded where nobody loads a file: a U-Boot that finds an image already there enters it as it lies,
# header and all. The kernel moves itself to its place.
set(MINK_UIMAGE_ADDRESS 0x51000000)

find_program(MINK_MKIMAGE mkimage NO_CMAKE_FIND_ROOT_PATH REQUIRED)
set(bin ${CMAKE_BINARY_DIR}/mink.bin)
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/mink.uimg
  COMMAND ${MINK_MKIMAGE} -A arm -O linux -T kernel -C none -a ${MINK_UIMAGE_ADDRESS} -e ${MINK_UIMAGE_ADDRESS} -n mink
          -d ${bin} ${CMAKE_BINARY_DIR}/mink.uimg
  DEPENDS ${bin} mink VERBATIM)
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/mink.sd
  COMMAND ${MINK_PYTHON} ${CMAKE_SOURCE_DIR}/tools/movi_card.py ${bin} ${CMAKE_BINARY_DIR}/mink.sd
  DEPENDS ${bin} mink ${CMAKE_SOURCE_DIR}/tools/movi_card.py VERBATIM)
add_custom_target(s3c6410_images DEPENDS ${CMAKE_BINARY_DIR}/mink.uimg ${CMAKE_BINARY_DIR}/mink.sd)
add_dependencies(images s3c6410_images)

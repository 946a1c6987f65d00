# SPDX-License-Identifier: MIT
# sdcard/: what goes onto a card's FAT partition, beside the firmware's own files (docs/raspberry-pi.md).
set(card ${CMAKE_BINARY_DIR}/sdcard)
set(config ${CMAKE_SOURCE_DIR}/board/${MINK_BOARD}/config.txt)
add_custom_command(OUTPUT ${card}/kernel.img ${card}/config.txt
  COMMAND ${CMAKE_COMMAND} -E make_directory ${card}
  COMMAND ${CMAKE_COMMAND} -E copy ${CMAKE_BINARY_DIR}/mink.bin ${card}/kernel.img
  COMMAND ${CMAKE_COMMAND} -E copy ${config} ${card}/config.txt
  DEPENDS mink ${CMAKE_BINARY_DIR}/mink.bin ${config} VERBATIM)
add_custom_target(raspi1_images DEPENDS ${card}/kernel.img ${card}/config.txt)
add_dependencies(images raspi1_images)

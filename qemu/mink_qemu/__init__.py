# SPDX-License-Identifier: MIT
"""What qemu/run and the system tests share: how an image is built, which machine runs it, how its console is driven."""

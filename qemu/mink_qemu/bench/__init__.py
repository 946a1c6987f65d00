# SPDX-License-Identifier: MIT
"""qemu/bench: measures every operation in boots of its own, prints, stores, compares and draws what they cost."""

# SPDX-License-Identifier: MIT
"""tests/run: builds everything, runs everything, counts."""

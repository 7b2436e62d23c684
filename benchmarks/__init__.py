"""Speed of the mathematics and of the program, as ratios against what a user would pick instead.

``python -m benchmarks`` from the checkout prints a table and writes ``benchmarks/RESULTS.md``.
Every figure is a ratio of two things timed in turn in the same run, so that it says little of the
machine and nothing of its load.
"""

"""``python -m allocation`` is ``bokuan``."""

from __future__ import annotations

import sys

from allocation.cli import main

if __name__ == "__main__":
    sys.exit(main())

"""``python -m tppo_watch`` is the command ``tppo-watch``."""

import sys

from .cli.main import main

if __name__ == "__main__":
    sys.exit(main())

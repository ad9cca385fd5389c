"""A browser that follows redirects and shows nothing: ``python visit.py ADDRESS [SECONDS_UNTIL_IT_IS_CLOSED]``."""

from __future__ import annotations

import sys
import time
import urllib.error
import urllib.request

if __name__ == "__main__":
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(sys.argv[1], timeout=10).read()
    except urllib.error.HTTPError as error:
        error.read()
    time.sleep(float(sys.argv[2]) if len(sys.argv) > 2 else 0)

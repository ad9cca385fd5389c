"""Write ``docs/openapi.json``."""

from __future__ import annotations

from local.openapi.document import FILE, as_text

if __name__ == "__main__":
    FILE.write_text(as_text(), "utf-8")

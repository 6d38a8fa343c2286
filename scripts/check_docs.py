"""Fail when a generated page is out of date or a page links to something that is not there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def broken_links() -> list[str]:
    """Relative links in Markdown files that lead nowhere."""
    broken = []
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    for page in pages:
        targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
        missing = [t for t in targets if not re.match(r"[a-z]+:", t) and not (page.parent / t).exists()]
        broken += [f"{page.relative_to(ROOT)}: {target}" for target in missing]
    return broken


def main() -> int:
    """Print what is wrong; 0 when nothing is."""
    broken = broken_links()
    for line in broken:
        print(f"broken link: {line}")
    stale = subprocess.run([sys.executable, ROOT / "scripts" / "make_docs.py", "--check"], check=False).returncode  # noqa: S603  # our own script
    return 1 if broken or stale else 0


if __name__ == "__main__":
    raise SystemExit(main())

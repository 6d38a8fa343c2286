"""A page that stands by itself, for reports that people keep: no script, nothing fetched, light and dark."""

from __future__ import annotations

from html import escape

_STYLE = """
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#59636e;--rule:#d1d9e0;--paper:#fff;--good:#116329;--bad:#a40e26}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9198a1;--rule:#3d444d;--paper:#0d1117;--good:#7ee787;--bad:#ff9492}}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,"Noto Sans CJK SC","PingFang SC",sans-serif}
main{max-width:60rem;margin:0 auto;padding:1.5rem}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}
table{border-collapse:collapse;width:100%;font-size:.9rem}caption{text-align:left;color:var(--soft)}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid var(--rule);overflow-wrap:break-word}
code{overflow-wrap:anywhere}
.figure{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}.scroll{overflow-x:auto}
.grade{font-size:1.2rem;border:2px solid;border-radius:.5rem;padding:.75rem 1rem}.soft{color:var(--soft)}
.good{color:var(--good)}.bad{color:var(--bad)}code{font-size:.8rem}article+article{border-top:2px solid var(--rule);margin-top:3rem}
"""


def whole_page(title: str, body: str, *, language: str) -> str:
    """A whole page around a body, which has to be escaped already.

    Args:
        language: As HTML names it, such as ``zh-Hans``.
    """
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )

"""A report as one page that stands alone: no network, no script; light or dark as its reader's screen is."""

from collections.abc import Iterable
from html import escape

from realip.escapes import escaped
from realip.messages import Language

__all__ = ["page", "text"]

_LONGEST = 2000
_LANGUAGES = {Language.ENGLISH: "en", Language.CHINESE: "zh-CN"}
_STYLE = """
:root { color-scheme: light dark; --ink: #1c2024; --paper: #fff; --line: #d8dce0; --soft: #5c6670; --band: #f4f6f8;
  --good: #116329; --bad: #b3261e; --doubtful: #7a5200; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --paper: #15181b; --line: #343a40; --soft: #9aa4ae;
  --band: #1e2226; --good: #6fcf85; --bad: #ff8a80; --doubtful: #e3b341; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 84rem; padding: 1.5rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
h1 { font-size: 1.4rem; margin: 0 0 1rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p, li, td, th, dd { overflow-wrap: anywhere; }
.good { color: var(--good); } .bad { color: var(--bad); } .doubtful { color: var(--doubtful); } .soft { color: var(--soft); }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: 13px; }
th, td { text-align: left; vertical-align: top; padding: .25rem .5rem; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; white-space: nowrap; }
@media print { body { max-width: none; padding: 0; } tr { break-inside: avoid; } }
"""


def page(language: Language, title: str, style: str, body: Iterable[str]) -> str:
    """The page of a body in HTML, with a style of its own beside the one that all have."""
    content = "\n".join(body)
    return (
        f'<!doctype html>\n<html lang="{_LANGUAGES[language]}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        # Nothing that somebody else said may load or run anything, even if it got here unescaped.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{text(title)}</title>\n<style>{_STYLE}{style}</style>\n</head>\n<body>\n{content}\n</body>\n</html>\n"
    )


def text(value: object) -> str:
    """Anybody's text as a page has it: nothing in it is HTML, every character can be seen, and it ends."""
    return escape(escaped(str(value)[:_LONGEST]))

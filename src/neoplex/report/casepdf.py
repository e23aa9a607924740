"""A report as PDF, laid out from its HTML for A4.

Comes in: the page. Goes out: bytes, the same for the same page. Needs WeasyPrint, which comes with the extra ``pdf`` and uses
Pango.
"""

from __future__ import annotations

from typing import Any

from neoplex.base.errors import EnvironmentProblem


def write_pdf(html: str) -> bytes:
    """The page as PDF; raises EnvironmentProblem when WeasyPrint or Pango is not there."""
    try:
        import weasyprint
    except ImportError as error:
        raise EnvironmentProblem("a report as PDF needs WeasyPrint: pip install 'neoplex[pdf]'") from error
    except OSError as error:
        raise EnvironmentProblem(
            "a report as PDF needs the library Pango, which pip does not bring (Debian: apt install libpangoft2-1.0-0; "
            f"macOS: brew install pango): {error}"
        ) from error
    return bytes(weasyprint.HTML(string=html, base_url=None, url_fetcher=_fetch_nothing).write_pdf())


def _fetch_nothing(url: str, *_: Any, **__: Any) -> dict[str, Any]:
    """A page holds everything it shows; nothing is fetched, neither from the network nor from the disk."""
    raise ValueError(f"a report fetches nothing, found {url}")

"""What a document may show besides its words: named bytes handed to it, and nothing that an address could reach."""

import io

import segno
from weasyprint.urls import URLFetcher, URLFetcherResponse

INK = "#16202a"
_KINDS = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"\x00\x01\x00\x00": "font/ttf"}


class Refused(ValueError):
    """A document asked for something that is not one of its own named assets."""


class OwnAssets(URLFetcher):
    """Gives out the bytes it was handed, as `asset:name`: no file, no network, no data: address, no redirect.

    WeasyPrint goes on without what it cannot fetch. Here a refusal stops the document (FatalURLFetchingError), since
    no template of ours asks for anything else: either a template is wrong or somebody's words got into the markup.
    """

    def __init__(self, **assets: bytes):
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)
        self.assets = {f"asset:{name}": data for name, data in assets.items()}

    def fetch(self, url, headers=None):
        if url not in self.assets:
            raise Refused(f"Not one of the document's own assets: {url[:80]}")
        data = self.assets[url]
        kind = next((kind for start, kind in _KINDS.items() if data.startswith(start)), "image/svg+xml")
        return URLFetcherResponse(url, data, {"Content-Type": kind})


def qr(address: str) -> bytes:
    """The address as a QR code: SVG, one path, no background.

    The mask is fixed: any mask scans, and trying all eight costs 4 ms of 5.
    """
    out = io.BytesIO()
    code = segno.make(address, error="m", micro=False, mask=3)
    code.save(out, kind="svg", border=0, dark=INK, xmldecl=False, omitsize=True)
    return out.getvalue()

"""The logo of an office: taken in as a picture, kept as a picture of our own making, named by its hash."""

import hashlib
import io
import warnings

from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from .models import Logo, Office, User

MOST_BYTES = 4_000_000
WIDEST, HIGHEST = 1200, 300  # pixels: 9 mm high on paper, so 300 are more than a printer shows
LEAST = 24


class NoPicture(ValueError):
    """What was sent cannot be a logo; the message says why and what would do."""


def take(content: bytes) -> bytes:
    """A PNG of our own drawing of a PNG or JPEG: nothing but its pixels is kept. Raises NoPicture."""
    if len(content) > MOST_BYTES:
        raise NoPicture(_("The picture is larger than 4 MB. Save it smaller."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            Image.open(
                io.BytesIO(content), formats=["PNG", "JPEG"]
            ).verify()  # loading alone forgives a half of a picture
            picture = Image.open(io.BytesIO(content), formats=["PNG", "JPEG"])
            picture.load()
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NoPicture(_("Use a PNG or JPEG picture of usual size.")) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise NoPicture(_("The picture is damaged. Save it again as PNG.")) from error
    width, height = picture.size
    if min(width, height) < LEAST:
        raise NoPicture(
            _("The picture is %(width)s × %(height)s pixels; a logo needs at least %(least)s each way.")
            % {"width": width, "height": height, "least": LEAST}
        )
    if width > 6 * height:
        raise NoPicture(
            _("The picture is more than six times as wide as it is high; it would stand in the name’s place.")
        )
    picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    picture.thumbnail((WIDEST, HIGHEST))
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def set_logo(office: Office, png: bytes, *, by: User) -> Logo:
    sha256 = hashlib.sha256(png).hexdigest()
    return Logo.objects.create(office=office, sha256=sha256, content=png, media_type="image/png", set_by=by)


def remove_logo(office: Office, *, by: User) -> None:
    """From now on the neutral mark stands there again; papers that were issued keep theirs."""
    Logo.objects.create(office=office, sha256="", content=b"", media_type="", set_by=by)


def logo_of(office: Office) -> str:
    """The hash of the logo that new papers get, "" where there is none."""
    return office.logos.values_list("sha256", flat=True).first() or ""


def picture(sha256: str) -> bytes | None:
    content = Logo.objects.filter(sha256=sha256).values_list("content", flat=True).first() if sha256 else None
    return bytes(content) if content else None

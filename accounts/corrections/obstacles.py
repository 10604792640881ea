"""What stands in the way of undoing a charge beyond the ledger. Apps above know it; settings.CHARGE_OBSTACLES names them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.ledger import Refused


@dataclass(frozen=True)
class Obstacle:
    """What is in the way, in words, and where it is put out of it: an address with the label of its link."""

    words: str
    href: str
    label: str


class Obstructed(Refused):
    def __init__(self, obstacles: list[Obstacle]):
        self.obstacles = obstacles
        super().__init__(" ".join(obstacle.words for obstacle in obstacles))


def of_charges(charges: Iterable[int]) -> list[Obstacle]:
    """Read them under the lock of the charges' accounts: nobody puts another in the way meanwhile."""
    wanted = set(charges)
    return [one for name in settings.CHARGE_OBSTACLES for one in import_string(name)(wanted)] if wanted else []

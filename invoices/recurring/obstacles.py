"""What keeps an account from being closed or merged away: a charge that would come again."""

from django.utils.translation import gettext as _

from accounts.closing import Obstacle
from accounts.models import Account


def of_account(account: Account) -> list[Obstacle]:
    rows = account.recurring_charges.running()
    return [
        Obstacle(
            _("%(service)s is charged %(rhythm)s.")
            % {"service": row.description, "rhythm": row.get_rhythm_display().lower()},
            _("End it first."), "recurring_end", (row.pk,),
        )
        for row in rows
    ]  # fmt: skip

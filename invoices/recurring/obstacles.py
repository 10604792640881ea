"""What keeps an account from being closed or merged away: a charge that would come again."""

from accounts.closing import Obstacle
from accounts.models import Account


def of_account(account: Account) -> list[Obstacle]:
    rows = account.recurring_charges.running()
    return [
        Obstacle(f"{row.description} is charged {row.get_rhythm_display().lower()}.", "End it first.", "recurring_end", (row.pk,))
        for row in rows
    ]  # fmt: skip

from .kept_form import KeptForm
from .people import Office, Role, User, short_name
from .second_factor import RecoveryCode, SecondFactor
from .try_count import TryCount

__all__ = ["KeptForm", "Office", "RecoveryCode", "Role", "SecondFactor", "TryCount", "User", "short_name"]

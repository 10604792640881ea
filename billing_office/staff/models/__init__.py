from .kept_form import KeptForm
from .office_parts import Logo, OfficeField
from .people import Office, Role, User, short_name
from .second_factor import RecoveryCode, SecondFactor
from .try_count import TryCount

__all__ = [
    "KeptForm",
    "Logo",
    "Office",
    "OfficeField",
    "RecoveryCode",
    "Role",
    "SecondFactor",
    "TryCount",
    "User",
    "short_name",
]

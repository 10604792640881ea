from .authorization import Authorization, AuthorizationLine, AuthorizationRule
from .code import Code, CodeLoad, System
from .coverage import Coverage
from .exchange import Exchange
from .fee import Fee, FeeSchedule
from .plan import Contract, PayerProfile, Plan

__all__ = [
    "Authorization",
    "AuthorizationLine",
    "AuthorizationRule",
    "Code",
    "CodeLoad",
    "Contract",
    "Coverage",
    "Exchange",
    "Fee",
    "FeeSchedule",
    "PayerProfile",
    "Plan",
    "System",
]

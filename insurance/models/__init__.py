from .authorization import Authorization, AuthorizationLine, AuthorizationRule
from .code import Code, CodeLoad, System
from .coverage import Coverage
from .estimate import Estimate, EstimateFigure, EstimateLine
from .exchange import Exchange
from .fee import Fee, FeeSchedule
from .plan import Contract, PayerProfile, Plan
from .verification import Benefit, Verification, VerificationBatch, VerificationRule, VerificationTask, Visit

__all__ = [
    "Authorization",
    "AuthorizationLine",
    "AuthorizationRule",
    "Benefit",
    "Code",
    "CodeLoad",
    "Contract",
    "Coverage",
    "Estimate",
    "EstimateFigure",
    "EstimateLine",
    "Exchange",
    "Fee",
    "FeeSchedule",
    "PayerProfile",
    "Plan",
    "System",
    "Verification",
    "VerificationBatch",
    "VerificationRule",
    "VerificationTask",
    "Visit",
]

from .advice import Advice, CheaperWay, Duty
from .authorization import Authorization, AuthorizationLine, AuthorizationRule
from .code import Code, CodeLoad, System
from .coverage import Coverage
from .estimate import Estimate, EstimateFigure, EstimateLine
from .exchange import Exchange
from .fee import Fee, FeeSchedule
from .good_faith import GoodFaithRequest, GoodFaithReview, Holiday
from .plan import Contract, PayerProfile, Plan
from .verification import Benefit, Verification, VerificationBatch, VerificationRule, VerificationTask, Visit

__all__ = [
    "Advice",
    "Authorization",
    "AuthorizationLine",
    "AuthorizationRule",
    "Benefit",
    "CheaperWay",
    "Code",
    "CodeLoad",
    "Contract",
    "Coverage",
    "Duty",
    "Estimate",
    "EstimateFigure",
    "EstimateLine",
    "Exchange",
    "Fee",
    "FeeSchedule",
    "GoodFaithRequest",
    "GoodFaithReview",
    "Holiday",
    "PayerProfile",
    "Plan",
    "System",
    "Verification",
    "VerificationBatch",
    "VerificationRule",
    "VerificationTask",
    "Visit",
]

from .code import Code, CodeLoad, System
from .coverage import Coverage
from .exchange import Exchange
from .plan import Contract, PayerProfile, Plan

__all__ = ["Code", "CodeLoad", "Contract", "Coverage", "Exchange", "PayerProfile", "Plan", "System"]

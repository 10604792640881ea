from .code import Code, CodeLoad, System
from .exchange import Exchange

__all__ = ["Code", "CodeLoad", "Exchange", "System"]

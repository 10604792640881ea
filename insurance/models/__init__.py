from .exchange import Exchange

__all__ = ["Exchange"]

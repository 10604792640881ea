from .bulk_run import BulkLine, BulkRun
from .saved_list import SavedList

__all__ = ["BulkLine", "BulkRun", "SavedList"]

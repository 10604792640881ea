from .contact import ContactEvent
from .cycle import DunningCycle, Reminder
from .ladder import ReminderLevel
from .rule import ComplianceRule

__all__ = ["ComplianceRule", "ContactEvent", "DunningCycle", "Reminder", "ReminderLevel"]

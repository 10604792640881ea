"""What acts are called by people: the verb in words, in the office's language."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop


def words(verb: str) -> str:
    """
    >>> words("invoice_issued")
    'Invoice issued'
    """
    return _(verb.replace("_", " ").capitalize())


# Every verb that is recorded, for translators: verbs themselves are keys and are never translated.
ACTS = (
    noop("Access refused"), noop("Account closed"), noop("Account edited"), noop("Account exported"),
    noop("Account import started"), noop("Account import undo started"), noop("Account import undone"),
    noop("Account imports exported"), noop("Account list sent"), noop("Account merged"), noop("Account opened"),
    noop("Account reopened"), noop("Accounts exported"), noop("Accounts imported"), noop("Accounts kept apart"),
    noop("Accounts searched"), noop("Advice given"), noop("Answer downloaded"), noop("Approvals exported"),
    noop("Arrears exported"), noop("Audit exported"), noop("Authorization added"), noop("Authorization edited"),
    noop("Authorization rule added"), noop("Authorization rule edited"), noop("Bank account added"),
    noop("Bank account edited"), noop("Bank file imported"), noop("Bank import undone"), noop("Bank imports exported"),
    noop("Bank line put back"), noop("Bank line set aside"), noop("Bank lines exported"), noop("Books imported"),
    noop("Books proved"), noop("Card attached"), noop("Cash cleared"), noop("Cash clearing undone"),
    noop("Charge corrected"), noop("Charge posted"), noop("Charge voided"), noop("Cheaper way added"),
    noop("Cheaper way edited"), noop("Cheque returned"), noop("Client added"), noop("Client edited"), noop("Code added"),
    noop("Code edited"), noop("Codes loaded"), noop("Contact added"), noop("Contact edited"), noop("Contact logged"),
    noop("Contact opted out"), noop("Contact point marked bad"), noop("Contact promised"), noop("Contract added"),
    noop("Contract edited"), noop("Coverage added"), noop("Coverage checked"), noop("Coverage edited"),
    noop("Coverage verified"), noop("Coverage withdrawn"), noop("Coverages imported"), noop("Credit released"),
    noop("Credits exported"), noop("Day closed"), noop("Day exported"), noop("Day line put off"), noop("Deposit closed"),
    noop("Deposit counted"), noop("Deposit discarded"), noop("Deposit opened"), noop("Deposit receipts added"),
    noop("Deposit receipts removed"), noop("Deposits exported"), noop("Duplicates exported"), noop("Duty added"),
    noop("Duty edited"), noop("Entry reversed"), noop("Estimate discarded"), noop("Estimate drafted"),
    noop("Estimate exported"), noop("Estimate figure put in"), noop("Estimate figure taken out"), noop("Estimate given"),
    noop("Estimate line added"), noop("Estimate line swapped"), noop("Estimate line taken out"), noop("Estimate moved"),
    noop("Estimate renewed"), noop("Estimate revised"), noop("Estimate sent"), noop("Estimates exported"),
    noop("Facts edited"), noop("Fee schedule added"), noop("Fee schedule edited"), noop("File attached"),
    noop("File withdrawn"), noop("Flag ended"), noop("Flag set"), noop("Follow up asked"), noop("Follow up done"),
    noop("Good faith asked"), noop("Good faith exported"), noop("Good faith reviewed"), noop("History exported"),
    noop("Hold ended"), noop("Hold set"), noop("Holiday added"), noop("Holiday edited"), noop("Identity proved"),
    noop("Import findings exported"), noop("Invoice issued"), noop("Invoice voided"), noop("Invoices exported"),
    noop("Invoices ready exported"), noop("Job retried"), noop("Journal exported"), noop("Ledger account edited"),
    noop("List edited"), noop("List plain"), noop("List removed"), noop("List run exported"), noop("List saved"),
    noop("Mail released"), noop("Merge undone"), noop("Message printed"), noop("Message refused"),
    noop("Message sent again"), noop("Messages exported"), noop("Money moved"), noop("Note written"),
    noop("Office added"), noop("Office edited"), noop("Office field added"), noop("Office field edited"),
    noop("Office logo removed"), noop("Office logo set"), noop("Open cash exported"), noop("Password changed"),
    noop("Payer edited"), noop("Payer email marked bad"), noop("Payer exported"), noop("Payer opened"),
    noop("Payer profile edited"), noop("Payers exported"), noop("Payment allocated"), noop("Payment posted"),
    noop("Payment returned"), noop("Period closed"), noop("Plan added"), noop("Plan edited"), noop("Reason added"),
    noop("Reason edited"), noop("Receipt issued"), noop("Receipts exported"), noop("Recovery codes made"),
    noop("Recurring charged"), noop("Recurring edited"), noop("Recurring ended"), noop("Recurring exported"),
    noop("Recurring set up"), noop("Refund approved"), noop("Refund asked"), noop("Refund paid out"),
    noop("Refunds exported"), noop("Reminder level added"), noop("Reminder level edited"), noop("Reminder queued"),
    noop("Request approved"), noop("Request asked"), noop("Request refused"), noop("Request withdrawn"),
    noop("Responsibility moved"), noop("Rows chosen"), noop("Rule added"), noop("Rule edited"), noop("Run asked"),
    noop("Run exported"), noop("Run posted"), noop("Run preview exported"), noop("Run started"), noop("Run undo asked"),
    noop("Run undo started"), noop("Run undone"), noop("Second factor removed"), noop("Second factor reset"),
    noop("Second factor set"), noop("Sessions ended"), noop("Sign in failed"), noop("Sign in paused"), noop("Signed in"),
    noop("Signed out"), noop("Staff added"), noop("Staff edited"), noop("Staff password set"), noop("Statement exported"),
    noop("Statement issued"), noop("Timeline exported"), noop("Unapplied exported"), noop("Verification assigned"),
    noop("Verification exported"), noop("Verification rule edited"), noop("Visit edited"), noop("Visit planned"),
)  # fmt: skip
READS = (
    noop("Account read"), noop("Account flag read"), noop("Account import read"), noop("Advice read"),
    noop("Attachment read"), noop("Authorization read"), noop("Bank import read"), noop("Bank line read"),
    noop("Bulk run read"), noop("Charge read"), noop("Client read"), noop("Contact point read"), noop("Coverage read"),
    noop("Deposit read"), noop("Document read"), noop("Estimate read"), noop("Hold read"), noop("Invoice read"),
    noop("Journal entry read"), noop("Note read"), noop("Payment read"), noop("Recurring charge read"),
    noop("Refund read"), noop("Request read"), noop("Run read"), noop("Verification read"),
    noop("Verification batch read"), noop("Visit read"),
)  # fmt: skip

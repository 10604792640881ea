"""Good-faith estimates for clients without insurance: when they are due, which wait, and bills that exceed them.

The law is the No Surprises Act: 45 CFR 149.610 (when it is due) and 149.620 (a bill that exceeds it). The estimate itself is
an ordinary one (insurance/estimates) with no payer on it; its versions are kept there.
"""

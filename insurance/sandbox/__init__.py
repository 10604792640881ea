"""A payer for a machine that has none: it answers eligibility questions (270) on the loopback as real payers do.

    python -m insurance.sandbox --port 2710

It speaks CAQH CORE envelopes (insurance/connectivity.py), as a clearinghouse does. How a member number begins decides what
it answers, in capitals or not; any other number belongs to an active member:

    INACTIVE…    the plan has ended                     NOTFOUND…    AAA 75: no such member
    BADDATE…     AAA 57: date of service not valid      BADBIRTH…    AAA 71: another date of birth
    NOTOURS…     AAA 50: provider may not ask           DOWN…        AAA 42, at the payer's level: cannot answer now
    PLAIN…       active, and nothing more is said       OTHER…       active, and another payer comes first
    AUTH…        everything needs authorization first   USEDUP…      deductible and out-of-pocket maximum are met
    SLOW…        the answer takes 5 seconds (SLOW9…: 9) WRONGTRACE…  somebody else's answer
    MALFORMED…   an answer cut short in the middle      GARBAGE…     an answer that is no X12
    DROP…        the connection breaks, no answer       BUSY…        HTTP 503
    COREERROR…   an envelope that says UnAuthorized     TA1…         the interchange itself is refused
    HUGE…        more than anybody should take          ELSEWHERE…   a redirect to another host

Amounts depend on the member number alone, so that one question has one answer, every day.
"""

"""The regulator desk: notices with clocks that suspend, government access, complaints without a name, refused uses."""

from entrepot.notices.desk import ISSUERS, Draft, due_next, file_notice, get, history, is_addressed, is_issuer, list_notices
from entrepot.notices.model import (
    ENDED,
    NEXT,
    OFF,
    TICKING,
    Counter,
    Finding,
    Leniency,
    LeniencyFact,
    Notice,
    NoticeKind,
    NoticeState,
    Step,
    plain,
)
from entrepot.notices.steps import (
    accept_plan,
    acknowledge,
    answer_counter,
    begin_retest,
    counter,
    file_plan,
    name_suit,
    record_leniency,
    report_retest,
    submit,
    take_back,
)

__all__ = [
    "ENDED", "ISSUERS", "NEXT", "OFF", "TICKING", "Counter", "Draft", "Finding", "Leniency", "LeniencyFact", "Notice", "NoticeKind",
    "NoticeState", "Step", "accept_plan", "acknowledge", "answer_counter", "begin_retest", "counter", "due_next", "file_notice",
    "file_plan", "get", "history", "is_addressed", "is_issuer", "list_notices", "name_suit", "plain", "record_leniency", "report_retest",
    "submit", "take_back",
]  # fmt: skip

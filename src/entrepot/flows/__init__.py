"""One flow per verb: publish, find, agree, deliver, accept, settle, refund, prove, operate."""

from entrepot.flows import lookups, people, person_view, reviews, ways
from entrepot.flows.admissions import approve_ruling
from entrepot.flows.aggregate import Aggregated, aggregate
from entrepot.flows.agree import METHODS, accept, methods_of, offer, request
from entrepot.flows.anonymise import Anonymised, anonymise
from entrepot.flows.asked import Anonymisation
from entrepot.flows.backup import backup, restore
from entrepot.flows.check import CheckReport, check
from entrepot.flows.concerns import trade_may_concern
from entrepot.flows.contracts import agreement_policy, contract
from entrepot.flows.deliver import Delivered, DeliveredFile, deliver, resume, share_profile
from entrepot.flows.describe import FORMS, export, invoice, parse_price
from entrepot.flows.doctor import Examination, Law, examine
from entrepot.flows.gates import (
    answer_contract,
    answer_listing,
    approve_listing,
    listing_findings,
    require_delivery,
    rule_contract,
    rule_listing,
)
from entrepot.flows.glimpse import Glimpse, SeenColumn, glimpse
from entrepot.flows.identities import set_verified
from entrepot.flows.initialise import Initialised, initialise, is_initialised, upgrade
from entrepot.flows.makings import (
    Making,
    MakingState,
    cancel_making,
    get_making,
    made_of,
    order_aggregation,
    order_anonymisation,
)
from entrepot.flows.operations import (
    Operation,
    answer_operation,
    enter_operation,
    get_operation,
    list_operations,
    may_concern,
    waiting_rulings,
    why_waiting,
)
from entrepot.flows.places import change_country, packs_of
from entrepot.flows.prove import prove, trust
from entrepot.flows.publish import Published, publish, publish_uploads
from entrepot.flows.registers import registered, rights_of
from entrepot.flows.releases import (
    ReleasedUpload,
    TableReport,
    aggregate_upload,
    anonymise_upload,
    releases_of,
    table_report,
    upload_grade,
)
from entrepot.flows.remembered import Remembered
from entrepot.flows.rulebook import install_pack, judge_when_due, shown_ruling, uninstall_pack
from entrepot.flows.settle import accept_delivery, awaits_decision, escrows, last_escrow, pay_out_held, refund, terminate
from entrepot.flows.together import BreaksTogether
from entrepot.flows.trials import Trial, begin_trial, get_trial, list_trials, what_if
from entrepot.flows.uploads import Upload, add_upload, get_upload, open_upload
from entrepot.flows.verify import verify_document
from entrepot.flows.waiting import Waiting, waiting_listings

__all__ = [
    "FORMS",
    "METHODS",
    "Aggregated",
    "Anonymisation",
    "Anonymised",
    "BreaksTogether",
    "CheckReport",
    "Delivered",
    "DeliveredFile",
    "Examination",
    "Glimpse",
    "Initialised",
    "Law",
    "Making",
    "MakingState",
    "Operation",
    "Published",
    "ReleasedUpload",
    "Remembered",
    "SeenColumn",
    "TableReport",
    "Trial",
    "Upload",
    "Waiting",
    "accept",
    "accept_delivery",
    "add_upload",
    "aggregate",
    "aggregate_upload",
    "agreement_policy",
    "anonymise",
    "anonymise_upload",
    "answer_contract",
    "answer_listing",
    "answer_operation",
    "approve_listing",
    "approve_ruling",
    "awaits_decision",
    "backup",
    "begin_trial",
    "cancel_making",
    "change_country",
    "check",
    "contract",
    "deliver",
    "enter_operation",
    "escrows",
    "examine",
    "export",
    "get_making",
    "get_operation",
    "get_trial",
    "get_upload",
    "glimpse",
    "initialise",
    "install_pack",
    "invoice",
    "is_initialised",
    "judge_when_due",
    "last_escrow",
    "list_operations",
    "list_trials",
    "listing_findings",
    "lookups",
    "made_of",
    "may_concern",
    "methods_of",
    "offer",
    "open_upload",
    "order_aggregation",
    "order_anonymisation",
    "packs_of",
    "parse_price",
    "pay_out_held",
    "people",
    "person_view",
    "prove",
    "publish",
    "publish_uploads",
    "refund",
    "registered",
    "releases_of",
    "request",
    "require_delivery",
    "restore",
    "resume",
    "reviews",
    "rights_of",
    "rule_contract",
    "rule_listing",
    "set_verified",
    "share_profile",
    "shown_ruling",
    "table_report",
    "terminate",
    "trade_may_concern",
    "trust",
    "uninstall_pack",
    "upgrade",
    "upload_grade",
    "verify_document",
    "waiting_listings",
    "waiting_rulings",
    "ways",
    "what_if",
    "why_waiting",
]  # fmt: skip

"""Who has which right in a listing's data, and agreements as whole contracts."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from entrepot import flows, rights
from entrepot.api.deps import PUBLIC, ActingDep, Language
from entrepot.api.errors import RESPONSES
from entrepot.api.listings import ListingId
from entrepot.api.trades import AgreementId
from entrepot.runtime import Scope

router = APIRouter(prefix="/api/v1", responses=RESPONSES, tags=["rights"])


class RightsOut(BaseModel):
    """The rights in one version of a listing on a day; sentences come in English and Chinese.

    ``complete`` is null where the owner states no chain; ``granted`` is what reaches the owner along it.
    """

    listing: str
    version: int
    digest: str
    owner: str
    at: date
    complete: bool | None
    contract: dict[str, Any]
    holders: list[dict[str, Any]]
    granted: list[str] | None
    chain: list[dict[str, Any]]
    gaps: list[dict[str, Any]]


class ContractOut(BaseModel):
    """A whole contract in one language, and the agreement as an ODRL policy."""

    number: str
    language: str
    title: str
    sections: list[dict[str, Any]]
    notes: list[str]
    policy: dict[str, Any]


@router.get("/listings/{listing_id}/rights", openapi_extra=PUBLIC)
def listing_rights(acting: ActingDep, listing_id: ListingId, version: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None) -> RightsOut:
    """Who holds, may process and may operate a listing's data, with the chain of authorisation and its gaps."""
    with acting.reading() as session:
        found, register = flows.rights_of(session, listing_id, version)
        return RightsOut(listing=found.listing_id, version=found.number, digest=found.digest, **register.to_dict())


@router.get("/agreements/{agreement_id}/contract", response_model=ContractOut, responses={200: {"content": {"text/html": {}}}})
def contract(
    acting: ActingDep,
    agreement_id: AgreementId,
    language: Language = "en",
    form: Annotated[Literal["json", "html"], Query(description="html gives one page that needs nothing beside it.")] = "json",
) -> ContractOut | Response:
    """An agreement as a whole contract: parties, data, rights, terms, price, duties from the rules, clauses of its form."""
    with acting.reading(Scope.READ) as session:
        made = flows.contract(session, agreement_id, language)
        if form == "html":
            return Response(rights.contract_html(made), media_type="text/html", headers={"Content-Security-Policy": "sandbox"})
        return ContractOut(**made.to_dict(), policy=flows.agreement_policy(session, agreement_id))

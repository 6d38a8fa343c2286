"""Organisations, keys and inbox over JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field, StrictBool

from entrepot import flows, parties
from entrepot.api.deps import PUBLIC, ActingDep, Sent
from entrepot.api.errors import RESPONSES
from entrepot.runtime import Role, Scope

router = APIRouter(prefix="/api/v1", responses=RESPONSES)
Id = Annotated[str, Path(max_length=60, description="An id, or the short name of an organisation.")]
PersonId = Annotated[str, Path(max_length=60, description="The id of a person.")]


class OrganisationOut(BaseModel):
    """An organisation as anyone may see it."""

    id: str
    slug: str
    name: str
    country: str
    roles: list[str]
    verified: bool


class CountryIn(Sent):
    """Where an organisation sits, ISO 3166-1."""

    country: str = Field(max_length=2, examples=["DE"])


class VerifiedIn(Sent):
    """Whether the operator stands by an organisation's identity."""

    verified: StrictBool


class OrganisationIn(Sent):
    """A new organisation."""

    name: str = Field(max_length=200)
    country: str = Field(max_length=2, examples=["DE"])
    roles: list[Role] = Field(max_length=5, examples=[["owner", "buyer"]])


class InviteIn(Sent):
    """Whom to invite, and with which roles."""

    email: str = Field(max_length=254)
    roles: list[Role] = Field(max_length=5)


class RolesIn(Sent):
    """The roles a member has from now on."""

    roles: list[Role] = Field(min_length=1, max_length=5)


class MemberOut(BaseModel):
    """Somebody's place in an organisation."""

    person_id: str
    name: str
    email: str
    roles: list[str]
    since: datetime


class LinkOut(BaseModel):
    """A one-time link, shown once."""

    url: str


class KeyIn(Sent):
    """A new API key."""

    name: str = Field(max_length=200)
    scopes: list[Scope] = Field(max_length=10)
    days: int = Field(90, ge=1, le=365)


class KeyOut(BaseModel):
    """An API key; its token is shown when it is made, and never again."""

    id: str
    name: str
    roles: list[str]
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    token: str | None = None


class NotificationOut(BaseModel):
    """A line of the inbox."""

    id: str
    kind: str
    subject_id: str
    facts: dict[str, Any]
    created_at: datetime
    read_at: datetime | None


class MeOut(BaseModel):
    """Who the key stands for."""

    organisation: OrganisationOut | None
    roles: list[str]
    scopes: list[str]


@router.get("/me", tags=["parties"], openapi_extra=PUBLIC)
def me(acting: ActingDep) -> MeOut:
    """Who you are to the exchange."""
    with acting.reading() as session:
        found = parties.get(session, acting.actor.organisation_id) if acting.actor.organisation_id else None
        organisation = OrganisationOut(**found.as_dict()) if found else None
        return MeOut(organisation=organisation, roles=sorted(acting.actor.roles), scopes=sorted(acting.actor.scopes))


@router.get("/organisations", tags=["parties"], openapi_extra=PUBLIC)
def organisations(acting: ActingDep) -> list[OrganisationOut]:
    """Every organisation on the exchange."""
    with acting.reading() as session:
        return [OrganisationOut(**o.as_dict()) for o in parties.list_organisations(session)]


@router.get("/organisations/{organisation_id}", tags=["parties"], openapi_extra=PUBLIC)
def organisation(acting: ActingDep, organisation_id: Id) -> OrganisationOut:
    """One organisation."""
    with acting.reading() as session:
        return OrganisationOut(**parties.get(session, organisation_id).as_dict())


@router.post("/organisations", status_code=201, tags=["parties"])
def add_organisation(acting: ActingDep, body: OrganisationIn) -> OrganisationOut:
    """Add an organisation (operators)."""
    with acting.writing(Scope.ADMIN) as session:
        parties.require_role(session, Role.OPERATOR)
        made = parties.create_organisation(session, body.name, country=body.country, roles=frozenset(body.roles))
        return OrganisationOut(**made.as_dict())


@router.put("/organisations/{organisation_id}/country", tags=["parties"])
def change_country(acting: ActingDep, organisation_id: Id, body: CountryIn) -> OrganisationOut:
    """Note that an organisation has moved; live listings are judged again, and so is each delivery (operators)."""
    with acting.writing(Scope.ADMIN) as session:
        return OrganisationOut(**flows.change_country(session, organisation_id, body.country).as_dict())


@router.put("/organisations/{organisation_id}/verified", tags=["parties"])
def set_verified(acting: ActingDep, organisation_id: Id, body: VerifiedIn) -> OrganisationOut:
    """Note whether an organisation's identity is checked; live listings are judged again, and so is each delivery (operators)."""
    with acting.writing(Scope.ADMIN) as session:
        return OrganisationOut(**flows.set_verified(session, organisation_id, verified=body.verified).as_dict())


@router.post("/organisations/{organisation_id}/invitations", status_code=201, tags=["parties"])
def invite(acting: ActingDep, organisation_id: Id, body: InviteIn) -> LinkOut:
    """A one-time link that lets somebody join (members, operators)."""
    with acting.writing(Scope.ADMIN) as session:
        found = parties.get(session, organisation_id)
        token = parties.invite(session, body.email, organisation_id=found.id, roles=frozenset(body.roles))
        return LinkOut(url=f"{session.settings.public_url}/join/{token}")


@router.get("/organisations/{organisation_id}/members", tags=["parties"])
def members(acting: ActingDep, organisation_id: Id) -> list[MemberOut]:
    """Who belongs to an organisation (its members, operators)."""
    with acting.reading(Scope.ADMIN) as session:
        return [_member(one) for one in parties.members(session, parties.get(session, organisation_id).id)]


@router.put("/organisations/{organisation_id}/members/{person_id}", tags=["parties"])
def change_roles(acting: ActingDep, organisation_id: Id, person_id: PersonId, body: RolesIn) -> MemberOut:
    """Give a member other roles; keys they made that may do more end at once (members who have the roles, operators)."""
    with acting.writing(Scope.ADMIN) as session:
        found = parties.get(session, organisation_id)
        return _member(parties.change_roles(session, found.id, person_id, frozenset(body.roles)))


@router.delete("/organisations/{organisation_id}/members/{person_id}", status_code=204, tags=["parties"])
def remove_member(acting: ActingDep, organisation_id: Id, person_id: PersonId) -> None:
    """End a membership, and the keys that the person made (the person, members who have their roles, operators)."""
    with acting.writing(Scope.ADMIN) as session:
        parties.remove_member(session, parties.get(session, organisation_id).id, person_id)


@router.get("/keys", tags=["parties"], openapi_extra=PUBLIC)
def public_keys(acting: ActingDep, organisation: Annotated[str | None, Query(max_length=60)] = None) -> dict[str, list[dict[str, str]]]:
    """Public signing keys as a JWK set (RFC 7517), retired ones included; each names its organisation as ``owner``."""
    with acting.reading() as session:
        chosen = parties.get(session, organisation).id if organisation else None
        return {"keys": list(parties.public_keys(session, chosen).values())}


class SigningKeyOut(BaseModel):
    """The id of a new signing key."""

    kid: str


@router.post("/signing-keys", status_code=201, tags=["parties"])
def rotate_signing_key(acting: ActingDep) -> SigningKeyOut:
    """Give your organisation a new signing key; what it signed before still verifies."""
    with acting.writing(Scope.ADMIN) as session:
        return SigningKeyOut(kid=parties.create_key(session, parties.acting_organisation(session)))


@router.get("/api-keys", tags=["parties"])
def api_keys(acting: ActingDep) -> list[KeyOut]:
    """Your organisation's API keys, without their secrets."""
    with acting.reading(Scope.ADMIN) as session:
        return [_key(key) for key in parties.list_api_keys(session)]


@router.post("/api-keys", status_code=201, tags=["parties"])
def create_api_key(acting: ActingDep, body: KeyIn) -> KeyOut:
    """Make an API key; the answer is the only place that shows its token."""
    with acting.writing(Scope.ADMIN) as session:
        key, token = parties.create_api_key(session, body.name, scopes=frozenset(body.scopes), days=body.days)
        return _key(key, token)


@router.delete("/api-keys/{key_id}", status_code=204, tags=["parties"])
def revoke_api_key(acting: ActingDep, key_id: Id) -> None:
    """End an API key at once."""
    with acting.writing(Scope.ADMIN) as session:
        parties.revoke_api_key(session, key_id)


@router.get("/inbox", tags=["parties"])
def inbox(acting: ActingDep, unread: bool = False) -> list[NotificationOut]:
    """What happened that your organisation should know, newest first."""
    with acting.reading(Scope.READ) as session:
        return [NotificationOut(**{f: getattr(n, f) for f in n.__slots__}) for n in parties.inbox(session, unread_only=unread)]


def _member(found: parties.Member) -> MemberOut:
    return MemberOut(person_id=found.person_id, name=found.name, email=found.email, roles=sorted(found.roles), since=found.since)


def _key(key: parties.ApiKey, token: str | None = None) -> KeyOut:
    values = {f: getattr(key, f) for f in KeyOut.model_fields if f not in ("token", "roles", "scopes")}
    return KeyOut(**values, roles=sorted(key.roles), scopes=sorted(key.scopes), token=token)

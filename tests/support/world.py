"""A small exchange with something in every state and somebody in every role, for tests of the doors."""

from __future__ import annotations

import atexit
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from entrepot import delivery, flows, parties
from entrepot.config import Settings
from entrepot.kit import ManualClock
from entrepot.privacy.aggregates import Tabulation
from entrepot.runtime import ALL_SCOPES, SYSTEM, Actor, Exchange, Role, load_master_key
from support.route_table import PACK
from support.trading import Market, by_key, iris_csv, manifest_text, open_market

ROLES = ("anonymous", "person", "owner", "buyer", "operator", "regulator", "stranger")
PASSWORD = "a calm sea and a prosperous voyage"


@dataclass(frozen=True, kw_only=True)
class World:
    """Who is there, and the ids of what is there.

    Attributes:
        tokens: API keys by role; none for anonymous and person, who have no organisation.
        logins: Session cookie and CSRF token by role.
        shares: Delta Sharing tokens by role.
        ids: What to put in place of a path's parameters.
    """

    market: Market
    tokens: dict[str, str]
    logins: dict[str, tuple[str, str]]
    shares: dict[str, str]
    ids: dict[str, str]

    @property
    def exchange(self) -> Exchange:
        """The exchange."""
        return self.market.exchange

    def keep(self) -> None:
        """Remember the records as they are (SQLite)."""
        _copy(self._file, self._kept)

    def go_back(self) -> None:
        """Bring the remembered records back."""
        _copy(self._kept, self._file)

    @property
    def _file(self) -> Path:
        return self.exchange.settings.data_path / "entrepot.db"

    @property
    def _kept(self) -> Path:
        return self.exchange.settings.data_path / "kept.db"


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target, timeout=30)) as other:
        one.backup(other)


def settle_world(settings: Settings, clock: ManualClock) -> World:
    """Fill a fresh exchange, whose records have been migrated.

    The first world of a process on each kind of store is kept, and those after it are copies: filling one takes seconds.
    """
    kind = sa.make_url(settings.resolved_database_url).get_backend_name()
    if kind not in _KEPT:
        made = _fill(settings, clock)
        made.exchange.close()
        _KEPT[kind] = _keep(made)
    return _restore(_KEPT[kind], settings, clock)


@dataclass(frozen=True, kw_only=True)
class _Kept:
    world: World
    folder: Path
    database: str


_KEPT: dict[str, _Kept] = {}


def _keep(world: World) -> _Kept:
    settings, folder = world.exchange.settings, Path(tempfile.mkdtemp(prefix="entrepot-world-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    shutil.copytree(settings.data_path, folder / "data")
    shutil.copytree(world.market.folder, folder / "goods")
    shutil.copy2(settings.resolved_master_key_file, folder / "key")
    database = ""
    if settings.database_url:
        database = f"world_{os.urandom(4).hex()}"
        _copy_database(settings, sa.make_url(settings.resolved_database_url).database or "", database)
    return _Kept(world=world, folder=folder, database=database)


def _restore(kept: _Kept, settings: Settings, clock: ManualClock) -> World:
    goods = _goods(settings)
    for name, target in (("data", settings.data_path), ("goods", goods)):
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(kept.folder / name, target)
    shutil.copy2(kept.folder / "key", settings.resolved_master_key_file)
    if kept.database:
        _copy_database(settings, kept.database, sa.make_url(settings.resolved_database_url).database or "")
    market = replace(kept.world.market, exchange=Exchange(settings, clock=clock), folder=goods)
    return replace(kept.world, market=market)


def _copy_database(settings: Settings, source: str, target: str) -> None:
    url = sa.make_url(settings.resolved_database_url).set(database="postgres")
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {target}")
        connection.exec_driver_sql(f"CREATE DATABASE {target} TEMPLATE {source}")
    admin.dispose()


def _goods(settings: Settings) -> Path:
    return settings.data_path.with_name(settings.data_path.name + "-goods")


def _fill(settings: Settings, clock: ManualClock) -> World:
    load_master_key(settings, create=True)
    exchange = Exchange(settings, clock=clock)
    market = open_market(exchange, _goods(settings))
    actors: dict[str, Actor] = {role: getattr(market, role) for role in ROLES[2:]}
    ids = _things(market)
    tokens, shares = {}, {}
    for role, actor in actors.items():
        with exchange.session(actor) as session:
            key, tokens[role] = parties.create_api_key(session, role, scopes=ALL_SCOPES)
            if role == "owner":
                ids["key_id"] = key.id
        # A token made while an organisation was a buyer goes on when it is none any more.
        with exchange.session(replace(actor, roles=actor.roles | {Role.BUYER})) as session:
            shares[role] = delivery.profile(session)["bearerToken"]
            if role == "buyer":
                ids["token_id"] = delivery.list_tokens(session)[0].id
    logins = {role: _login(exchange, role, actors.get(role)) for role in ROLES[1:]}
    with exchange.session(market.owner) as session:
        ids["person_id"] = parties.members(session, ids["organisation_id"])[0].person_id
        ids["token"] = parties.invite(
            session, "new@example.org", organisation_id=session.actor.organisation_id, roles=frozenset({Role.OWNER})
        )
    return World(market=market, tokens=tokens, logins=logins, shares=shares, ids=ids)


def _things(market: Market) -> dict[str, str]:
    listing = market.publish(price="free").listing_id
    asked_for = market.publish(auto_approve=False).listing_id
    suspended = market.publish(price="free").listing_id
    with market.exchange.session(market.operator) as session:
        from entrepot import catalogue

        catalogue.suspend(session, suspended, reason="for the test")
    paid = market.agree(market.publish().listing_id)
    delivered = market.deliver(paid)
    market.accept_delivery(paid)
    active = market.agree(listing)
    parcel = market.deliver(active).parcel
    held = market.agree(listing)
    with market.exchange.session(market.operator) as session:
        from entrepot.trades import AgreementState, move

        move(session, held.id, AgreementState.SUSPENDED, "for the test")
    shared = market.agree(listing, method="table")
    market.deliver(shared)
    asked = market.request(asked_for)
    offered = market.request(asked_for)
    with market.exchange.session(market.owner) as session:
        flows.offer(session, offered.id, message="gladly")
    upload = flows.add_upload(market.exchange, market.owner, iris_csv(market.folder), name="iris.csv")
    graded = _graded(market, upload.id)
    desk, said = _desk(market), _people(market)
    trial = flows.begin_trial(market.exchange, market.operator, PACK["pack"])
    market.seal()
    making = flows.order_aggregation(
        market.exchange, by_key(market.exchange, market.owner), upload.id, asked=Tabulation(by=("Species",))
    ).id
    return {
        **desk, **said, **_operation(market), "trial_id": trial.id, "pack_id": "none", "ruling_id": _ruling(market, active.negotiation_id),
        "graded": graded, "listing_id": listing, "listing": listing, "asked_for": asked_for, "suspended_listing": suspended, "form": "dcat",
        "negotiation_id": asked.id, "negotiation": asked.id, "offered": offered.id, "agreement_id": active.id, "agreement": active.id,
        "paid": paid.id, "held": held.id, "shared": shared.id, "entry_id": delivered.parcel.entry_id or "",
        "entry": delivered.parcel.entry_id or "", "upload_id": upload.id, "upload": upload.id, "period": "1", "parcel_id": parcel.id,
        "making_id": making, "making": making, "file_id": parcel.files[0].id, "name": parcel.files[0].name, "organisation_id": market.owner.organisation_id or "",
        **_share(market, shared.id), "path:path": "0/000.p/1", "stylesheet": "entrepot.css",
    }  # fmt: skip


def _ruling(market: Market, negotiation_id: str) -> str:
    from entrepot import compliance

    with market.exchange.reading(market.operator) as session:
        return compliance.rulings(session, negotiation_id)[0].id


def _operation(market: Market) -> dict[str, str]:
    with market.exchange.session(market.owner) as session:
        made = flows.enter_operation(session, "incident", {}).subject_id
    return {"operation_id": made, "operation": made}


def _desk(market: Market) -> dict[str, str]:
    from support.notices import ask_access, complain, decide_access, file_notice

    listing = market.publish(price="free").listing_id
    approved = ask_access(market, listing)
    decide_access(market, approved)
    complaint_id, code = complain(market)
    notice, asked = file_notice(market, listing), ask_access(market, listing)
    return {
        "notice_id": notice.id, "notice": notice.id, "access_id": asked.id, "access": asked.id, "approved_access": approved.id,
        "complaint_id": complaint_id, "complaint": complaint_id, "complaint_code": code,
    }  # fmt: skip


def _people(market: Market) -> dict[str, str]:
    from entrepot import consent
    from entrepot.flows import people

    with market.exchange.session(market.owner) as session:
        act, _ = people.say_for(session, "P1", consent.Act.GIVEN, people.Asked())
        link = people.links_for(session, ["P1"]).addresses[0]
    person = link.rpartition("/")[2]
    with market.exchange.session() as session:
        asked = people.request_as_person(session, person, "copy")
    return {"consent_id": act.id, "consent": act.id, "person": person, "request_id": asked.id}


def _graded(market: Market, upload_id: str) -> str:
    from entrepot.privacy.anonymise import Method, Plan

    plan = Plan(k=5, method=Method.GLOBAL, quasi=("Sepal.Length", "Sepal.Width"), suppress=0.1, automatic=True)
    made = flows.anonymise_upload(market.exchange, market.owner, upload_id, plan=plan)
    return flows.publish_uploads(market.exchange, market.owner, manifest_text(file=made.upload.name), [made.upload.id]).listing_id


def _share(market: Market, agreement_id: str) -> dict[str, str]:
    from entrepot.delivery.shares import shared_schemas

    schema = next(s for s in shared_schemas(market.exchange, market.buyer) if s.agreement.id == agreement_id)
    return {"share": schema.share, "schema": schema.name, "table": "iris"}


def _login(exchange: Exchange, role: str, actor: Actor | None) -> tuple[str, str]:
    organisation = None if actor is None else actor.organisation_id
    roles = frozenset({Role.PERSON}) if actor is None else actor.roles
    with exchange.session(SYSTEM) as session:
        token = parties.invite(session, f"{role}@example.org", organisation_id=organisation, roles=roles)
        found = parties.use_link(session, token, password=PASSWORD, name=role)
    assert isinstance(found, parties.Login)
    return found.token, found.csrf


def fresh_settings(folder: Path, **more: Any) -> Settings:
    """Settings of an exchange with migrated SQLite records in a folder."""
    from entrepot.store import Database, migrate

    shutil.rmtree(folder / "data", ignore_errors=True)
    settings = Settings(data_dir=str(folder / "data"), workers=0, **more)
    database = Database(settings.resolved_database_url)
    migrate.upgrade(database)
    database.close()
    return settings

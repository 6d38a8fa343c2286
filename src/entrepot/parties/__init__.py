"""Organisations, people, roles, keys and inboxes."""

from entrepot.parties.inbox import count_unread, inbox, mark_read, notify
from entrepot.parties.keys import create_api_key, is_touch_due, key_actor, list_api_keys, revoke_api_key, touch_api_key
from entrepot.parties.members import change_roles, members, remove_member
from entrepot.parties.model import (
    ApiKey,
    Attempt,
    Link,
    LinkKind,
    Login,
    Member,
    Notification,
    NotSignedIn,
    Organisation,
    Person,
    TooManyAttempts,
)
from entrepot.parties.people import (
    choose_organisation,
    create_reset_link,
    finish_login,
    get_person,
    invite,
    join,
    login,
    login_actor,
    logout,
    open_link,
    organisations_of,
    set_password,
    try_password,
    use_link,
)
from entrepot.parties.service import (
    acting_organisation,
    create_organisation,
    exchange_organisation,
    get,
    is_self,
    list_organisations,
    require_insider,
    require_role,
    require_scope,
    require_self,
)
from entrepot.parties.signing import create_key, current_key_id, locked_keys, public_keys, sign

__all__ = [
    "ApiKey", "Attempt", "Link", "LinkKind", "Login", "Member", "NotSignedIn", "Notification", "Organisation", "Person", "TooManyAttempts",
    "acting_organisation", "change_roles", "choose_organisation", "count_unread", "create_api_key", "create_key", "create_organisation",
    "create_reset_link", "current_key_id", "exchange_organisation", "finish_login", "get", "get_person", "inbox", "invite", "is_self", "is_touch_due", "join", "key_actor",
    "list_api_keys", "list_organisations", "locked_keys", "login", "login_actor", "logout", "mark_read", "members", "notify", "open_link",
    "organisations_of", "public_keys", "remove_member", "require_insider", "require_role", "require_scope", "require_self", "revoke_api_key", "set_password",
    "sign", "touch_api_key", "try_password", "use_link",
]  # fmt: skip

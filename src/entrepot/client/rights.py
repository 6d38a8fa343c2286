"""The verbs of rights: who has which in a listing's data, and agreements as whole contracts."""

from __future__ import annotations

from typing import Any

from entrepot.client.verbs import Verbs


class RightsVerbs(Verbs):
    """What ``Client`` can ask of rights and contracts."""

    def rights(self, listing_id: str, *, version: int | None = None) -> Any:
        """Who holds, may process and may operate a listing's data, along which chain, and where that has gaps."""
        return self.call("GET", f"/listings/{listing_id}/rights", query={"version": version})

    def contract(self, agreement_id: str, *, language: str = "en") -> Any:
        """An agreement as a whole contract, and as an ODRL policy."""
        return self.call("GET", f"/agreements/{agreement_id}/contract", query={"language": language})

    def contract_page(self, agreement_id: str, *, language: str = "en") -> str:
        """The same as one HTML page that needs nothing beside it."""
        return str(self.call("GET", f"/agreements/{agreement_id}/contract", query={"language": language, "form": "html"}))

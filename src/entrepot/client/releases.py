"""The verbs of releases: have one made of an upload, wait for it, watch it, cancel it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from entrepot.client.errors import NotTakenUp, as_error
from entrepot.client.verbs import Verbs
from entrepot.kit import Conflict, Refused

Told = Callable[[str, float], None]
"""Called with a step and its share done."""
PATIENCE = 120.0
"""Seconds that the client waits for a worker to take up what it ordered."""
_SILENCE = 10
"""How many times longer a worker that has begun may say nothing new: some steps on a large table have no share to tell."""
_PAUSE = 0.5


class ReleaseVerbs(Verbs):
    """What ``Client`` can ask of releases."""

    def anonymise(self, upload_id: str, *, progress: Told | None = None, timeout: float | None = PATIENCE, **plan: Any) -> Any:
        """Make a release of an upload, graded and with its report, as a new upload to publish; waits for it, and cancels it when interrupted.

        Args:
            progress: Told the step and its share done while a larger table takes its time.
            timeout: Seconds that it may wait for a worker, as in `wait_for`.
            plan: What it must satisfy: ``quasi_identifiers``, ``k``, ``method``, ``l``, ``t``, ``drop``, ``change`` and more, as the API names them.

        Raises:
            NotTakenUp: No worker has taken it up in time; it stands, and the message has its id.
        """
        return self._made(self.order_anonymisation(upload_id, **plan), progress, timeout)

    def aggregate(self, upload_id: str, *, progress: Told | None = None, timeout: float | None = PATIENCE, **asked: Any) -> Any:
        """Make counts, sums and means of many persons from an upload, graded and with a report, as a new upload to publish.

        Args:
            progress: Told the step and its share done while a larger table takes its time.
            timeout: Seconds that it may wait for a worker, as in `wait_for`.
            asked: Which cells: ``by``, ``sums``, ``means``, ``minimum``, ``totals`` and more, as the API names them.

        Raises:
            NotTakenUp: No worker has taken it up in time; it stands, and the message has its id.
        """
        return self._made(self.call("POST", f"/uploads/{upload_id}/aggregation", asked), progress, timeout)

    def order_anonymisation(self, upload_id: str, **plan: Any) -> Any:
        """Order a release without waiting: the release where it was made at once, else the order, which `wait_for` takes."""
        return self.call("POST", f"/uploads/{upload_id}/anonymisation", plan)

    def making(self, making_id: str) -> Any:
        """How far a release is that is being made."""
        return self.call("GET", f"/makings/{making_id}")

    def cancel_making(self, making_id: str) -> Any:
        """Cancel a release that is being made; nothing of it is kept."""
        return self.call("DELETE", f"/makings/{making_id}")

    def wait_for(self, answer: Any, *, progress: Told | None = None, timeout: float | None = PATIENCE) -> Any:
        """The release that was ordered; where the exchange is still making it, once that is over.

        Args:
            answer: What the order or `making` answered.
            timeout: Seconds that it may wait for a worker, and ten times as long that one may say nothing new; None waits forever.

        Raises:
            NotTakenUp: No worker has taken it up in time, or the one that had says nothing more; the order stands.
            EntrepotError: What stood in the way of the release.
            Conflict: It was cancelled.
        """
        if "upload" in answer:
            return answer
        news, since = None, time.monotonic()
        while answer["state"] in ("waiting", "running"):
            if progress and answer["step"]:
                progress(answer["step"], answer["share"])
            if news != (told := (answer["state"], answer["step"], answer["share"])):
                news, since = told, time.monotonic()
            _require_patience(answer, time.monotonic() - since, timeout)
            time.sleep(_PAUSE)
            answer = self.making(answer["id"])
        if answer["made"]:
            return answer["made"]
        if answer["problem"]:
            raise as_error(answer["problem"], Refused)
        raise Conflict(f"The release {answer['id']} was cancelled.", "Order it again if it is wanted after all.")

    def _made(self, answer: Any, progress: Told | None, timeout: float | None) -> Any:
        try:
            return self.wait_for(answer, progress=progress, timeout=timeout)
        except KeyboardInterrupt:
            self.cancel_making(answer["id"])
            raise


def _require_patience(answer: Any, waited: float, timeout: float | None) -> None:
    if timeout is None:
        return
    if answer["state"] == "waiting" and waited >= timeout:
        fact = f"No worker of the exchange has taken up the release {answer['id']} in {waited:.0f} seconds."
    elif answer["state"] == "running" and waited >= _SILENCE * timeout:
        fact = f"The exchange has said nothing new about the release {answer['id']} for {waited:.0f} seconds."
    else:
        return
    raise NotTakenUp(
        fact,
        f"See that `entrepot serve` runs there, and that its workers are not busy or set to 0. The order stands: "
        f"`entrepot release {answer['id']}` waits for it, and `entrepot release {answer['id']} --cancel` ends it.",
        making=answer["id"],
    )

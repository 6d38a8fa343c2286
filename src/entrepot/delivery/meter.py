"""Count the bytes of one request while they flow, so that no bill has to wait for its end."""

from __future__ import annotations

import threading
import time

from entrepot.delivery.files import FileToSend, record_read

RECORD_SECONDS = 0.5
"""How much of a running download may be on its way uncounted."""


class Meter:
    """What one request has been sent: noted piece by piece, written down now and then and at the end.

    Safe for use from several threads, one after the other.
    """

    def __init__(self, sent: FileToSend, start: int) -> None:
        self._sent = sent
        self._recorded = self._handed = start
        self._begun = False
        self._looked_at = time.monotonic()
        self._lock = threading.Lock()

    def hand_over(self, position: int) -> None:
        """Note that everything before ``position`` has been given to the socket."""
        self._handed = position

    def record_if_due(self) -> None:
        """Write down what was handed over, unless that happened a moment ago."""
        if time.monotonic() - self._looked_at >= RECORD_SECONDS:
            self.record()

    def record(self) -> None:
        """Write down what was handed over since the last time; nothing new writes nothing."""
        with self._lock:
            handed = self._handed
            if handed > self._recorded:
                record_read(self._sent.exchange, self._sent, start=self._recorded, end=handed, goes_on=self._begun)
                self._recorded, self._begun = handed, True
            self._looked_at = time.monotonic()

"""Where the far end hangs up while TLS begins, no connection is left open."""

import errno
import gc
import socket
import warnings
from datetime import timedelta

import pytest

from alerts.channels.network import Deadline, Network, TlsSocket, tls_context, wrap


def test_a_connection_on_which_tls_does_not_even_begin_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    def has_gone(_: TlsSocket, *__: object) -> bytes:
        raise OSError(errno.ENOTCONN, "gone")

    def was_reset(_: TlsSocket, *__: object) -> bytes:
        raise ConnectionResetError(errno.ECONNRESET, "reset")

    monkeypatch.setattr(TlsSocket, "getpeername", has_gone)
    monkeypatch.setattr(TlsSocket, "recv", was_reset)
    with socket.create_server(("127.0.0.1", 0)) as server, warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        opened = Network().connect("127.0.0.1", server.getsockname()[1], Deadline(timedelta(seconds=5)))
        with pytest.raises(ConnectionResetError):
            wrap(opened, tls_context(), "example.org")
        server.accept()[0].close()
        del opened
        gc.collect()

    assert [str(one.message) for one in told if "TlsSocket" in str(one.message)] == []

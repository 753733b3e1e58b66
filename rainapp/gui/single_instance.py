"""One window for a person: a second start hands its files over to the window that is open, and ends.

Who holds a lock file in the cache folder has the window, and listens beside it. There is one for each folder of settings,
because two windows over one list would undo each other's work. `--safe` asks nobody. Whatever fails here, a window opens.

    a line of JSON        {"paths": [...], "token": "..."}; the token lets the window come to the front under Wayland
    the answer            "ok", once the window has it
"""

import contextlib
import hashlib
import json
import os
import sys
import time
from collections.abc import Sequence
from io import FileIO
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from rainapp.base.own_files import OWNER, make_closed, open_to_append, try_hold
from rainapp.base.paths import cache_dir, settings_file
from rainapp.base.textfile import json_line

MESSAGE_BYTES_MAX = 1 << 20
ANSWER_MS = 3000
PATIENCE_S = 5.0  # for a window that has the lock and does not listen yet
POLL_S = 0.1
SOCKET_NAME_MAX = 100  # of bytes: what systems take
ANSWER = b"ok\n"
TOKEN = "XDG_ACTIVATION_TOKEN"


class SingleInstance(QObject):
    """Tells the window that is open, or is told. `asked`: paths that another start was given."""

    asked = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        """Nothing is asked or held yet."""
        super().__init__(parent)
        mark = hashlib.sha256(str(settings_file().parent.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:12]
        self._lock_path = cache_dir() / f"window-{mark}.lock"
        place = str(cache_dir() / f"window-{mark}.socket")
        self._fits = sys.platform == "win32" or len(os.fsencode(place)) <= SOCKET_NAME_MAX
        self._name = f"rainapp-{mark}" if sys.platform == "win32" else place
        self._lock: FileIO | None = None
        self._server: QLocalServer | None = None

    def hand_over(self, paths: Sequence[Path]) -> bool:
        """Whether a window is open and has taken `paths`; else this process is the one with the window from now on."""
        if not self._fits:
            return False
        deadline = time.monotonic() + PATIENCE_S
        while not self._hold():
            if self._send(paths):
                return True
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_S)
        self._listen()
        return False

    def close(self) -> None:
        """Let another start have the window."""
        if self._server is not None:
            self._server.close()
            self._server.deleteLater()
            self._server = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _hold(self) -> bool:
        """Take hold of the lock file; False where another process has it."""
        try:
            make_closed(cache_dir(), None)
            file = open_to_append(self._lock_path, OWNER)
        except OSError:
            return True  # no place for a lock: nobody can have it
        if try_hold(file) == "theirs":
            file.close()
            return False
        self._lock = file
        return True

    def _listen(self) -> None:
        QLocalServer.removeServer(self._name)  # what a crash left
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        if server.listen(self._name):
            server.newConnection.connect(self._greet)
            self._server = server

    def _send(self, paths: Sequence[Path]) -> bool:
        """Tell the open window; whether it has answered."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(ANSWER_MS):
            return False
        message = {"paths": [str(path.absolute()) for path in paths], "token": os.environ.get(TOKEN, "")}
        socket.write(json_line(message).encode() + b"\n")
        answered = socket.waitForReadyRead(ANSWER_MS) and bytes(socket.readAll().data()).startswith(ANSWER)
        socket.disconnectFromServer()
        return answered

    def _greet(self) -> None:
        while self._server is not None and (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(lambda socket=socket: self._read(socket))
            socket.disconnected.connect(socket.deleteLater)
            self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        """Take the line of another start, once it is whole; one that says nothing sensible is not answered."""
        if socket.bytesAvailable() > MESSAGE_BYTES_MAX:
            socket.abort()
        if not socket.canReadLine():
            return
        message: object = None
        with contextlib.suppress(ValueError, RecursionError):
            message = json.loads(bytes(socket.readLine().data()))
        if not isinstance(message, dict):
            socket.abort()
            return
        paths = message.get("paths")
        if not isinstance(paths, list) or not all(isinstance(path, str) and os.path.isabs(path) for path in paths):
            socket.abort()
            return
        socket.write(ANSWER)
        socket.flush()
        if token := message.get("token"):
            os.environ[TOKEN] = str(token)  # Qt takes it from there when the window comes to the front
        self.asked.emit([Path(path) for path in paths])

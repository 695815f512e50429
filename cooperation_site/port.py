"""``python -m cooperation_site.port 8000``: nothing where the port is free, else what to do."""

import socket
import sys


def refusal(port: str) -> str:
    """Why the registry cannot be served on the port; empty where it can."""
    if not port.isdecimal() or not 0 < int(port) < 65_536:
        return f"PORT is {port!r}: write a whole number from 1 to 65535."
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", int(port)))
        except PermissionError:
            return f"Port {port} is reserved to the system: use another, as in PORT=8001."
        except OSError:
            return f"Port {port} is taken by another program: use another, as in PORT=8001."
    return ""


if __name__ == "__main__":
    sys.exit(refusal(sys.argv[1]) or 0)

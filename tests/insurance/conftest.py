import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest


@pytest.fixture
def folder(tmp_path, settings):
    settings.CLEARINGHOUSE = f"folder:{tmp_path / 'exchange'}"
    return tmp_path / "exchange"


@pytest.fixture
def server():
    """server(answer) is the port of a web server whose one handler is `answer(request)`; it counts what it was asked."""
    running = []

    def serve(answer, certificate=None) -> HTTPServer:
        handler = type("Handler", (BaseHTTPRequestHandler,), {"do_POST": answer, "log_message": lambda *_: None})
        one = HTTPServer(("127.0.0.1", 0), handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            one.socket = context.wrap_socket(one.socket, server_side=True)
        running.append(one)
        threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return one

    yield serve
    for one in running:
        one.shutdown()
        one.server_close()


@pytest.fixture
def certificate(tmp_path):
    """One that nobody has signed."""
    made, key = tmp_path / "both.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-keyout", key,
         "-out", made], check=True, capture_output=True,
    )  # fmt: skip
    made.write_text(made.read_text() + key.read_text())
    return made

"""An origin that takes its time, as a service far away does, and counts what it is asked."""

import http.server
import re
import threading
import time
import urllib.parse


class ServerOfCrowds(http.server.ThreadingHTTPServer):
    request_queue_size = 1024  # A thousand may come at once.


class DistantOrigin:
    """Serves originals by the names of servers.py's ORIGIN, each so many seconds late."""

    def __init__(self, originals, seconds):
        self.fetches = 0
        self._counting = threading.Lock()
        self._server = ServerOfCrowds(("127.0.0.1", 0), self._handler(originals, seconds))
        self._thread = threading.Thread(target=self._server.serve_forever)

    @property
    def port(self):
        return self._server.server_address[1]

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self, originals, seconds):
        origin = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # Head and body go out together,
            disable_nagle_algorithm = True  # and at once.

            def do_GET(self):  # As http.server calls it.
                with origin._counting:
                    origin.fetches += 1
                size, number = re.fullmatch(r"/(\d+x\d+)/.*-(\d+)\.jpg",
                                            urllib.parse.unquote(self.path)).groups()
                body = (originals / size / f"{number}.jpg").read_bytes()
                time.sleep(seconds)  # It is far away.
                self.send_response(200)
                self.send_header("Content-Type", "image/jpeg")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass
        return Handler

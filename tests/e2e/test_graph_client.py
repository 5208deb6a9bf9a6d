"""Microsoft's own client of Graph, behind nginx as the TLS terminator: it sends its token to no
other than https."""

import base64
import json
import os
import pathlib
import socket
import ssl
import subprocess

from support import case, images
from support.processes import Process, free_port

CLIENT = os.environ.get("LIKENESS_GRAPH_CLIENT", "")

CONFIGURATION = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 64; }}
http {{
  access_log off;
  proxy_max_temp_file_size 0;
  client_body_buffer_size 1m;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {folder}/certificate.pem;
    ssl_certificate_key {folder}/key.pem;
    location / {{
      proxy_pass http://{server};
      proxy_set_header Host $http_host;
    }}
  }}
}}
"""


class TlsTerminator(Process):
    """nginx in front of a likeness, with a certificate of its own for localhost."""

    def __init__(self, server):
        super().__init__("nginx")
        self.server = server
        self.port = free_port()
        self.certificate = self.path("certificate.pem")

    def start(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                        "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout",
                        self.path("key.pem"), "-out", self.certificate],
                       check=True, capture_output=True, timeout=60)
        host, port = self.server.address
        pathlib.Path(self.path("nginx.conf")).write_text(CONFIGURATION.format(
            folder=self.folder, port=self.port, server=f"{host}:{port}"), encoding="ascii")
        self.spawn(["nginx", "-p", self.folder, "-c", self.path("nginx.conf")])
        case.wait_until(self._answers, "nginx")

    def _answers(self):
        assert self.child.poll() is None, self.last_words()
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=case.DEADLINE) as link:
                context = ssl.create_default_context(cafile=self.certificate)
                with context.wrap_socket(link, server_hostname="localhost"):
                    return True
        except ConnectionRefusedError:
            return False


class GraphClient(case.Case):
    def run_client(self, server, *arguments):
        front = self.start(TlsTerminator(server))
        done = subprocess.run(
            ["node", "client.mjs", f"https://localhost:{front.port}", *arguments], cwd=CLIENT,
            env=dict(os.environ) | {"NODE_EXTRA_CA_CERTS": front.certificate},
            capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_photos_are_written_by_microsofts_own_client(self):
        folder = pathlib.Path(self.enterContext(case.temporary_folder()))
        (folder / "photo.jpg").write_bytes(case.wide_photo())
        server = self.start_likeness(f"embedded:{folder}/store")
        got = self.run_client(server, str(folder / "photo.jpg"))
        self.assertEqual(images.size_of(base64.b64decode(got["sized"])), ("jpeg", 48, 48))
        self.assertEqual((got["removed"]["status"], got["removed"]["code"]), (404, "ImageNotFound"))

    def test_photos_by_microsofts_own_client(self):
        origin = self.start_origin()
        for photo in ("ada@contoso.com", "AAMk="):
            origin.put(photo, case.wide_photo())
        server = self.start_likeness(origin)
        got = self.run_client(server)
        self.assertEqual((got["metadata"]["width"], got["metadata"]["height"]), (500, 300))
        self.assertEqual(got["list"]["value"][0]["id"], "48x48")
        for what, size in (("value", (500, 300)), ("sized", (48, 48))):
            self.assertEqual(images.size_of(base64.b64decode(got[what])), ("jpeg", *size))
        self.assertEqual((got["missing"]["status"], got["missing"]["code"]), (404, "ImageNotFound"))
        self.assertIn("request-id", got["missing"]["body"]["innerError"])
        picture, missing = got["batch"]
        self.assertEqual((picture["status"], missing["status"]), (200, 404))
        alone = server.get("/v1.0/users/ada@contoso.com/photos/96x96/$value")
        self.assertEqual(picture["etag"], alone["ETag"])
        self.assertEqual(base64.b64decode(picture["body"].strip('"')), alone.body)
        self.assertEqual(json.loads(missing["body"])["error"]["code"], "ImageNotFound")


if __name__ == "__main__":
    case.run()

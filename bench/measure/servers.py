"""The servers that take part: Likeness, the origin behind it, its peers, Redis.

All listen on free ports of 127.0.0.1 and keep their data in a folder that goes away.
"""

import contextlib
import os
import re

from processes import Running, free_port

# Debian's nginx.conf for speed, with a cache of open files and no access log. tcp_nopush stays on as
# Debian has it: off, or without sendfile, nginx was slower at 3 kB.
NGINX = """
{first}
daemon off;
worker_processes {workers};
worker_rlimit_nofile 16384;
pid {folder}/nginx.pid;
error_log stderr error;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  types {{ image/jpeg jpg; }}
  sendfile on;
  tcp_nopush on;
  tcp_nodelay on;
  keepalive_requests 1000000000;
  open_file_cache max=10000 inactive=1h;
  open_file_cache_valid 1h;
  client_body_temp_path {folder}/body;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  proxy_temp_path {folder}/proxy;
{http}
}}
"""

# Any number of photos out of a few files: "1600x1200/some-name-7.jpg" is "1600x1200/7.jpg".
ORIGIN = """
  server {{
    listen 127.0.0.1:{port} backlog=1024;
    root {originals};
    location ~ "^/(?<size>[0-9]+x[0-9]+)/.*-(?<number>[0-9]+)\\.jpg$" {{
      try_files /$size/$number.jpg =404;
    }}
  }}
"""

CACHE = """
  proxy_cache_path {folder}/cache keys_zone=photos:10m inactive=1h max_size=1g use_temp_path=off;
  server {{
    listen 127.0.0.1:{port} backlog=1024;
    location / {{
      proxy_pass http://127.0.0.1:{upstream};
      proxy_cache photos;
      proxy_cache_valid 200 1h;
    }}
  }}
  server {{
    listen 127.0.0.1:{upstream};
    root {files};
  }}
"""


def settings_free():
    """The environment without its settings for Likeness: whoever runs this is not measured."""
    return {name: value for name, value in os.environ.items() if not name.startswith("LIKENESS_")}


# image_filter behind a cache that lets one request fetch what several wait for. The server of the
# pictures listens on a Unix socket, so that only the cache is measured as a network server.
CACHED_IMAGE_FILTER = """
  proxy_cache_path {folder}/cache keys_zone=photos:50m inactive=1h max_size=4g use_temp_path=off;
  upstream pictures {{
    server unix:{folder}/pictures;
    keepalive 64;
  }}
  server {{
    listen 127.0.0.1:{cache_port} backlog=4096;
    location / {{
      proxy_pass http://pictures;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_cache photos;
      proxy_cache_valid 200 1h;
      proxy_cache_lock on;
      proxy_cache_lock_timeout 30s;
      proxy_cache_lock_age 30s;
    }}
  }}
"""

FILES = """
  server {{
    listen 127.0.0.1:{port};
    root {files};
  }}
"""

# Debian's module, which scales with GD.
MODULE = "load_module /usr/lib/nginx/modules/ngx_http_image_filter_module.so;"
IMAGE_FILTER = """
  upstream origin {{
    server 127.0.0.1:{origin};
    keepalive 16;
  }}
  server {{
    listen {listen} backlog=1024;
    location ~ "^/(?<quality>[0-9]+)/(?<edge>[0-9]+)(?<photo>/.+)$" {{
      proxy_pass http://origin$photo;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffers 8 64k;
      image_filter_buffer 20M;
      image_filter_jpeg_quality $quality;
      image_filter crop $edge $edge;
    }}
  }}
"""


class Server:
    """A running server and the port that it listens on."""

    def __init__(self, process, port):
        self.pid = process.pid
        self.port = port

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"


class Servers:
    """Starts servers; leaving it stops them all, the last one first."""

    def __init__(self, folder, build, originals):
        self.build = build
        self.originals = originals
        self._folder = folder
        self._exit = contextlib.ExitStack()
        self._count = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._exit.close()

    def originals_of(self, size):
        """How many different originals of a size there are."""
        return len(list((self.originals / size).glob("*.jpg")))

    def origin(self):
        port = free_port()
        return self._nginx("origin", port, ORIGIN.format(port=port, originals=self.originals))

    def nginx_cache(self, files):
        """One worker of nginx with a proxy_cache before `files`."""
        port, upstream = free_port(), free_port()
        folder = self._new_folder("cache")
        return self._nginx("nginx", port, CACHE.format(folder=folder, port=port, upstream=upstream,
                                                       files=files))

    def varnish(self, files):
        """Varnish as Debian has it, with one pool of threads, before `files`."""
        port, upstream = free_port(), free_port()
        self._nginx("files", upstream, FILES.format(port=upstream, files=files))
        process = self._start("varnish", [
            "varnishd", "-F", "-j", "none", "-n", self._new_folder("varnish"), "-T", "none",
            "-b", f"127.0.0.1:{upstream}", "-a", f"127.0.0.1:{port}", "-t", 3600,
            "-s", "malloc,1g", "-p", "thread_pools=1"])
        process.wait_for_port(port)
        return Server(process, port)

    def image_filter(self, origin, workers=1):
        """nginx's image_filter: /QUALITY/EDGE/PHOTO is a square of the origin's PHOTO."""
        port = free_port()
        http = IMAGE_FILTER.format(listen=f"127.0.0.1:{port}", origin=origin.port)
        return self._nginx("image_filter", port, http, workers, MODULE)

    def cached_image_filter(self, origin, workers):
        """The same behind nginx's proxy_cache with its lock, in the same processes."""
        port = free_port()
        folder = self._new_folder("cache")
        http = (CACHED_IMAGE_FILTER.format(folder=folder, cache_port=port)
                + IMAGE_FILTER.format(listen=f"unix:{folder}/pictures", origin=origin.port))
        return self._nginx("image_filter", port, http, workers, MODULE)

    def sharp(self, origin):
        """The same by sharp, see bench/sharp; installed by bench/run.sh."""
        port = free_port()
        process = self._start("sharp", ["node", self.build / "sharp" / "server.mjs", port,
                                        origin.url("")])
        process.wait_for_port(port)
        return Server(process, port)

    def ipx(self):
        """ipx's own server: /MODIFIERS/URL. Installed by bench/run.sh."""
        port = free_port()
        process = self._start("ipx", ["node", self.build / "ipx/node_modules/ipx/bin/ipx.mjs", "serve",
                                      "--host", "127.0.0.1", "--port", port,
                                      "--domains", "http://127.0.0.1"])
        process.wait_for_port(port)
        return Server(process, port)

    def redis(self):
        port = free_port()
        folder = self._new_folder("redis")
        process = self._start("redis", ["redis-server", "--bind", "127.0.0.1", "--port", port,
                                        "--save", "", "--appendonly", "no", "--dir", folder])
        process.wait_for_port(port)
        return Server(process, port)

    def likeness(self, *flags):
        process = self._start("likeness", [self.build / "likeness", "serve", "--listen",
                                           "127.0.0.1:0", "--log-level", "warn", *flags],
                              settings_free())

        def ready():
            return re.search(r"^ready http://127\.0\.0\.1:(\d+)$", process.log.read_text(), re.M)
        return Server(process, int(process.wait_for(ready)[1]))

    def bare(self, answer):
        """A bare reactor that answers everything with these very bytes: the machine's limit."""
        file = self._new_folder("bare") / "answer"
        file.write_bytes(answer)
        port = free_port()
        process = self._start("bare", [self.build / "bench" / "hello_server", port, file])
        process.wait_for_port(port)
        return Server(process, port)

    def new_folder(self):
        """For files that a class makes itself."""
        return self._new_folder("files")

    def _nginx(self, name, port, http, workers=1, modules=""):
        folder = self._new_folder(name)
        # Started by root it would drop to a user who may not read the folders.
        user = "user root;" if os.geteuid() == 0 else ""
        conf = folder / "nginx.conf"
        conf.write_text(NGINX.format(first=user + modules, workers=workers, folder=folder,
                                     http=http), encoding="utf-8")
        process = self._start(name, ["nginx", "-p", folder, "-c", conf, "-e", "stderr"])
        process.wait_for_port(port)
        return Server(process, port)

    def _start(self, name, command, env=None):
        process = Running(name, command, self._new_folder("log"), env)
        self._exit.callback(process.stop)
        return process

    def _new_folder(self, name):
        self._count += 1
        folder = self._folder / f"{self._count}-{name}"
        folder.mkdir()
        return folder

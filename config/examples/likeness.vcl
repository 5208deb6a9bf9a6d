# Varnish 7 in front of Likeness, with xkey of varnish-modules. Likeness is started with
#   --admin-token env:ADMIN_TOKEN --set cdn.tag_headers=xkey
#   --set purge.url=http://127.0.0.1:6081/ --set purge.method=PURGE
#   --set 'purge.headers=xkey-purge: {tags}'
vcl 4.1;

import std;
import xkey;

backend likeness {
  .host = "127.0.0.1";
  .port = "8080";
}

# Who may purge: Likeness itself.
acl purgers {
  "127.0.0.1";
  "::1";
}

sub vcl_recv {
  if (req.method == "PURGE") {
    if (client.ip !~ purgers || !req.http.xkey-purge) {
      return (synth(403, "Forbidden"));
    }
    return (synth(200, "Purged " + xkey.purge(req.http.xkey-purge)));
  }
  # What is for operators is not for the world.
  if (req.url == "/" || req.url ~ "^/(admin|debug|metrics|page)(/|\?|$)") {
    return (synth(404, "Not Found"));
  }
  # A photo is the same whatever cookies a site has set. UCWA's photos may depend on them.
  if (req.url ~ "^/photos/") {
    unset req.http.Cookie;
    # All the difference that Accept can make there, so that few variants are kept.
    if (req.http.Accept ~ "image/avif") {
      set req.http.Accept = "image/avif,image/webp,*/*";
    } elsif (req.http.Accept ~ "image/webp") {
      set req.http.Accept = "image/webp,*/*";
    } else {
      unset req.http.Accept;
    }
  }
}

sub vcl_backend_response {
  # Varnish takes its grace from stale-while-revalidate and does not know stale-if-error: what is
  # stale is served as long as the latter says, and fetched anew meanwhile.
  if (beresp.status == 200 && beresp.http.Cache-Control ~ "stale-if-error=[1-9]") {
    set beresp.grace = std.duration(
        regsub(beresp.http.Cache-Control, ".*stale-if-error=([0-9]+).*", "\1s"), 1h);
  }
  # For revalidation with If-None-Match.
  set beresp.keep = 1d;
  # An error of a fetch in the background does not replace the photo that is there.
  if (beresp.status >= 500 && bereq.is_bgfetch) {
    return (abandon);
  }
}

sub vcl_deliver {
  unset resp.http.xkey;
  if (obj.hits > 0) {
    set resp.http.X-Cache = "HIT";
  } else {
    set resp.http.X-Cache = "MISS";
  }
}

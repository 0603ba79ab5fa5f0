"""A town's web server on its worst day: feeds that are slow, endless, in another charset than they say, and redirects to
where nobody should go; an OParl server with pages without end. Prints the ports of both servers: this one, and one that
nobody may ask. `GET /asked` of this one tells how often that happened."""
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Musterstadt</title><link>https://www.musterstadt.de</link><description>x</description>
<item><title>Bürger &amp;amp; Rat</title><link>https://www.musterstadt.de/rat</link>
<pubDate>Mon, 30 Nov 2026 08:00:00 +0100</pubDate>
<description>&lt;p onclick="x()"&gt;Kommen &lt;b&gt;Sie&lt;/b&gt;&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;</description></item>
</channel></rss>"""

asked = []


class Forbidden(BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(FEED.encode())

    def log_message(self, *_):
        pass


class Town(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, body, status=200, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def json(self, value):
        self.answer(json.dumps(value).encode(), Content_Type="application/json")

    def do_GET(self):
        here = f"http://127.0.0.1:{self.server.server_port}"
        path, _, query = self.path.partition("?")
        if path == "/good":
            if self.headers.get("If-None-Match") == '"7"':
                self.answer(b"", 304, ETag='"7"')
            elif not self.headers.get("User-Agent", "").startswith("schalter-board/"):
                self.answer(b"who are you?", 403)
            else:
                self.answer(FEED.encode(), ETag='"7"', Last_Modified="Mon, 30 Nov 2026 07:00:00 GMT")
        elif path == "/charset":
            self.answer(FEED.encode("latin-1"), Content_Type="application/rss+xml; charset=utf-8")
        elif path == "/slow":
            self.drip(b" ", 0.2, 600)
        elif path == "/endless":
            self.drip(b"<item>" * 20_000, 0, 600)
        elif path == "/half":
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            self.wfile.write(FEED.encode()[:200])
            self.close_connection = True
        elif path == "/moved":
            self.answer(b"", 301, Location="/good")
        elif path == "/circle":
            self.answer(b"", 302, Location="/circle")
        elif path == "/to-loopback":
            self.answer(b"", 302, Location=f"http://127.0.0.1:{self.server.forbidden}/admin")
        elif path == "/to-metadata":
            self.answer(b"", 302, Location="http://169.254.169.254/latest/meta-data/")
        elif path == "/to-other":
            self.answer(b"", 307, Location="https://elsewhere.example/feed")
        elif path == "/to-file":
            self.answer(b"", 302, Location="file:///etc/passwd")
        elif path == "/html":
            self.answer(b"<html><body><form>Anmelden</form></body></html>")
        elif path == "/asked":
            self.answer(str(len(asked)).encode())
        elif path == "/oparl":
            self.json({"type": "https://schema.oparl.org/1.1/System", "body": here + "/bodies"})
        elif path == "/bodies":
            self.json({"data": [{"name": "Musterstadt", "meeting": here + "/meetings/1", "paper": here + "/papers"}]})
        elif path.startswith("/meetings/"):
            page = int(path.rsplit("/", 1)[1])
            forbidden = f"http://127.0.0.1:{self.server.forbidden}"
            day = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 86400))
            meeting = {
                "id": f"{here}/meeting/{page}",
                "name": f"Rat {page}",
                "start": day + "T18:00:00Z",
                "location": forbidden + "/location",
                "agendaItem": [{"name": "Haushalt", "consultation": forbidden + "/consultation"}, here + "/dangling"],
            }
            self.json({"data": [meeting], "links": {"next": f"{here}/meetings/{page + 1}"}})
        elif path == "/papers":
            self.json({"data": "[" * 1000, "links": {"next": 7}})
        elif path == "/deep":
            self.answer(b"[" * 200_000, Content_Type="application/json")
        else:
            self.answer(b"", 404)

    def drip(self, part, pause, times):
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        try:
            for _ in range(times):
                self.wfile.write(part)
                self.wfile.flush()
                time.sleep(pause)
        except OSError:
            pass

    def log_message(self, *_):
        pass


forbidden = ThreadingHTTPServer(("127.0.0.1", 0), Forbidden)
threading.Thread(target=forbidden.serve_forever, daemon=True).start()
town = ThreadingHTTPServer(("127.0.0.1", 0), Town)
town.forbidden = forbidden.server_port
print(town.server_port, forbidden.server_port, flush=True)
threading.Thread(target=town.serve_forever, daemon=True).start()
sys.stdin.read()  # ends with whoever started it

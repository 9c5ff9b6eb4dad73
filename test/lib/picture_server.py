"""A server of pictures that behaves well or badly, by the path it is asked for (PictureServer.pm starts it).

picture_server.py FOLDER ADDRESS [PORT]: prints the port it listens on. Every connection and every request becomes a line of
FOLDER/log-ADDRESS: "connected", or the path and the headers that may give something away.
"""
import socket
import socketserver
import sys
import time
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlparse

FOLDER, ADDRESS = sys.argv[1:3]
PORT = int(sys.argv[3]) if len(sys.argv) > 3 else 0
TOLD = ("Cookie", "Authorization", "Referer", "Accept", "Accept-Encoding", "User-Agent")
JPEG_START = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + b"\xff\xfe\x00\x40" + b"x" * 62


def log(line):
    with open(f"{FOLDER}/log-{ADDRESS.replace(':', '_')}", "a", encoding="latin-1") as file:
        file.write(line + "\n")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, body, status=200, **headers):
        self.send_response(status)
        headers.setdefault("content_length", str(len(body)))
        for name, value in headers.items():
            if value is not None:
                self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def redirect(self, to):
        self.answer(b"moved", 302, location=to, set_cookie="crumb=1; Path=/")

    def do_GET(self):
        log(self.path + "".join(f" {name}={self.headers[name]}" for name in TOLD if name in self.headers))
        parts = urlparse(self.path)
        query = parse_qs(parts.query)
        behaviour = parts.path.strip("/").split("/")
        try:
            getattr(self, "do_" + behaviour[0])(*behaviour[1:], **{name: values[0] for name, values in query.items()})
        except (BrokenPipeError, ConnectionResetError):
            pass

    def do_file(self, name):
        with open(f"{FOLDER}/{name}", "rb") as file:
            self.answer(file.read(), content_type="text/plain")

    def do_status(self, number):
        self.answer(b"no picture here", int(number))

    def do_html(self):
        self.answer(b"<!DOCTYPE html><html><body>" + b"Please log in. " * 20, content_type="image/jpeg")

    def do_empty(self):
        self.answer(b"", content_type="image/jpeg")

    def do_hang(self):
        time.sleep(30)

    def do_stall(self):
        self.answer(JPEG_START, content_length="100000")
        self.wfile.flush()
        time.sleep(30)

    def do_short(self):
        self.close_connection = True
        self.answer(JPEG_START, content_length="100000")

    def do_huge(self):
        self.close_connection = True
        self.answer(JPEG_START, content_length="90000000000")

    def do_endless(self):
        self.answer(b"", content_length=None, transfer_encoding="chunked")
        block = JPEG_START + b"z" * 1000000
        for _ in range(1000):
            self.wfile.write(b"%x\r\n" % len(block) + block + b"\r\n")

    def do_unmeasured(self, name):
        """More than it says it is: without a length, until the connection ends."""
        self.close_connection = True
        with open(f"{FOLDER}/{name}", "rb") as file:
            self.answer(file.read(), content_length=None, connection="close")

    def do_padded(self, length, name):
        """A picture with nothing behind it, so long in all, without saying how long."""
        self.close_connection = True
        with open(f"{FOLDER}/{name}", "rb") as file:
            self.answer(file.read().ljust(int(length), b"\0"), content_length=None, connection="close")

    def do_packed(self, name):
        with open(f"{FOLDER}/{name}", "rb") as file:
            self.answer(file.read(), content_encoding="gzip")

    def do_to(self, url):
        self.redirect(url)

    def do_loop(self):
        self.redirect("/loop")

    def do_hops(self, left, name):
        self.redirect(f"/hops/{int(left) - 1}/{name}" if int(left) > 1 else f"/file/{name}")


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    allow_reuse_address = True
    address_family = socket.AF_INET6 if ":" in ADDRESS else socket.AF_INET

    def get_request(self):
        request = super().get_request()
        log("connected")
        return request

    def handle_error(self, request, client_address):
        pass


server = Server((ADDRESS, PORT), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()

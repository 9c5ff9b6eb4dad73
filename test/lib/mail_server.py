"""A mail server that behaves well or badly, by whom a message is for (MailServer.pm starts it).

mail_server.py FOLDER [--tls none|starttls|smtps] [--login USER:PASSWORD] [--size BYTES] [--greeting LINE]: prints the port
it listens on. Its certificate is FOLDER/cert.pem. What a client says becomes lines of FOLDER/said; a message that was taken a file
FOLDER/message-N (as it was sent, without the dots that were put in front) with its envelope in FOLDER/message-N.json.

The name in front of the @ says what becomes of a message: PHASE-CODE (rcpt-550, rcpt-451, data-554, data-452) is refused there with
that code, cut-rcpt, cut-data and hang-data break off or say nothing any more, hang-quit takes it and does not answer the farewell.
hold-data waits until FOLDER/release is there, then takes it.
"""
import argparse
import base64
import json
import os
import re
import socketserver
import ssl
import threading
import time

options = argparse.ArgumentParser()
options.add_argument("folder")
options.add_argument("--tls", default="starttls", choices=["none", "starttls", "smtps"])
options.add_argument("--login")
options.add_argument("--size", type=int, default=20000000)
options.add_argument("--greeting", default="220 sink.example ESMTP")
OPTIONS = options.parse_args()
LOCK = threading.Lock()
TAKEN = []


def tls_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{OPTIONS.folder}/cert.pem", f"{OPTIONS.folder}/key.pem")
    return context


def note(line):
    with LOCK, open(f"{OPTIONS.folder}/said", "a", encoding="utf-8") as file:
        file.write(line + "\n")


class Gone(Exception):
    """The connection ends here."""


class Handler(socketserver.BaseRequestHandler):
    def setup(self):
        self.encrypted = False
        self.user = None
        self.sender = None
        self.recipients = []
        self.open_files()
        if OPTIONS.tls == "smtps":
            self.encrypt()

    def open_files(self):
        self.reading = self.request.makefile("rb")

    def encrypt(self):
        self.request = tls_context().wrap_socket(self.request, server_side=True)
        self.encrypted = True
        self.open_files()

    def say(self, text):
        self.request.sendall((text + "\r\n").encode())

    def line(self):
        line = self.reading.readline()
        if not line:
            raise Gone
        return line.rstrip(b"\r\n").decode("utf-8", "replace")

    def handle(self):
        note("connected")
        try:
            self.say(OPTIONS.greeting)
            while True:
                line = self.line()
                verb = line.split(" ")[0].split(":")[0].upper()
                note("AUTH" if verb == "AUTH" else line)
                getattr(self, "do_" + verb.lower(), self.do_unknown)(line)
        except (Gone, ConnectionError, ssl.SSLError):
            pass
        note("gone")

    def do_unknown(self, _):
        self.say("500 5.5.2 what?")

    def do_ehlo(self, _):
        offers = ["sink.example", "8BITMIME", f"SIZE {OPTIONS.size}"]
        if OPTIONS.tls == "starttls" and not self.encrypted:
            offers.append("STARTTLS")
        if OPTIONS.login and (self.encrypted or OPTIONS.tls == "none"):
            offers.append("AUTH PLAIN")
        self.say("\r\n".join(f"250{' ' if offer is offers[-1] else '-'}{offer}" for offer in offers))

    def do_starttls(self, _):
        self.say("220 go on")
        self.encrypt()

    def do_auth(self, line):
        words = line.split(" ")
        if len(words) < 3:
            self.say("334 ")
            words.append(self.line())
        _, user, password = base64.b64decode(words[2]).decode().split("\0")
        if f"{user}:{password}" != OPTIONS.login:
            self.say("535 5.7.8 wrong user or password")
            return
        self.user = user
        self.say("235 2.7.0 welcome")

    def do_mail(self, line):
        if OPTIONS.login and not self.user:
            self.say("530 5.7.0 log in first")
            return
        size = re.search(r"SIZE=(\d+)", line)
        if size and int(size.group(1)) > OPTIONS.size:
            self.say("552 5.3.4 too large")
            return
        self.sender = re.search(r"<(.*?)>", line).group(1)
        self.recipients = []
        self.say("250 2.1.0 ok")

    def do_rcpt(self, line):
        to = re.search(r"<(.*?)>", line).group(1)
        name = to.split("@")[0]
        if name == "cut-rcpt":
            raise Gone
        code = re.fullmatch(r"rcpt-(\d+)", name)
        if code:
            self.say(f"{code[1]}-{code[1][0]}.1.1 nobody of that name here,\r\n{code[1]} {code[1][0]}.1.1 na\u00efve <{to}>")
            return
        self.recipients.append(to)
        self.say("250 2.1.5 ok")

    def do_data(self, _):
        self.say("354 go on")
        lines = []
        while (line := self.reading.readline()) != b".\r\n":
            if not line:
                raise Gone
            lines.append(line[1:] if line.startswith(b".") else line)
        names = [to.split("@")[0] for to in self.recipients]
        note("had all of it")
        if "cut-data" in names:
            raise Gone
        if "hang-data" in names:
            time.sleep(600)
        while "hold-data" in names and not os.path.exists(f"{OPTIONS.folder}/release"):
            time.sleep(0.05)
        for name in names:
            code = re.fullmatch(r"data-(\d+)", name)
            if code:
                self.say(f"{code[1]} {code[1][0]}.7.1 not like this")
                return
        self.keep(b"".join(lines))
        self.say("250 2.0.0 taken")

    def keep(self, content):
        with LOCK:
            TAKEN.append(1)
            path = f"{OPTIONS.folder}/message-{len(TAKEN)}"
            with open(path, "wb") as file:
                file.write(content)
            with open(f"{path}.new", "w", encoding="utf-8") as file:
                json.dump({"from": self.sender, "to": self.recipients, "encrypted": self.encrypted, "user": self.user}, file)
            os.rename(f"{path}.new", f"{path}.json")

    def do_rset(self, _):
        self.say("250 2.0.0 ok")

    def do_quit(self, _):
        if any(to.startswith("hang-quit@") for to in self.recipients):
            time.sleep(600)
        self.say("221 2.0.0 bye")
        raise Gone


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


with Server(("127.0.0.1", 0), Handler) as server:
    print(server.server_address[1], flush=True)
    server.serve_forever()

"""A message on standard input, as Python's parser of e-mail reads it, as JSON on standard output.

{"defects", "headers": {name: decoded}, "addresses": {name: [[name, address]]}, "structure", "parts": [{"type", "charset", "name",
"encoding", "text" or "sha256" and "bytes"}]}
"""
import hashlib
import json
import sys
from email import message_from_bytes
from email.policy import SMTP

raw = sys.stdin.buffer.read()
message = message_from_bytes(raw, policy=SMTP)


def structure(part):
    if part.is_multipart():
        return [part.get_content_type()] + [structure(inner) for inner in part.iter_parts()]
    return part.get_content_type()


def defects(part):
    found = [str(defect) for defect in part.defects]
    found += [f"{name}: {defect}" for name, value in part.items() for defect in value.defects]
    return found + [defect for inner in part.iter_parts() for defect in defects(inner)] if part.is_multipart() else found


def leaf(part):
    told = {"type": part.get_content_type(), "charset": part.get_content_charset(), "name": part.get_filename(), "encoding": str(part["Content-Transfer-Encoding"])}
    if part.get_content_maintype() == "text":
        return told | {"text": part.get_content()}
    content = part.get_content()
    return told | {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


print(json.dumps({
    "defects": defects(message),
    "headers": {name: str(value) for name, value in message.items()},
    "names": message.keys(),
    "addresses": {name: [[a.display_name, a.addr_spec] for a in message[name].addresses] for name in ("From", "To", "Cc", "Reply-To") if name in message},
    "date": message["Date"].datetime.timestamp() if "Date" in message else None,
    "structure": structure(message),
    "parts": [leaf(part) for part in message.walk() if not part.is_multipart()],
    "longest": max(len(line) for line in raw.split(b"\r\n")),
    "bare": raw.replace(b"\r\n", b"").count(b"\n") + raw.replace(b"\r\n", b"").count(b"\r"),
}))

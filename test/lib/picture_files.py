"""Files of pictures for the tests. picture_files.py FOLDER plain: pixels for libvips to encode; odd: files that no honest
program would write, from what libvips has made of those.
"""
import struct
import sys
import zlib

FOLDER, STEP = sys.argv[1:3]


def read(name):
    with open(f"{FOLDER}/{name}", "rb") as file:
        return file.read()


def write(name, content):
    with open(f"{FOLDER}/{name}", "wb") as file:
        file.write(content)


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width, height, depth, colour, rows, interlaced=0):
    """`rows` gives pieces of unpacked data, each with its filter byte."""
    packer = zlib.compressobj(1)
    packed = b"".join(packer.compress(row) for row in rows) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def gif(*colours):
    """Frames of 2 x 2 pixels, each in one colour of red, blue."""
    frames = b"".join(
        b"\x21\xf9\x04\x04\x0a\x00\x00\x00" + b"\x2c\x00\x00\x00\x00\x02\x00\x02\x00\x00" + b"\x02\x03" + data + b"\x00"
        for data in (bytes([0x04 | 0x00, 0x00, 0x05]) if colour == 0 else bytes([0x0C, 0x10, 0x05]) for colour in colours))
    return b"GIF89a\x02\x00\x02\x00\x80\x00\x00\xff\x00\x00\x00\x00\xff" + frames + b"\x3b"


def plain():
    # Structured and coloured: a row of waves and jumps that moves on from line to line.
    row = bytes(((i * i >> 9) + i // 3 * (i % 3 + 1) + (64 if i // 90 % 2 else 0)) & 255 for i in range(9000))
    rows = (row[at:at + 4500] for at in (y * y // 777 % 1500 * 3 for y in range(1000)))
    write("photo.ppm", b"P6 1500 1000 255\n" + b"".join(rows))
    write("halves.ppm", b"P6 400 300 255\n" + (b"\xfe\0\0" * 200 + b"\0\0\xfe" * 200) * 300)


def odd():
    photo = read("photo.jpg")

    # Turned: an EXIF block that says "rotate by 90 degrees to the right" (orientation 6), and a comment to be stripped.
    exif = b"Exif\0\0" + b"MM\0*\0\0\0\x08" + struct.pack(">HHHIHHI", 1, 0x0112, 3, 1, 6, 0, 0)
    comment = b"taken by somebody at home"
    halves = read("halves.jpg")
    write("turned.jpg", halves[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif +
          b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + halves[2:])

    write("truncated.jpg", photo[:len(photo) // 2])
    write("truncated.png", read("photo.png")[:-5000])
    for kind in ("gif", "webp", "avif"):
        write("truncated." + kind, read("halves." + kind)[:-100])
    # Noise that only looks like a JPEG from the outside.
    write("noise.jpg", photo[:200] + bytes((i * 197 + i // 7) & 0x7F for i in range(5000)) + b"\xff\xd9")
    # A picture to whoever looks at its beginning, a page to whoever looks for one: only pixels may come out.
    write("polyglot.jpg", photo + b"<html><script>alert(1)</script></html>")
    write("polyglot.html", b"<html><!-- " + photo + b"-->")
    write("drawing.svg", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="60000" height="60000"/>')
    # 900 million pixels in some hundred kilobytes, of one bit each.
    write("bomb.png", png(30000, 30000, 1, 0, (bytes(3751 * 1000) for _ in range(30))))
    write("interlaced.png", png(4000, 4000, 1, 0, [bytes(10)], 1))
    # The header of a progressive JPEG, changed to 20000 x 20000.
    progressive = bytearray(read("progressive.jpg"))
    at = progressive.index(b"\xff\xc2")
    progressive[at + 5:at + 9] = struct.pack(">HH", 20000, 20000)
    write("progressive_bomb.jpg", bytes(progressive))
    # Half transparent red: on white paper it is pink.
    write("glass.png", png(64, 64, 8, 6, (b"\0" + b"\xff\0\0\x80" * 64 for _ in range(64))))
    write("film.gif", gif(0, 1))


{"plain": plain, "odd": odd}[STEP]()

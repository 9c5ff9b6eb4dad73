/*
 * sniff.c - the first bytes of the formats that are taken, and of those that come in their place.
 */
#include "image/sniff.h"

struct signature
{
	const char *bytes;
	size_t length;
	size_t offset;
};

#define SIGNATURE(bytes, offset)         \
	{                                    \
		bytes, sizeof(bytes) - 1, offset \
	}

static const struct
{
	enum image_kind kind;
	struct signature first;
	struct signature second; /* without bytes: there is none */
} kinds[] = {
	{IMAGE_KIND_JPEG, SIGNATURE("\xff\xd8\xff", 0), SIGNATURE("", 0)},
	{IMAGE_KIND_PNG, SIGNATURE("\x89PNG\r\n\x1a\n", 0), SIGNATURE("", 0)},
	{IMAGE_KIND_WEBP, SIGNATURE("RIFF", 0), SIGNATURE("WEBP", 8)},
	{IMAGE_KIND_GIF, SIGNATURE("GIF87a", 0), SIGNATURE("", 0)},
	{IMAGE_KIND_GIF, SIGNATURE("GIF89a", 0), SIGNATURE("", 0)},
	{IMAGE_KIND_HEIF, SIGNATURE("ftyp", 4), SIGNATURE("avif", 8)},
	{IMAGE_KIND_HEIF, SIGNATURE("ftyp", 4), SIGNATURE("heic", 8)},
	{IMAGE_KIND_HEIF, SIGNATURE("ftyp", 4), SIGNATURE("mif1", 8)},
};

static const struct
{
	struct signature start;
	const char *what;
} others[] = {
	{SIGNATURE("%PDF", 0), "a PDF file"},
	{SIGNATURE("II*\0", 0), "a TIFF file"},
	{SIGNATURE("MM\0*", 0), "a TIFF file"},
	{SIGNATURE("BM", 0), "a BMP file"},
	{SIGNATURE("PK\3\4", 0), "a ZIP file"},
	{SIGNATURE("\x1f\x8b", 0), "a compressed file"},
	{SIGNATURE("\xff\x0a", 0), "a JPEG XL file"},
	{SIGNATURE("\0\0\0\x0cJXL ", 0), "a JPEG XL file"},
	{SIGNATURE("\0\0\0\x0cjP  ", 0), "a JPEG 2000 file"},
	{SIGNATURE("ftyp", 4), "a film"},
};

/* Words that text begins with, whatever the case of its letters. */
static const struct
{
	const char *word;
	const char *what;
} texts[] = {
	{"<!doctype html", "an HTML page"},
	{"<html", "an HTML page"},
	{"<head", "an HTML page"},
	{"<body", "an HTML page"},
	{"<svg", "an SVG drawing"},
	{"<!doctype svg", "an SVG drawing"},
	{"<?xml", "an XML file or an SVG drawing"},
	{"<", "a page of text"},
	{"{", "a JSON text"},
	{"[", "a JSON text"},
};

static bool
has(struct slice bytes, const struct signature *signature)
{
	return bytes.length >= signature->offset + signature->length &&
		   (signature->length == 0 || memcmp(bytes.at + signature->offset, signature->bytes, signature->length) == 0);
}

enum image_kind
image_sniff(struct slice bytes)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
	{
		if (has(bytes, &kinds[i].first) && has(bytes, &kinds[i].second))
			return kinds[i].kind;
	}
	return IMAGE_KIND_NONE;
}

/* Without the mark of UTF-8 and the white space in front. */
static struct slice
text_of(struct slice bytes)
{
	if (slice_starts(bytes, "\xef\xbb\xbf"))
		bytes = (struct slice){bytes.at + 3, bytes.length - 3};
	while (bytes.length > 0 && strchr(" \t\r\n", bytes.at[0]) != NULL && bytes.at[0] != '\0')
		bytes = (struct slice){bytes.at + 1, bytes.length - 1};
	return bytes;
}

const char *
image_sniff_other(struct slice bytes)
{
	struct slice text = text_of(bytes);

	if (bytes.length == 0)
		return "empty";
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
	{
		if (has(bytes, &others[i].start))
			return others[i].what;
	}
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
	{
		size_t length = strlen(texts[i].word);

		if (text.length >= length && strncasecmp(text.at, texts[i].word, length) == 0)
			return texts[i].what;
	}
	return "no picture that is known";
}

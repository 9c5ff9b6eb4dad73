/*
 * schema_uri.c: references resolved as RFC 3986 section 5.2 says.
 */
#include "schema_inside.h"

#include <string.h>

typedef struct part
{
	const char *text; /* NULL: absent (as against empty) */
	size_t length;
} part;

typedef struct uri
{
	part scheme;
	part authority;
	part path;
	part query;
	part fragment;
} uri;

static part
part_between(const char *from, const char *to)
{
	part p = {from, (size_t) (to - from)};

	return p;
}

/* The first of the stop characters in [at, end), or end. */
static const char *
find_any(const char *at, const char *end, const char *stops)
{
	while (at < end && (*at == '\0' || strchr(stops, *at) == NULL))
		at++;
	return at;
}

/* Cuts a reference by the grammar of RFC 3986 appendix B. */
static uri
uri_cut(const char *text, size_t length)
{
	const char *end = text + length;
	const char *stop = find_any(text, end, ":/?#");
	uri u;

	memset(&u, 0, sizeof(u));
	if (stop < end && *stop == ':' && stop > text)
	{
		u.scheme = part_between(text, stop);
		text = stop + 1;
	}
	if (end - text >= 2 && text[0] == '/' && text[1] == '/')
	{
		stop = find_any(text + 2, end, "/?#");
		u.authority = part_between(text + 2, stop);
		text = stop;
	}
	stop = find_any(text, end, "?#");
	u.path = part_between(text, stop);
	text = stop;
	if (text < end && *text == '?')
	{
		stop = find_any(text, end, "#");
		u.query = part_between(text + 1, stop);
		text = stop;
	}
	if (text < end)
		u.fragment = part_between(text + 1, end);
	return u;
}

/* Drops the segments . and .. in place (RFC 3986 5.2.4). */
static size_t
remove_dots(char *path, size_t length)
{
	size_t out = 0;
	size_t at = 0;

	while (at < length)
	{
		size_t end = at + 1;
		size_t segment;
		bool last;

		while (end < length && path[end] != '/')
			end++;
		segment = end - at;
		last = end == length;
		if (segment == 2 && memcmp(path + at, "/.", 2) == 0)
		{
			if (last)
				path[out++] = '/';
		}
		else if (segment == 3 && memcmp(path + at, "/..", 3) == 0)
		{
			while (out > 0 && path[--out] != '/')
				;
			if (last)
				path[out++] = '/';
		}
		else
		{
			memmove(path + out, path + at, segment);
			out += segment;
		}
		at = end;
	}
	return out;
}

/* The path of base with everything behind its last slash replaced. */
static bool
add_merged_path(jdoc_text *out, const uri *base, part path)
{
	size_t keep = base->path.length;

	while (keep > 0 && base->path.text[keep - 1] != '/')
		keep--;
	if (keep == 0 && base->authority.text != NULL)
		jdoc_text_add(out, "/", 1);
	else
		jdoc_text_add(out, base->path.text, keep);
	jdoc_text_add(out, path.text, path.length);
	return !out->failed;
}

/* Writes the target's path; *query becomes the one that goes with it. */
static void
add_target_path(arena *memory, jdoc_text *out, const uri *base, const uri *ref, part *query)
{
	jdoc_text path;

	jdoc_text_start(&path, memory);
	*query = ref->query;
	if (ref->scheme.text != NULL || ref->authority.text != NULL ||
		(ref->path.length > 0 && ref->path.text[0] == '/'))
		jdoc_text_add(&path, ref->path.text, ref->path.length);
	else if (ref->path.length == 0)
	{
		if (query->text == NULL)
			*query = base->query;
		jdoc_text_add(out, base->path.text, base->path.length);
		return;
	}
	else
		add_merged_path(&path, base, ref->path);
	out->failed |= path.failed;
	if (path.length > 0 && path.bytes[0] == '/')
		path.length = remove_dots(path.bytes, path.length);
	jdoc_text_add(out, path.bytes, path.length);
}

char *
jschema_uri_resolve(arena *memory, const char *base_text, const char *text, size_t length)
{
	uri base = uri_cut(base_text, strlen(base_text));
	uri ref = uri_cut(text, length);
	const uri *scheme_of = ref.scheme.text != NULL ? &ref : &base;
	const uri *authority_of = ref.scheme.text != NULL || ref.authority.text != NULL ? &ref : &base;
	part query;
	jdoc_text out;

	jdoc_text_start(&out, memory);
	if (scheme_of->scheme.text != NULL)
	{
		jdoc_text_add(&out, scheme_of->scheme.text, scheme_of->scheme.length);
		jdoc_text_add(&out, ":", 1);
	}
	if (authority_of->authority.text != NULL)
	{
		jdoc_text_add(&out, "//", 2);
		jdoc_text_add(&out, authority_of->authority.text, authority_of->authority.length);
	}
	add_target_path(memory, &out, &base, &ref, &query);
	if (query.text != NULL)
	{
		jdoc_text_add(&out, "?", 1);
		jdoc_text_add(&out, query.text, query.length);
	}
	if (ref.fragment.length > 0)
	{
		jdoc_text_add(&out, "#", 1);
		jdoc_text_add(&out, ref.fragment.text, ref.fragment.length);
	}
	jdoc_text_add(&out, "", 0);
	return out.failed ? NULL : arena_copy(memory, out.bytes, out.length);
}

/*
 * scan.c - the reader behind scan.h: one pass over the bytes, recursive within the depth that is allowed.
 *
 * Strings are most of any JSON text, and most of their bytes are plain ASCII: those are passed eight at a time.
 */
#include "json/scan.h"

#include <stdint.h>

struct scanner
{
	const unsigned char *start;
	const unsigned char *at;
	const unsigned char *end;
	struct arena *arena;
	struct scan_limits limits;
	unsigned nodes;
	struct scan_fault *fault;
};

static bool
fail(struct scanner *s, const unsigned char *place, const char *what)
{
	s->fault->offset = (size_t) (place - s->start);
	s->fault->what = what;
	return false;
}

static void
skip_blanks(struct scanner *s)
{
	while (s->at < s->end && (*s->at == ' ' || *s->at == '\n' || *s->at == '\t' || *s->at == '\r'))
		s->at++;
}

/* --- strings -------------------------------------------------------------- */

#define EACH_BYTE 0x0101010101010101ULL
#define HIGH_BITS 0x8080808080808080ULL

/* True when one of the eight bytes ends the plain run: a quote, a backslash, a control character, or not ASCII. */
static bool
has_special(uint64_t eight)
{
	uint64_t quote = eight ^ (EACH_BYTE * '"');
	uint64_t backslash = eight ^ (EACH_BYTE * '\\');

	return ((eight | (eight - EACH_BYTE * 0x20) | (quote - EACH_BYTE) | (backslash - EACH_BYTE)) & HIGH_BITS) != 0;
}

static void
skip_plain(struct scanner *s)
{
	uint64_t eight;

	while (s->end - s->at >= 8)
	{
		memcpy(&eight, s->at, 8);
		if (has_special(eight))
			break;
		s->at += 8;
	}
	while (s->at < s->end && *s->at >= 0x20 && *s->at < 0x80 && *s->at != '"' && *s->at != '\\')
		s->at++;
}

/* The bounds of the second byte keep out overlong forms, surrogates and what is beyond U+10FFFF (Unicode, table 3-7). */
static bool
skip_utf8(struct scanner *s)
{
	const unsigned char *at = s->at;
	unsigned char first = *at;
	unsigned char low = 0x80;
	unsigned char high = 0xbf;
	int more;

	if (first < 0xc2 || first > 0xf4)
		return fail(s, at, "a byte that is no UTF-8");
	more = first < 0xe0 ? 1 : first < 0xf0 ? 2
										   : 3;
	if (first == 0xe0)
		low = 0xa0;
	if (first == 0xed)
		high = 0x9f;
	if (first == 0xf0)
		low = 0x90;
	if (first == 0xf4)
		high = 0x8f;
	if (s->end - at <= more)
		return fail(s, at, "a character cut at the end of the text");
	if (at[1] < low || at[1] > high)
		return fail(s, at, "a byte that is no UTF-8");
	for (int i = 2; i <= more; i++)
	{
		if ((at[i] & 0xc0) != 0x80)
			return fail(s, at, "a byte that is no UTF-8");
	}
	s->at += more + 1;
	return true;
}

static int
hex_value(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
skip_escape(struct scanner *s)
{
	const unsigned char *at = s->at;

	if (s->end - at < 2)
		return fail(s, at, "a text without an end");
	if (at[1] != 'u')
	{
		if (memchr("\"\\/bfnrt", at[1], 8) == NULL)
			return fail(s, at, "an escape that JSON does not know");
		s->at += 2;
		return true;
	}
	for (int i = 2; i < 6; i++)
	{
		if (s->end - at <= i || hex_value(at[i]) < 0)
			return fail(s, at, "\\u without four hexadecimal digits");
	}
	s->at += 6;
	return true;
}

/* Steps behind the string that begins here; says whether it had escapes. */
static bool
skip_string(struct scanner *s, bool *escaped)
{
	const unsigned char *opening = s->at++;

	*escaped = false;
	for (;;)
	{
		skip_plain(s);
		if (s->at == s->end)
			return fail(s, opening, "a text without an end");
		if (*s->at == '"')
		{
			s->at++;
			return true;
		}
		if (*s->at < 0x20)
			return fail(s, s->at, "a control character in a text");
		if (*s->at == '\\')
		{
			*escaped = true;
			if (!skip_escape(s))
				return false;
		}
		else if (!skip_utf8(s))
			return false;
	}
}

static unsigned
escaped_unit(const char *at)
{
	unsigned unit = 0;

	for (int i = 0; i < 4; i++)
		unit = unit << 4 | (unsigned) hex_value((unsigned char) at[i]);
	return unit;
}

static char *
put_utf8(char *out, unsigned point)
{
	if (point < 0x80)
		*out++ = (char) point;
	else if (point < 0x800)
	{
		*out++ = (char) (0xc0 | point >> 6);
		*out++ = (char) (0x80 | (point & 0x3f));
	}
	else if (point < 0x10000)
	{
		*out++ = (char) (0xe0 | point >> 12);
		*out++ = (char) (0x80 | (point >> 6 & 0x3f));
		*out++ = (char) (0x80 | (point & 0x3f));
	}
	else
	{
		*out++ = (char) (0xf0 | point >> 18);
		*out++ = (char) (0x80 | (point >> 12 & 0x3f));
		*out++ = (char) (0x80 | (point >> 6 & 0x3f));
		*out++ = (char) (0x80 | (point & 0x3f));
	}
	return out;
}

/* Reads the escape at *at (its backslash) and steps behind it; false for half a surrogate pair. */
static bool
decode_escape(const char **at, const char *end, char **out)
{
	static const char names[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";
	const char *in = *at;
	unsigned unit;

	if (in[1] != 'u')
	{
		*(*out)++ = meanings[strchr(names, in[1]) - names];
		*at = in + 2;
		return true;
	}
	unit = escaped_unit(in + 2);
	*at = in + 6;
	if (unit >= 0xd800 && unit < 0xdc00)
	{
		unsigned low;

		if (end - *at < 6 || in[6] != '\\' || in[7] != 'u')
			return false;
		low = escaped_unit(in + 8);
		if (low < 0xdc00 || low > 0xdfff)
			return false;
		unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
		*at = in + 12;
	}
	else if (unit >= 0xdc00 && unit < 0xe000)
		return false;
	*out = put_utf8(*out, unit);
	return true;
}

/* Decodes what stands between the quotes; what is decoded is never longer. */
static bool
decode(struct arena *arena, struct slice inside, struct slice *text)
{
	const char *at = inside.at;
	const char *end = inside.at + inside.length;
	char *start;
	char *out;

	if (memchr(inside.at, '\\', inside.length) == NULL)
	{
		*text = inside;
		return true;
	}
	start = out = arena_alloc(arena, inside.length + 1);
	while (at < end)
	{
		if (*at != '\\')
			*out++ = *at++;
		else if (!decode_escape(&at, end, &out))
			return false;
	}
	*text = (struct slice){start, (size_t) (out - start)};
	return true;
}

/* --- the other values ------------------------------------------------------ */

static bool
skip_digits(struct scanner *s)
{
	const unsigned char *first = s->at;

	while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
		s->at++;
	return s->at > first || fail(s, s->at, "a number without a digit where one has to be");
}

static bool
skip_number(struct scanner *s)
{
	if (*s->at == '-')
		s->at++;
	if (s->at < s->end && *s->at == '0')
		s->at++;
	else if (!skip_digits(s))
		return false;
	if (s->at < s->end && *s->at == '.')
	{
		s->at++;
		if (!skip_digits(s))
			return false;
	}
	if (s->at < s->end && (*s->at == 'e' || *s->at == 'E'))
	{
		s->at++;
		if (s->at < s->end && (*s->at == '+' || *s->at == '-'))
			s->at++;
		if (!skip_digits(s))
			return false;
	}
	return true;
}

static bool
skip_word(struct scanner *s, const char *word)
{
	size_t length = strlen(word);

	if ((size_t) (s->end - s->at) < length || memcmp(s->at, word, length) != 0)
		return fail(s, s->at, "something that is no JSON value");
	s->at += length;
	return true;
}

static bool read_value(struct scanner *s, unsigned level, struct scan_node *node);

/* A node for a member or item of this level; NULL below the levels that are kept, or when there are too many. */
static struct scan_node *
new_node(struct scanner *s, unsigned level)
{
	if (level > s->limits.levels || s->nodes >= s->limits.nodes)
		return NULL;
	s->nodes++;
	return arena_alloc(s->arena, sizeof(struct scan_node));
}

static bool
is_kept(const struct scanner *s, unsigned level)
{
	return level <= s->limits.levels;
}

/* The name of a member, its colon, and the blanks around. */
static bool
read_name(struct scanner *s, const struct scan_node *object, struct scan_node *member)
{
	const unsigned char *opening = s->at;
	bool escaped;

	if (s->at == s->end || *s->at != '"')
		return fail(s, s->at, "something where the name of a member has to be");
	if (!skip_string(s, &escaped))
		return false;
	if (member != NULL)
	{
		struct slice inside = {(const char *) opening + 1, (size_t) (s->at - opening) - 2};

		if (!decode(s->arena, inside, &member->name))
			return fail(s, opening, "half a surrogate pair in a name");
		for (const struct scan_node *other = object->first; other != NULL; other = other->next)
		{
			if (slice_equal(other->name, member->name))
				return fail(s, opening, "a member that is there twice");
		}
	}
	skip_blanks(s);
	if (s->at == s->end || *s->at != ':')
		return fail(s, s->at, "something where a colon has to be");
	s->at++;
	skip_blanks(s);
	return true;
}

/* Members or items up to the closing bracket; node is NULL when they are only checked. */
static bool
read_container(struct scanner *s, unsigned level, struct scan_node *node, bool object)
{
	unsigned char closing = object ? '}' : ']';
	struct scan_node **last = node != NULL ? &node->first : NULL;

	if (level >= s->limits.depth)
		return fail(s, s->at, "arrays and objects nested too deep");
	s->at++;
	skip_blanks(s);
	if (s->at < s->end && *s->at == closing)
	{
		s->at++;
		return true;
	}
	for (;;)
	{
		struct scan_node *part = node != NULL ? new_node(s, level + 1) : NULL;

		if (part == NULL && node != NULL && is_kept(s, level + 1))
			return fail(s, s->at, "too many members or items");
		if (object && !read_name(s, node, part))
			return false;
		if (part != NULL)
		{
			*last = part;
			last = &part->next;
		}
		if (!read_value(s, level + 1, part))
			return false;
		skip_blanks(s);
		if (s->at < s->end && *s->at == closing)
		{
			s->at++;
			return true;
		}
		if (s->at == s->end || *s->at != ',')
			return fail(s, s->at, "something where a comma or a closing bracket has to be");
		s->at++;
		skip_blanks(s);
	}
}

static bool
read_inside(struct scanner *s, unsigned level, struct scan_node *node, enum scan_kind *kind)
{
	bool escaped;

	switch (*s->at)
	{
		case '"':
			*kind = SCAN_STRING;
			return skip_string(s, &escaped);
		case '{':
			*kind = SCAN_OBJECT;
			return read_container(s, level, node, true);
		case '[':
			*kind = SCAN_ARRAY;
			return read_container(s, level, node, false);
		case 't':
			*kind = SCAN_TRUE;
			return skip_word(s, "true");
		case 'f':
			*kind = SCAN_FALSE;
			return skip_word(s, "false");
		case 'n':
			*kind = SCAN_NULL;
			return skip_word(s, "null");
		default:
			*kind = SCAN_NUMBER;
			if (*s->at != '-' && (*s->at < '0' || *s->at > '9'))
				return fail(s, s->at, "something that is no JSON value");
			return skip_number(s);
	}
}

static bool
read_value(struct scanner *s, unsigned level, struct scan_node *node)
{
	const unsigned char *start = s->at;
	enum scan_kind kind = SCAN_NULL;

	if (s->at == s->end)
		return fail(s, s->at, "the end of the text where a value has to be");
	if (!read_inside(s, level, node, &kind))
		return false;
	if (node != NULL)
	{
		node->kind = kind;
		node->raw = (struct slice){(const char *) start, (size_t) (s->at - start)};
	}
	return true;
}

const struct scan_node *
scan_text(struct arena *arena, struct slice text, const struct scan_limits *limits, struct scan_fault *fault)
{
	const unsigned char *start = (const unsigned char *) text.at;
	struct scanner s = {.start = start, .at = start, .end = start + text.length, .arena = arena, .limits = *limits, .fault = fault};
	struct scan_node *root = arena_alloc(arena, sizeof(*root));

	if (s.limits.depth > SCAN_DEPTH_MOST)
		s.limits.depth = SCAN_DEPTH_MOST;
	skip_blanks(&s);
	if (!read_value(&s, 0, root))
		return NULL;
	skip_blanks(&s);
	if (s.at != s.end)
	{
		fail(&s, s.at, "something behind the value");
		return NULL;
	}
	return root;
}

const struct scan_node *
scan_member(const struct scan_node *object, const char *name)
{
	if (object == NULL || object->kind != SCAN_OBJECT)
		return NULL;
	for (const struct scan_node *member = object->first; member != NULL; member = member->next)
	{
		if (slice_is(member->name, name))
			return member;
	}
	return NULL;
}

bool
scan_string(struct arena *arena, const struct scan_node *node, struct slice *text)
{
	if (node == NULL || node->kind != SCAN_STRING)
		return false;
	return decode(arena, (struct slice){node->raw.at + 1, node->raw.length - 2}, text);
}

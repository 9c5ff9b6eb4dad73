/*
 * form.c - takes the body of a form apart.
 */
#include "share/form.h"

#include "share/key.h"

/* The hexadecimal digits behind a percent sign, which may be capitals. */
static bool
read_byte(struct slice digits, char *byte)
{
	char lower[2];
	unsigned char read;

	if (digits.length < 2)
		return false;
	for (int i = 0; i < 2; i++)
		lower[i] = (char) (digits.at[i] >= 'A' && digits.at[i] <= 'F' ? digits.at[i] - 'A' + 'a' : digits.at[i]);
	if (!share_hex_read((struct slice){lower, 2}, &read, 1))
		return false;
	*byte = (char) read;
	return true;
}

/* CR LF and CR alone, as browsers send line ends, become LF. */
static size_t
join_line_ends(char *text, size_t length)
{
	size_t kept = 0;

	for (size_t i = 0; i < length; i++)
	{
		if (text[i] == '\r' && i + 1 < length && text[i + 1] == '\n')
			continue;
		text[kept++] = text[i];
		if (text[kept - 1] == '\r')
			text[kept - 1] = '\n';
	}
	return kept;
}

static bool
decode(struct arena *arena, struct slice coded, struct slice *decoded)
{
	char *text = arena_alloc(arena, coded.length + 1);
	size_t length = 0;

	for (size_t i = 0; i < coded.length; i++)
	{
		char sign = coded.at[i] == '+' ? ' ' : coded.at[i];

		if (sign == '%')
		{
			if (!read_byte((struct slice){coded.at + i + 1, coded.length - i - 1}, &sign))
				return false;
			i += 2;
		}
		text[length++] = sign;
	}
	*decoded = (struct slice){text, join_line_ends(text, length)};
	return true;
}

static bool
read_pair(struct arena *arena, struct slice pair, struct form_field *fields, int count)
{
	const char *equals = memchr(pair.at, '=', pair.length);
	size_t length = equals != NULL ? (size_t) (equals - pair.at) : pair.length;
	size_t behind = equals != NULL ? length + 1 : length;
	struct slice name;

	if (!decode(arena, (struct slice){pair.at, length}, &name))
		return false;
	for (int i = 0; i < count; i++)
	{
		if (slice_is(name, fields[i].name))
			return fields[i].value.at == NULL &&
				   decode(arena, (struct slice){pair.at + behind, pair.length - behind}, &fields[i].value);
	}
	return false;
}

bool
form_read(struct arena *arena, struct slice body, struct form_field *fields, int count)
{
	while (body.length > 0)
	{
		const char *end = memchr(body.at, '&', body.length);
		size_t length = end != NULL ? (size_t) (end - body.at) : body.length;
		size_t passed = end != NULL ? length + 1 : length;

		if (length > 0 && !read_pair(arena, (struct slice){body.at, length}, fields, count))
			return false;
		body.at += passed;
		body.length -= passed;
	}
	return true;
}

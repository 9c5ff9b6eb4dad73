/*
 * schema_format.c: the formats that can be asserted, by the grammars of RFC
 * 3339, 5321, 3986, 4122, 6901 and their kin.  A format not listed here is a
 * remark, never an error.
 */
#include "schema_inside.h"

#include <string.h>

typedef struct cursor
{
	const char *at;
	const char *end;
} cursor;

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
take(cursor *c, char wanted)
{
	if (c->at == c->end || *c->at != wanted)
		return false;
	c->at++;
	return true;
}

/* Takes one of two spellings of a letter. */
static bool
take_letter(cursor *c, char lower)
{
	return take(c, lower) || take(c, (char) (lower - 'a' + 'A'));
}

/* Takes exactly n digits and checks their range. */
static bool
take_number(cursor *c, int n, int low, int high, int *out)
{
	int value = 0;

	for (int i = 0; i < n; i++)
	{
		if (c->at == c->end || !is_digit(*c->at))
			return false;
		value = value * 10 + (*c->at++ - '0');
	}
	*out = value;
	return value >= low && value <= high;
}

static bool
take_date(cursor *c)
{
	static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int year;
	int month;
	int day;

	if (!take_number(c, 4, 0, 9999, &year) || !take(c, '-') ||
		!take_number(c, 2, 1, 12, &month) || !take(c, '-') ||
		!take_number(c, 2, 1, days[month - 1], &day))
		return false;
	return month != 2 || day < 29 ||
		   (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

/* A time of day with its offset; 23:59:60 only where it is a leap second in
 * UTC. */
static bool
take_time(cursor *c)
{
	int hour;
	int minute;
	int second;
	int off_hour = 0;
	int off_minute = 0;
	int utc;
	bool west;

	if (!take_number(c, 2, 0, 23, &hour) || !take(c, ':') ||
		!take_number(c, 2, 0, 59, &minute) || !take(c, ':') ||
		!take_number(c, 2, 0, 60, &second))
		return false;
	if (take(c, '.'))
	{
		if (c->at == c->end || !is_digit(*c->at))
			return false;
		while (c->at < c->end && is_digit(*c->at))
			c->at++;
	}
	west = c->at < c->end && *c->at == '-';
	if (!take_letter(c, 'z'))
	{
		if (!take(c, '+') && !take(c, '-'))
			return false;
		if (!take_number(c, 2, 0, 23, &off_hour) || !take(c, ':') ||
			!take_number(c, 2, 0, 59, &off_minute))
			return false;
	}
	utc = hour * 60 + minute - (west ? -1 : 1) * (off_hour * 60 + off_minute);
	return second < 60 || ((utc % 1440) + 1440) % 1440 == 1439;
}

static bool
is_date(const char *text, size_t length)
{
	cursor c = {text, text + length};

	return take_date(&c) && c.at == c.end;
}

static bool
is_time(const char *text, size_t length)
{
	cursor c = {text, text + length};

	return take_time(&c) && c.at == c.end;
}

static bool
is_date_time(const char *text, size_t length)
{
	cursor c = {text, text + length};

	return take_date(&c) && take_letter(&c, 't') && take_time(&c) && c.at == c.end;
}

/* Takes runs of digits, each followed by the next of the units. */
static bool
take_units(cursor *c, const char *units, int *taken)
{
	*taken = 0;
	while (c->at < c->end && is_digit(*c->at))
	{
		const char *unit;

		while (c->at < c->end && is_digit(*c->at))
			c->at++;
		if (c->at == c->end || (unit = strchr(units, *c->at)) == NULL || *c->at == '\0')
			return false;
		/* units may not be skipped between two others (RFC 3339 appendix A) */
		if (*taken > 0 && unit != units)
			return false;
		units = unit + 1;
		c->at++;
		(*taken)++;
	}
	return true;
}

static bool
is_duration(const char *text, size_t length)
{
	cursor c = {text, text + length};
	int date_units;
	int time_units = 0;

	if (!take(&c, 'P'))
		return false;
	if (length > 2 && text[length - 1] == 'W')
		return take_units(&c, "W", &date_units) && date_units == 1 && c.at == c.end;
	if (!take_units(&c, "YMD", &date_units))
		return false;
	if (take(&c, 'T') && (!take_units(&c, "HMS", &time_units) || time_units == 0))
		return false;
	return c.at == c.end && date_units + time_units > 0;
}

static bool
is_ipv4(const char *text, size_t length)
{
	cursor c = {text, text + length};

	for (int part = 0; part < 4; part++)
	{
		int value = 0;
		int digits = 0;

		if (part > 0 && !take(&c, '.'))
			return false;
		while (c.at < c.end && is_digit(*c.at) && digits < 4)
		{
			value = value * 10 + (*c.at++ - '0');
			digits++;
		}
		if (digits == 0 || digits > 3 || value > 255 || (digits > 1 && c.at[-digits] == '0'))
			return false;
	}
	return c.at == c.end;
}

static bool
is_ipv6(const char *text, size_t length)
{
	size_t at = 0;
	int groups = 0;
	bool gap = false;

	while (at < length)
	{
		size_t from = at;

		while (at < length && at - from < 5 && is_hex(text[at]))
			at++;
		if (at < length && text[at] == '.')
			return (groups + 2 == 8 || (gap && groups + 2 < 8)) && is_ipv4(text + from, length - from);
		if (at == from)
		{
			bool doubled = length - at >= 2 && text[at] == ':' && text[at + 1] == ':';

			if (!doubled || gap || groups > 0)
				return false;
			gap = true;
			at += 2;
			continue;
		}
		if (at - from > 4 || ++groups > 8)
			return false;
		if (at == length)
			break;
		if (text[at++] != ':' || at == length)
			return false;
		if (text[at] == ':')
		{
			if (gap)
				return false;
			gap = true;
			at++;
		}
	}
	return gap ? groups < 8 : groups == 8;
}

static bool
is_hostname(const char *text, size_t length)
{
	size_t label = 0;

	if (length == 0 || length > 253)
		return false;
	for (size_t i = 0; i <= length; i++)
	{
		if (i < length && text[i] != '.')
		{
			if (!is_letter(text[i]) && !is_digit(text[i]) && text[i] != '-')
				return false;
			label++;
			continue;
		}
		if (label == 0 || label > 63 || text[i - 1] == '-' || text[i - label] == '-')
			return false;
		if (label >= 4 && text[i - label + 2] == '-' && text[i - label + 3] == '-' &&
			!((text[i - label] == 'x' || text[i - label] == 'X') && (text[i - label + 1] == 'n' || text[i - label + 1] == 'N')))
			return false;
		label = 0;
	}
	return true;
}

static bool
is_atom(char c)
{
	return is_letter(c) || is_digit(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~.", c) != NULL);
}

static bool
is_local_part(const char *text, size_t length)
{
	if (length >= 2 && text[0] == '"' && text[length - 1] == '"')
		return true;
	if (length == 0 || length > 64 || text[0] == '.' || text[length - 1] == '.')
		return false;
	for (size_t i = 0; i < length; i++)
		if (!is_atom(text[i]) || (text[i] == '.' && text[i + 1] == '.'))
			return false;
	return true;
}

static bool
is_email(const char *text, size_t length)
{
	size_t at = length;

	while (at > 0 && text[at - 1] != '@')
		at--;
	if (at == 0 || !is_local_part(text, at - 1))
		return false;
	if (length - at > 2 && text[at] == '[' && text[length - 1] == ']')
	{
		if (length - at > 7 && memcmp(text + at + 1, "IPv6:", 5) == 0)
			return is_ipv6(text + at + 6, length - at - 7);
		return is_ipv4(text + at + 1, length - at - 2);
	}
	return is_hostname(text + at, length - at);
}

static bool
is_uuid(const char *text, size_t length)
{
	if (length != 36)
		return false;
	for (size_t i = 0; i < 36; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23 ? text[i] != '-' : !is_hex(text[i]))
			return false;
	return true;
}

/* Only characters of a URI, with whole percent escapes. */
static bool
uri_characters(const char *text, size_t length)
{
	bool fragment = false;

	for (size_t i = 0; i < length; i++)
	{
		char c = text[i];

		if (c == '%')
		{
			if (i + 2 >= length || !is_hex(text[i + 1]) || !is_hex(text[i + 2]))
				return false;
		}
		else if (c == '#')
		{
			if (fragment)
				return false;
			fragment = true;
		}
		else if (!is_letter(c) && !is_digit(c) &&
				 (c == '\0' || strchr("-._~:/?[]@!$&'()*+,;=", c) == NULL))
			return false;
	}
	return true;
}

static bool
port_is_digits(const char *from, const char *end)
{
	for (; from < end; from++)
		if (!is_digit(*from))
			return false;
	return true;
}

/* Checks what stands between // and the path, when there is such a thing. */
static bool
uri_authority(const char *text, size_t length)
{
	const char *end = text + length;
	const char *host = text;

	for (const char *p = text; p < end; p++)
		if (*p == '@')
			host = p + 1;
	if (host < end && *host == '[')
	{
		const char *close = memchr(host, ']', (size_t) (end - host));

		if (close == NULL || !is_ipv6(host + 1, (size_t) (close - host - 1)))
			return false;
		return close + 1 == end || (close[1] == ':' && port_is_digits(close + 2, end));
	}
	for (const char *p = text; p < end; p++)
		if (*p == '[' || *p == ']')
			return false;
	for (const char *p = host; p < end; p++)
		if (*p == ':')
			return port_is_digits(p + 1, end);
	return true;
}

static bool
uri_hierarchy(const char *text, size_t length)
{
	size_t stop = 2;

	if (length < 2 || text[0] != '/' || text[1] != '/')
		return true;
	while (stop < length && strchr("/?#", text[stop]) == NULL)
		stop++;
	return uri_authority(text + 2, stop - 2);
}

/* The length of a scheme with its colon, or 0. */
static size_t
scheme_length(const char *text, size_t length)
{
	size_t at = 0;

	if (length == 0 || !is_letter(text[0]))
		return 0;
	while (at < length && (is_letter(text[at]) || is_digit(text[at]) || (text[at] != '\0' && strchr("+-.", text[at]) != NULL)))
		at++;
	return at < length && text[at] == ':' ? at + 1 : 0;
}

static bool
is_uri(const char *text, size_t length)
{
	size_t scheme = scheme_length(text, length);

	return scheme > 0 && uri_characters(text, length) &&
		   uri_hierarchy(text + scheme, length - scheme);
}

static bool
is_uri_reference(const char *text, size_t length)
{
	size_t scheme = scheme_length(text, length);
	const char *colon = length > 0 ? memchr(text, ':', length) : NULL;
	const char *slash = length > 0 ? memchr(text, '/', length) : NULL;

	/* a relative path may not look like it had a scheme */
	if (scheme == 0 && colon != NULL && (slash == NULL || colon < slash) &&
		memchr(text, '#', (size_t) (colon - text)) == NULL &&
		memchr(text, '?', (size_t) (colon - text)) == NULL)
		return false;
	return uri_characters(text, length) && uri_hierarchy(text + scheme, length - scheme);
}

static bool
is_json_pointer(const char *text, size_t length)
{
	if (length > 0 && text[0] != '/')
		return false;
	for (size_t i = 0; i < length; i++)
		if (text[i] == '~' && (i + 1 == length || (text[i + 1] != '0' && text[i + 1] != '1')))
			return false;
	return true;
}

static bool
is_relative_json_pointer(const char *text, size_t length)
{
	size_t at = 0;

	while (at < length && is_digit(text[at]))
		at++;
	if (at == 0 || (at > 1 && text[0] == '0'))
		return false;
	return (at + 1 == length && text[at] == '#') || is_json_pointer(text + at, length - at);
}

static const jschema_format formats[] = {
	{"date", is_date, "a date such as 2026-05-31"},
	{"date-time", is_date_time, "a time such as 2026-05-31T18:30:00Z"},
	{"time", is_time, "a time of day with its zone such as 18:30:00Z"},
	{"duration", is_duration, "a duration such as P3DT12H"},
	{"email", is_email, "an e-mail address"},
	{"hostname", is_hostname, "a host name"},
	{"ipv4", is_ipv4, "an IPv4 address"},
	{"ipv6", is_ipv6, "an IPv6 address"},
	{"uri", is_uri, "an absolute URI such as https://example.org/a"},
	{"uri-reference", is_uri_reference, "a URI or a relative reference"},
	{"uuid", is_uuid, "a UUID"},
	{"json-pointer", is_json_pointer, "a JSON pointer such as /a/0"},
	{"relative-json-pointer", is_relative_json_pointer, "a relative JSON pointer such as 1/a"},
	{"regex", jschema_is_regex, "a regular expression"},
	{"id", NULL, "an id (number) or a slug"},
};

const jschema_format *
jschema_format_find(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strlen(formats[i].name) == length && memcmp(formats[i].name, name, length) == 0)
			return &formats[i];
	return NULL;
}

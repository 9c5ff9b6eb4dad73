/*
 * placeholder_format.c: formats of variables that JSON Schema does not have, or has in another sense (its time wants a zone).
 */
#include "placeholder_inside.h"

#define PHONE_DIGITS_LEAST 7
#define PHONE_DIGITS_MOST 15 /* of E.164 */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits with what people put between them, a + in front, an extension behind. */
static bool
is_phone(kernel_text text)
{
	size_t digits = 0;
	size_t at = text.length > 0 && text.bytes[0] == '+';

	for (; at < text.length && (is_digit(text.bytes[at]) || memchr(" -.()/", text.bytes[at], 6) != NULL); at++)
		digits += is_digit(text.bytes[at]);
	if (digits < PHONE_DIGITS_LEAST || digits > PHONE_DIGITS_MOST)
		return false;
	if (at == text.length)
		return true;
	if (text.bytes[at] == 'x' || text.bytes[at] == 'X')
		at++;
	else if (text.length - at > 3 && memcmp(text.bytes + at, "ext", 3) == 0)
		at += 3 + (text.bytes[at + 3] == '.');
	else
		return false;
	while (at < text.length && text.bytes[at] == ' ')
		at++;
	digits = at;
	while (at < text.length && is_digit(text.bytes[at]))
		at++;
	return at == text.length && at > digits;
}

/* An amount, perhaps with its sign or code in front or behind: $8,750.00, EUR 1200, 1200.5 */
static bool
is_currency(kernel_text text)
{
	size_t digits = 0;
	bool point = false;
	size_t decimals = 0;
	size_t begin = 0;
	size_t end = text.length;

	while (begin < end && !is_digit(text.bytes[begin]) && text.bytes[begin] != '.')
		begin++;
	while (end > begin && !is_digit(text.bytes[end - 1]))
		end--;
	for (size_t i = begin; i < end; i++)
	{
		if (text.bytes[i] == '.' && !point)
			point = true;
		else if (is_digit(text.bytes[i]))
		{
			digits++;
			decimals += point;
		}
		else if (text.bytes[i] != ',' || point || i == begin)
			return false;
	}
	return digits > 0 && decimals <= 4 && begin <= 6 && text.length - end <= 6;
}

/* YYYY-MM-DD alone. */
static bool
is_day(kernel_text text)
{
	return text.length == 10 && text.bytes[4] == '-' && placeholder_date_reads(text);
}

static bool
is_date_or_timestamp(kernel_text text)
{
	return text.length >= 10 && text.bytes[4] == '-' && placeholder_date_reads(text);
}

static bool
is_time(kernel_text text)
{
	return text.length < 10 && placeholder_date_reads(text);
}

typedef struct named_format
{
	const char *name;
	bool (*fits)(kernel_text text);
	const char *expected;
	bool number; /* may be a number as well */
} named_format;

static const named_format formats[] = {
	{"phone", is_phone, "a telephone number like +1 555 0100 200", false},
	{"currency", is_currency, "an amount like 8750.00 or $8,750.00", true},
	{"date-iso", is_day, "a date written YYYY-MM-DD", false},
	{"date", is_date_or_timestamp, "a date written YYYY-MM-DD, or a timestamp", false},
	{"time", is_time, "a time of day like 15:30 or 3:30 PM", false},
};

static const named_format *
format_find(kernel_text name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (kernel_text_is(name, formats[i].name))
			return &formats[i];
	return NULL;
}

bool
placeholder_format_known(kernel_text format)
{
	return format_find(format) != NULL;
}

const char *
placeholder_format_expects(kernel_text format, const jdoc_value *value)
{
	const named_format *named = format_find(format);

	if (named == NULL || (value->kind == JDOC_NUMBER && named->number))
		return NULL;
	if (value->kind != JDOC_STRING || !named->fits((kernel_text){value->is.text, value->count}))
		return named->expected;
	return NULL;
}

/*
 * placeholder_filter_written.c: filters for how something is written: amounts, numbers, dates, capital letters.
 */
#include "placeholder_inside.h"

#include "price_text.h"

/* What does not fit stands as it is. */
static placeholder_value
left_as_is(placeholder_run *run, const placeholder_expression *expression, placeholder_value value, kernel_text plain, const char *why)
{
	placeholder_warn(run, expression->offset, "%.*s stands as it is: %s", placeholder_shown(plain, 80), plain.bytes, why);
	return value;
}

static placeholder_value
copied(placeholder_run *run, const char *bytes, size_t length)
{
	char *copy = placeholder_take(run, length + 1, 1);

	memcpy(copy, bytes, length);
	return placeholder_value_text((kernel_text){copy, length}, PLACEHOLDER_GIVEN);
}

/* currency, currency('EUR'), currency('EUR', 'de-DE') */
placeholder_value
placeholder_filter_currency(placeholder_run *run, const placeholder_expression *expression, placeholder_value value)
{
	kernel_text plain = placeholder_value_plain(run, &value, expression->offset);
	kernel_text code = placeholder_argument(run, expression, 0, "USD");
	kernel_text locale = placeholder_argument(run, expression, 1, "en-US");
	char text[PRICE_ROOM];
	size_t length;

	placeholder_charge(run, plain.length, expression->offset);
	switch (price_text(plain, code, locale, text, &length))
	{
		case PRICE_NO_NUMBER:
			return left_as_is(run, expression, value, plain, "it is no amount like 1234.50");
		case PRICE_TOO_LONG:
			return left_as_is(run, expression, value, plain, "it has too many digits for an amount");
		case PRICE_NO_CURRENCY:
			return left_as_is(run, expression, value, plain, "the currency is no code of ISO 4217");
		case PRICE_NO_LOCALE:
			placeholder_fail(run, PLACEHOLDER_RUNNING, expression->offset, "currency does not know the locale %.*s; known are %s",
							 placeholder_shown(locale, 20), locale.bytes, price_locales);
		default:
			return copied(run, text, length);
	}
}

/* The digits in front of the point in groups of three; all else as it stands. */
placeholder_value
placeholder_filter_comma(placeholder_run *run, const placeholder_expression *expression, placeholder_value value)
{
	kernel_text plain = placeholder_value_plain(run, &value, expression->offset);
	size_t begin = plain.length > 0 && plain.bytes[0] == '-';
	size_t end = begin;
	jdoc_decimal number;
	jdoc_text out;

	placeholder_charge(run, 2 * plain.length, expression->offset);
	while (end < plain.length && plain.bytes[end] >= '0' && plain.bytes[end] <= '9')
		end++;
	if (!jdoc_decimal_read(plain.bytes, plain.length, &number) || memchr(plain.bytes, 'e', plain.length) != NULL ||
		memchr(plain.bytes, 'E', plain.length) != NULL)
		return left_as_is(run, expression, value, plain, "it is no number like 1250.5");
	jdoc_text_start(&out, run->memory);
	jdoc_text_add(&out, plain.bytes, begin);
	for (size_t i = begin; i < end; i++)
	{
		if (i > begin && (end - i) % 3 == 0)
			jdoc_text_add(&out, ",", 1);
		jdoc_text_add(&out, plain.bytes + i, 1);
	}
	jdoc_text_add(&out, plain.bytes + end, plain.length - end);
	if (out.failed)
		placeholder_fail_memory(run);
	return placeholder_value_text((kernel_text){out.bytes, out.length}, PLACEHOLDER_GIVEN);
}

/* ---- dates ---- */

static placeholder_value
dated(placeholder_run *run, const placeholder_expression *expression, placeholder_value value, const char *usual)
{
	kernel_text plain = placeholder_value_plain(run, &value, expression->offset);
	kernel_text format = placeholder_argument(run, expression, 0, usual);
	kernel_text written;
	const char *why;

	placeholder_charge(run, plain.length + format.length, expression->offset);
	if (placeholder_date_format(format) == PLACEHOLDER_NO_FORMAT)
		placeholder_fail(run, PLACEHOLDER_RUNNING, expression->offset, "%.*s is no format of dates like MMMM D, YYYY or h:mm A",
						 placeholder_shown(format, 40), format.bytes);
	if (placeholder_date_write(run->memory, plain, format, &written, &why))
		return placeholder_value_text(written, PLACEHOLDER_GIVEN);
	if (why == NULL)
		placeholder_fail_memory(run);
	return left_as_is(run, expression, value, plain, why);
}

placeholder_value
placeholder_filter_date(placeholder_run *run, const placeholder_expression *expression, placeholder_value value)
{
	return dated(run, expression, value, "MMMM D, YYYY");
}

placeholder_value
placeholder_filter_time(placeholder_run *run, const placeholder_expression *expression, placeholder_value value)
{
	return dated(run, expression, value, "h:mm A");
}

placeholder_value
placeholder_filter_datetime(placeholder_run *run, const placeholder_expression *expression, placeholder_value value)
{
	return dated(run, expression, value, "MMMM D, YYYY, h:mm A");
}

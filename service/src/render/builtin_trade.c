/*
 * builtin_trade.c - filters of a travel agency's own: date, currency, nights, plural, markdown. Documented in service/README.md.
 *
 * Unknown stays unknown: undefined and null come out as they went in, so that default() can say what to print.
 */
#include "render/builtin_inside.h"

#include "kernel/calendar.h"
#include "kernel/price_text.h"
#include "render/markdown.h"
#include "render/number_text.h"

/* Dates and prices are written by the kernels, which have a name of their own for a piece of text. */
static kernel_text
kernel_text_from(struct slice slice)
{
	return (kernel_text){slice.at, slice.length};
}

/* An argument that is a text, or what stands for it when it is not given. */
static struct slice
text_or(struct render *run, const char *who, struct value given, struct slice otherwise)
{
	return value_is_nothing(given) ? otherwise : builtin_slice(run, who, given);
}

static struct moment
moment_of(struct render *run, const char *who, struct value value)
{
	struct moment moment;
	const char *fault;

	if (!value_is_string(value))
		builtin_wrong(run, who, "a date written YYYY-MM-DD or an ISO 8601 timestamp", value);
	fault = moment_read(kernel_text_from(value_slice(value)), &moment);
	if (fault != NULL)
		render_fail(run, "%s: %s is no date: %s", who, builtin_tell(run, value), fault);
	return moment;
}

/* The moment in a format of strftime's letters. */
static void
add_moment(struct render *run, struct buffer *buffer, const struct moment *moment, const struct calendar_locale *locale,
		   struct slice format)
{
	for (size_t at = 0; at < format.length; at++)
	{
		char piece[CALENDAR_PIECE_ROOM];
		const char *fault = NULL;
		bool bare;
		char letter;

		if (format.at[at] != '%')
		{
			buffer_byte(run, buffer, format.at[at]);
			continue;
		}
		bare = at + 1 < format.length && format.at[at + 1] == '-';
		at += 1 + bare;
		letter = at < format.length ? format.at[at] : '\0';
		buffer_add(run, buffer, piece, calendar_piece(moment, locale, letter, bare, piece, &fault));
		if (fault != NULL && *fault == '\0')
			render_fail(run, "date: the format has %%%.*s; known are %s", letter != '\0', &letter, calendar_letters);
		if (fault != NULL)
			render_fail(run, "date: the format has %%%c, but the date has %s", letter, fault);
	}
}

static struct value
filter_date(struct render *run, const struct arguments *arguments)
{
	struct value value = argument(arguments, 0);
	struct value locale_name = argument_named(arguments, 2, "locale");
	struct slice style = text_or(run, "date", argument_named(arguments, 1, "format"), SLICE_OF("medium"));
	const struct calendar_locale *locale = calendar_locale(kernel_text_from(text_or(run, "date", locale_name, SLICE_OF("en"))));
	struct buffer buffer = {0};
	struct moment moment;
	const char *named;

	if (value_is_nothing(value))
		return value;
	if (locale == NULL)
		render_fail(run, "date: locale %s is not known; known are %s", builtin_tell(run, locale_name), calendar_locales);
	moment = moment_of(run, "date", value);
	named = calendar_style(locale, kernel_text_from(style));
	if (named == NULL && (style.length == 0 || memchr(style.at, '%', style.length) == NULL))
		render_fail(run, "date: style %s is not known; known are %s, or a format like \"%%-d %%B %%Y\"",
					builtin_tell(run, argument_named(arguments, 1, "format")), calendar_styles);
	render_step(run, style.length);
	add_moment(run, &buffer, &moment, locale, named != NULL ? slice_of(named) : style);
	return buffer_value(&buffer, false);
}

/* nights(check_in, check_out), check_in | nights(check_out) */
struct value
builtin_nights(struct render *run, const struct arguments *arguments)
{
	struct value from = argument(arguments, 0);
	struct value to = argument_named(arguments, 1, "check_out");
	struct moment check_in;
	struct moment check_out;
	long nights;

	if (value_is_nothing(from) || value_is_nothing(to))
		return value_undefined();
	check_in = moment_of(run, "nights", from);
	check_out = moment_of(run, "nights", to);
	nights = moment_day(&check_out) - moment_day(&check_in);
	if (nights < 0)
		render_fail(run, "nights: check-out %s is before check-in %s", builtin_tell(run, to), builtin_tell(run, from));
	return value_number((double) nights);
}

/* plural(count, one, many), count | plural(one, many): "1 night", "2 nights" */
struct value
builtin_plural(struct render *run, const struct arguments *arguments)
{
	struct value count = argument(arguments, 0);
	double number = count.kind == VALUE_LIST ? count.list->count : value_to_number(run, count);
	struct value word = number == 1 ? argument_named(arguments, 1, "one") : argument_named(arguments, 2, "many");
	struct buffer buffer = {0};

	if (value_is_nothing(count))
		return count;
	if (isnan(number))
		builtin_wrong(run, "plural", "a number", count);
	if (!value_is_string(argument_named(arguments, 1, "one")) || !value_is_string(argument_named(arguments, 2, "many")))
		render_fail(run, "plural: expected two words, as in plural(count, \"night\", \"nights\")");
	value_append(run, &buffer, value_number(number));
	buffer_byte(run, &buffer, ' ');
	value_append(run, &buffer, word);
	return buffer_value(&buffer, false);
}

/* The decimal digits of an amount: those of a text as they stand, those a number is printed with. */
static struct slice
amount_digits(struct render *run, struct value amount, char number[NUMBER_TEXT_ROOM])
{
	if (amount.kind == VALUE_NUMBER)
		return (struct slice){number, number_text(amount.number, number)};
	if (amount.kind != VALUE_STRING)
		builtin_wrong(run, "currency", "an amount", amount);
	return builtin_trim(value_slice(amount));
}

static struct value
filter_currency(struct render *run, const struct arguments *arguments)
{
	struct value amount = argument(arguments, 0);
	struct slice code = text_or(run, "currency", argument_named(arguments, 1, "code"), SLICE_OF("USD"));
	struct slice locale = text_or(run, "currency", argument_named(arguments, 2, "locale"), SLICE_OF("en-US"));
	char number[NUMBER_TEXT_ROOM];
	char text[PRICE_ROOM];
	size_t length;

	if (value_is_nothing(amount))
		return amount;
	switch (price_text(kernel_text_from(amount_digits(run, amount, number)), kernel_text_from(code),
					   kernel_text_from(locale), text, &length))
	{
		case PRICE_NO_NUMBER:
			builtin_wrong(run, "currency", "an amount like 1234.50", amount);
		case PRICE_TOO_LONG:
			render_fail(run, "currency: %s has more than %d digits", builtin_tell(run, amount), PRICE_DIGITS_MOST);
		case PRICE_NO_CURRENCY:
			render_fail(run, "currency: %s is no currency of ISO 4217", builtin_tell(run, argument_named(arguments, 1, "code")));
		case PRICE_NO_LOCALE:
			render_fail(run, "currency: locale %s is not known; known are %s", builtin_tell(run, argument_named(arguments, 2, "locale")),
						price_locales);
		default:
			return value_copy(run, text, length);
	}
}

static struct value
filter_markdown(struct render *run, const struct arguments *arguments)
{
	struct value text = argument(arguments, 0);

	if (value_is_nothing(text))
		return text;
	return markdown_html(run, builtin_slice(run, "markdown", text));
}

static const struct builtin filters[] = {
	{"currency", filter_currency},
	{"date", filter_date},
	{"markdown", filter_markdown},
	{"nights", builtin_nights},
	{"plural", builtin_plural},
};

struct builtin_table
filters_of_trade(void)
{
	return BUILTIN_TABLE(filters);
}

/*
 * price_text.c - amounts of money as a country writes them.
 */
#include "price_text.h"

#include <stdint.h>

#include "kernel_text.h"
#include "money.h"

/* Digits are kept as far as one behind the decimals of any currency: what lies beyond cannot change how they are rounded. */
#define DECIMALS_KEPT 5
#define EXPONENT_LIMIT 1000

const char price_locales[] = "en-US, en-GB, de-DE, fr-FR, ja-JP, es-ES, it-IT";

/* Codes and their symbols where the country uses one, else the code itself stands for the currency. */
#define DOLLARS_ABROAD "AUD=A$ BRL=R$ CAD=CA$ HKD=HK$ MXN=MX$ NZD=NZ$ TWD=NT$ XCD=EC$ "
#define SIGNS "EUR=€ GBP=£ ILS=₪ INR=₹ KRW=₩ VND=₫ "
#define FRANCS "XAF=FCFA XOF=F\u202fCFA "
#define NO_BREAK "\u00a0"
#define NARROW_NO_BREAK "\u202f"

struct price_locale
{
	const char *name;
	const char *group; /* between three digits */
	const char *point;
	size_t group_from; /* digits in front of the point from which on they are grouped */
	bool symbol_behind;
	const char *symbols;
};

static const struct price_locale locales[] = {
	{"en-US", ",", ".", 4, false, SIGNS DOLLARS_ABROAD FRANCS "CNY=CN¥ JPY=¥ PHP=₱ USD=$ XPF=CFPF "},
	{"en-GB", ",", ".", 4, false, SIGNS DOLLARS_ABROAD FRANCS "CNY=CN¥ JPY=JP¥ PHP=₱ USD=US$ XPF=CFPF "},
	{"de-DE", ".", ",", 4, true,
	 SIGNS FRANCS "AUD=AU$ BRL=R$ CAD=CA$ HKD=HK$ MXN=MX$ NZD=NZ$ TWD=NT$ XCD=EC$ CNY=CN¥ JPY=¥ THB=฿ USD=$ XPF=CFPF "},
	{"fr-FR", NARROW_NO_BREAK, ",", 4, true,
	 FRANCS "EUR=€ GBP=£GB ILS=₪ INR=₹ KRW=₩ VND=₫ AUD=$AU BRL=R$ CAD=$CA MXN=$MX NZD=$NZ SGD=$SG USD=$US XPF=FCFP "},
	{"ja-JP", ",", ".", 4, false, SIGNS DOLLARS_ABROAD FRANCS "CNY=元 JPY=￥ USD=$ XPF=CFPF "},
	{"es-ES", ".", ",", 5, true, "EUR=€ THB=฿ USD=US$ VND=₫ XPF=CFPF "},
	{"it-IT", ".", ",", 5, true,
	 FRANCS "AUD=A$ CAD=CA$ CNY=CN¥ EUR=€ GBP=£ ILS=₪ NZD=NZ$ PHP=₱ THB=฿ XCD=EC$ XPF=CFPF "},
};

/* An amount in units of the currency's last decimal. */
struct amount
{
	bool negative;
	char digits[PRICE_DIGITS_MOST + DECIMALS_KEPT + 1]; /* in front of the point, then behind it */
	size_t count;
	size_t decimals; /* of the digits, those behind the point */
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits of one run; answers where it ends. */
static size_t
run_end(kernel_text text, size_t at)
{
	while (at < text.length && is_digit(text.bytes[at]))
		at++;
	return at;
}

/* An amount as it is written: whole digits, digits behind the point, the power of ten that scales both. */
struct written
{
	bool negative;
	kernel_text whole;
	kernel_text fraction;
	int exponent;
};

static bool
read_exponent(kernel_text text, size_t *at, int *exponent)
{
	bool negative = false;
	size_t start;

	*exponent = 0;
	if (*at == text.length || (text.bytes[*at] != 'e' && text.bytes[*at] != 'E'))
		return true;
	(*at)++;
	if (*at < text.length && (text.bytes[*at] == '-' || text.bytes[*at] == '+'))
		negative = text.bytes[(*at)++] == '-';
	start = *at;
	for (; *at < text.length && is_digit(text.bytes[*at]); (*at)++)
		if (*exponent < EXPONENT_LIMIT)
			*exponent = *exponent * 10 + (text.bytes[*at] - '0');
	if (negative)
		*exponent = -*exponent;
	return *at > start;
}

static bool
read_written(kernel_text text, struct written *written)
{
	size_t at = 0;
	size_t end;

	written->negative = false;
	if (at < text.length && (text.bytes[at] == '-' || text.bytes[at] == '+'))
		written->negative = text.bytes[at++] == '-';
	end = run_end(text, at);
	written->whole = (kernel_text){text.bytes + at, end - at};
	written->fraction = (kernel_text){text.bytes + end, 0};
	at = end;
	if (at < text.length && text.bytes[at] == '.')
	{
		end = run_end(text, ++at);
		written->fraction = (kernel_text){text.bytes + at, end - at};
		at = end;
	}
	return written->whole.length + written->fraction.length > 0 && read_exponent(text, &at, &written->exponent) && at == text.length;
}

/* Digit at a place counted from the first written one; beyond either end are zeros. */
static char
digit_at(const struct written *written, int64_t place)
{
	int64_t whole = (int64_t) written->whole.length;

	if (place < 0 || place >= whole + (int64_t) written->fraction.length)
		return '0';
	return place < whole ? written->whole.bytes[place] : written->fraction.bytes[place - whole];
}

/* One more in the last place; a new digit in front is there for it. */
static void
amount_step(struct amount *amount)
{
	for (size_t i = amount->count; i-- > 0;)
	{
		if (amount->digits[i] != '9')
		{
			amount->digits[i]++;
			return;
		}
		amount->digits[i] = '0';
	}
	memmove(amount->digits + 1, amount->digits, amount->count);
	amount->digits[0] = '1';
	amount->count++;
}

static bool
amount_is_zero(const struct amount *amount)
{
	for (size_t i = 0; i < amount->count; i++)
		if (amount->digits[i] != '0')
			return false;
	return true;
}

/* Takes the digits from the first that counts to the last decimal, and rounds by the one behind it. */
static enum price_fault
amount_take(const struct written *written, size_t decimals, struct amount *amount)
{
	int64_t point = (int64_t) written->whole.length + written->exponent;
	int64_t place = point > 0 ? 0 : point - 1;

	while (place < point - 1 && digit_at(written, place) == '0')
		place++;
	if (point - place > PRICE_DIGITS_MOST)
		return PRICE_TOO_LONG;
	amount->negative = written->negative;
	amount->count = 0;
	amount->decimals = decimals;
	for (; place < point + (int64_t) decimals; place++)
		amount->digits[amount->count++] = digit_at(written, place);
	if (digit_at(written, place) >= '5')
		amount_step(amount);
	if (amount_is_zero(amount))
		amount->negative = false;
	return PRICE_FINE;
}

static const struct price_locale *
find_locale(kernel_text name)
{
	for (size_t i = 0; i < sizeof(locales) / sizeof(locales[0]); i++)
		if (kernel_text_is(name, locales[i].name))
			return &locales[i];
	return NULL;
}

static kernel_text
find_symbol(const struct price_locale *locale, kernel_text currency)
{
	const char *at = locale->symbols;

	while (*at != '\0')
	{
		size_t length = strcspn(at, " ");

		if (memcmp(at, currency.bytes, 3) == 0)
			return (kernel_text){at + 4, length - 4};
		at += length + 1;
	}
	return currency;
}

static void
add(char *text, size_t *length, kernel_text more)
{
	memcpy(text + *length, more.bytes, more.length);
	*length += more.length;
}

static void
add_digits(char *text, size_t *length, const struct amount *amount, const struct price_locale *locale)
{
	size_t whole = amount->count - amount->decimals;

	for (size_t i = 0; i < amount->count; i++)
	{
		if (i == whole)
			add(text, length, kernel_text_of(locale->point));
		else if (i > 0 && i < whole && whole >= locale->group_from && (whole - i) % 3 == 0)
			add(text, length, kernel_text_of(locale->group));
		add(text, length, (kernel_text){amount->digits + i, 1});
	}
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

enum price_fault
price_text(kernel_text amount, kernel_text currency, kernel_text locale_name, char text[PRICE_ROOM], size_t *length)
{
	const struct price_locale *locale = find_locale(locale_name);
	int decimals = currency.length == 3 ? money_exponent(currency.bytes) : -1;
	struct written written;
	struct amount rounded;
	kernel_text symbol;
	enum price_fault fault;

	*length = 0;
	if (decimals < 0)
		return PRICE_NO_CURRENCY;
	if (locale == NULL)
		return PRICE_NO_LOCALE;
	if (!read_written(amount, &written))
		return PRICE_NO_NUMBER;
	fault = amount_take(&written, (size_t) decimals, &rounded);
	if (fault != PRICE_FINE)
		return fault;
	symbol = find_symbol(locale, currency);
	if (rounded.negative)
		add(text, length, KERNEL_TEXT_OF("-"));
	if (!locale->symbol_behind)
	{
		add(text, length, symbol);
		if (is_letter(symbol.bytes[symbol.length - 1]))
			add(text, length, KERNEL_TEXT_OF(NO_BREAK));
	}
	add_digits(text, length, &rounded, locale);
	if (locale->symbol_behind)
	{
		add(text, length, KERNEL_TEXT_OF(NO_BREAK));
		add(text, length, symbol);
	}
	return PRICE_FINE;
}

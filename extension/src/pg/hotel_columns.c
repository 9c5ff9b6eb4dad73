/*
 * hotel_columns.c
 *	  Arithmetic behind the generated columns of hotel_cache.
 *
 * A portal states a price by its own basis; tiers and lead prices compare
 * nights. And a portal lists one hotel twice; `same_as` makes the copies meet.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "pg/amounts.h"
#include "pg/hotel_columns.h"

PG_FUNCTION_INFO_V1(voygen_nightly_amount);
PG_FUNCTION_INFO_V1(voygen_hotel_identity);

/* Currencies whose ISO 4217 exponent is not 2. */
static const char digits0[][4] = {
	"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF",
	"UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"
};
static const char digits3[][4] = {
	"BHD", "CLF", "IQD", "JOD", "KWD", "LYD", "OMR", "TND", "UYW"
};

static bool
listed(const char list[][4], int n, const char *code)
{
	for (int i = 0; i < n; i++)
		if (memcmp(list[i], code, 3) == 0)
			return true;
	return false;
}

int
currency_digits(const char *code, int len)
{
	if (len < 3)
		return 2;
	if (listed(digits0, lengthof(digits0), code))
		return 0;
	return listed(digits3, lengthof(digits3), code) ? 3 : 2;
}

static bool
text_is(const text *value, const char *word)
{
	int			len = VARSIZE_ANY_EXHDR(value);

	return len == strlen(word) && memcmp(VARDATA_ANY(value), word, len) == 0;
}

/* Quotient rounded half away from zero. */
static int64
divide_round(__int128 value, __int128 by)
{
	bool		negative = value < 0;
	__int128	q;

	if (negative)
		value = -value;
	q = (2 * value + by) / (2 * by);
	return (int64) (negative ? -q : q);
}

/*
 * nightly_amount(price, basis, nights, guests, currency): the price of one
 * night for the whole party, or NULL where a needed part is unknown.
 */
Datum
voygen_nightly_amount(PG_FUNCTION_ARGS)
{
	int64		price;
	__int128	value;
	int64		nights = 1;
	int			digits;
	text	   *basis;
	struct varlena *currency;
	static const int64 unit[] = {1000, 100, 10, 1};

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(4))
		PG_RETURN_NULL();
	if (!amount_decode(PG_GETARG_DATUM(0), 3, &price))
		PG_RETURN_NULL();
	basis = PG_GETARG_TEXT_PP(1);
	currency = PG_GETARG_VARLENA_PP(4);
	digits = currency_digits(VARDATA_ANY(currency), VARSIZE_ANY_EXHDR(currency));
	value = price;

	if (!text_is(basis, "per_night"))
	{
		if (PG_ARGISNULL(2) || PG_GETARG_INT32(2) <= 0)
			PG_RETURN_NULL();
		nights = PG_GETARG_INT32(2);
		if (text_is(basis, "per_person"))
		{
			if (PG_ARGISNULL(3))
				PG_RETURN_NULL();
			value *= PG_GETARG_INT32(3);
		}
		else if (!text_is(basis, "per_stay"))
			PG_RETURN_NULL();
	}
	return amount_datum(divide_round(value, (__int128) nights * unit[digits]), digits);
}

/* Writes the letters that tell two names apart; returns how many bytes. */
static int
normalise_name(const char *from, int len, char *to)
{
	int			n = 0;

	for (int i = 0; i < len; i++)
	{
		unsigned char c = (unsigned char) from[i];

		if (c >= 'A' && c <= 'Z')
			to[n++] = (char) (c + ('a' - 'A'));
		else if (c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			to[n++] = (char) c;
	}
	return n;
}

/*
 * hotel_identity(giata_id, name): rows of one trip with the same value are
 * one hotel. Without a GIATA id the name decides, spelled without case, blanks
 * and punctuation; a name of nothing else is never merged (NULL).
 */
Datum
voygen_hotel_identity(PG_FUNCTION_ARGS)
{
	text	   *source;
	text	   *result;
	int			len;
	bool		by_id = !PG_ARGISNULL(0) &&
		VARSIZE_ANY_EXHDR(PG_GETARG_TEXT_PP(0)) > 0;

	if (!by_id && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	source = by_id ? PG_GETARG_TEXT_PP(0) : PG_GETARG_TEXT_PP(1);
	len = VARSIZE_ANY_EXHDR(source);
	result = palloc(VARHDRSZ + 2 + len);
	if (by_id)
		memcpy(VARDATA(result) + 2, VARDATA_ANY(source), len);
	else
		len = normalise_name(VARDATA_ANY(source), len, VARDATA(result) + 2);
	if (len == 0)
		PG_RETURN_NULL();
	memcpy(VARDATA(result), by_id ? "g:" : "n:", 2);
	SET_VARSIZE(result, VARHDRSZ + 2 + len);
	PG_RETURN_TEXT_P(result);
}

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

#include "kernel/identity.h"
#include "kernel/offer.h"
#include "pg/amounts.h"
#include "pg/hotel_columns.h"

PG_FUNCTION_INFO_V1(voygen_nightly_amount);
PG_FUNCTION_INFO_V1(voygen_hotel_identity);

int
currency_digits(const char *code, int len)
{
	int exponent = len < 3 ? -1 : money_exponent(code);

	return exponent < 0 ? 2 : exponent;
}

/*
 * nightly_amount(price, basis, nights, guests, currency): the price of one
 * night for the whole party, or NULL where a needed part is unknown.
 */
Datum
voygen_nightly_amount(PG_FUNCTION_ARGS)
{
	int64 price;
	int64 minor;
	offer_answer answer;
	int exponent;
	text *basis;
	struct varlena *currency;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(4) ||
		!amount_decode(PG_GETARG_DATUM(0), 3, &price))
		PG_RETURN_NULL();
	basis = PG_GETARG_TEXT_PP(1);
	currency = PG_GETARG_VARLENA_PP(4);
	exponent = VARSIZE_ANY_EXHDR(currency) < 3 ? -1 : money_exponent(VARDATA_ANY(currency));
	answer = offer_nightly(price, offer_basis_from_text(VARDATA_ANY(basis), VARSIZE_ANY_EXHDR(basis)),
						   PG_ARGISNULL(2) ? 0 : PG_GETARG_INT32(2),
						   PG_ARGISNULL(3) ? 0 : PG_GETARG_INT32(3), exponent, &minor);
	if (answer == OFFER_OVERFLOW)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the price of a night is too large")));
	if (answer != OFFER_KNOWN)
		PG_RETURN_NULL();
	return amount_datum(minor, exponent);
}

/*
 * hotel_identity(giata_id, name): rows of one trip with the same value are
 * one hotel. Without a GIATA id the name decides, spelled without case, blanks
 * and punctuation; a name of nothing else is never merged (NULL).
 */
Datum
voygen_hotel_identity(PG_FUNCTION_ARGS)
{
	kernel_text giata = {NULL, 0};
	kernel_text name = {NULL, 0};
	text *result;
	size_t len;

	if (!PG_ARGISNULL(0))
		giata = (kernel_text){VARDATA_ANY(PG_GETARG_TEXT_PP(0)), VARSIZE_ANY_EXHDR(PG_GETARG_TEXT_PP(0))};
	if (!PG_ARGISNULL(1))
		name = (kernel_text){VARDATA_ANY(PG_GETARG_TEXT_PP(1)), VARSIZE_ANY_EXHDR(PG_GETARG_TEXT_PP(1))};
	result = palloc(VARHDRSZ + IDENTITY_SIZE(giata.length, name.length));
	len = identity_hotel(giata, name, VARDATA(result));
	if (len == 0)
		PG_RETURN_NULL();
	SET_VARSIZE(result, VARHDRSZ + len);
	PG_RETURN_TEXT_P(result);
}

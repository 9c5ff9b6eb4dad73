/*
 * currency.c
 *	  What SQL asks about a currency.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "kernel/money.h"

PG_FUNCTION_INFO_V1(voygen_currency_exponent);

/* currency_exponent(code text) returns integer: decimals by ISO 4217, NULL for a code that is not on the list. */
Datum
voygen_currency_exponent(PG_FUNCTION_ARGS)
{
	text *code = PG_GETARG_TEXT_PP(0);
	int exponent = VARSIZE_ANY_EXHDR(code) == 3 ? money_exponent(VARDATA_ANY(code)) : -1;

	if (exponent < 0)
		PG_RETURN_NULL();
	PG_RETURN_INT32(exponent);
}

/*
 * hotel_columns.h
 *	  Arithmetic behind the generated columns of hotel_cache.
 */
#ifndef VOYGEN_HOTEL_COLUMNS_H
#define VOYGEN_HOTEL_COLUMNS_H

#include "postgres.h"

/*
 * Decimals of amounts in a currency (three letters, blank-padded or not):
 * 2 when it is unknown.
 */
extern int currency_digits(const char *code, int len);

#endif

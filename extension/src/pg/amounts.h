/*
 * amounts.h
 *	  Exact decimals between PostgreSQL's numeric and plain integers.
 *
 * The tables hold amounts as numeric(14,3); here one is an int64 of
 * thousandths. Reading the stored digits directly costs a few nanoseconds,
 * where the numeric functions would allocate for every step.
 */
#ifndef VOYGEN_AMOUNTS_H
#define VOYGEN_AMOUNTS_H

#include "postgres.h"

/* Bytes of the longest numeric amount_encode writes: header and 6 digits. */
#define AMOUNT_ENCODED_MAX 24

/*
 * The number with `scale` decimals as an integer: 12.5 with scale 3 is 12500.
 * More decimals than that are rounded half away from zero. False when it is
 * not finite or does not fit.
 */
extern bool amount_decode(Datum numeric, int scale, int64 *value);

/* The same with three decimals, faster for what most amounts are: short, not negative, at least one unit. */
extern bool amount_decode_milli(Datum numeric, int64 *value);

/*
 * The same with at least *scale decimals: where the number prints more, *scale
 * is raised to them, up to `most`.
 */
extern bool amount_decode_finer(Datum numeric, int most, int *scale, int64 *value);

/*
 * Writes value / 10^scale as a numeric that prints `scale` decimals, and
 * returns its length. The bytes are those PostgreSQL itself would store.
 */
extern int amount_encode(int64 value, int scale, char *to);

/* The same, as a palloc'd Datum. */
extern Datum amount_datum(int64 value, int scale);

/* Bytes amount_text writes at most. */
#define AMOUNT_TEXT_MAX 48

/*
 * Writes a numeric as PostgreSQL prints it, without a zero byte, and returns
 * the length; 0 when it is not finite or longer than amounts are.
 */
extern int amount_text(Datum numeric, char *to);

/* value / 10^(from - to), rounded half away from zero; to <= from. */
extern int64 amount_rescale(int64 value, int from, int to);

#endif

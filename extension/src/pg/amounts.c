/*
 * amounts.c
 *	  Exact decimals between PostgreSQL's numeric and plain integers.
 *
 * A stored numeric is a 16-bit header (short form) or two of them (long form)
 * and base-10000 digits, most significant first; `weight` is the power of
 * 10000 of the first digit. The form is part of the on-disk format, which
 * pg_upgrade keeps; numeric.c has its definition but exports no macros.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/numeric.h"

#include "pg/amounts.h"

#define NUM_SIGN_MASK 0xC000
#define NUM_NEGATIVE 0x4000
#define NUM_SHORT 0x8000
#define NUM_SPECIAL 0xC000
#define NUM_SHORT_NEGATIVE 0x2000
#define NUM_SHORT_SCALE_MASK 0x1F80
#define NUM_SHORT_SCALE_SHIFT 7
#define NUM_LONG_SCALE_MASK 0x3FFF
#define NUM_SHORT_WEIGHT_SIGN 0x0040
#define NUM_SHORT_WEIGHT_MASK 0x003F
#define NUM_BASE 10000
#define NUM_DIGIT_DECIMALS 4

static const int64 power10[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};

/* Two bytes at any address: values inside tuples are not aligned. */
static inline uint16
load16(const char *at)
{
	uint16 v;

	memcpy(&v, at, sizeof(v));
	return v;
}

/* A numeric taken apart; the digits may lie at any address. */
typedef struct number
{
	const char *digits;
	int ndigits;
	int weight;
	int scale; /* decimals it prints */
	bool negative;
	bool finite;
} number;

/* Amounts are never large enough to be compressed or moved out, but a caller may
 * pass any numeric. */
static pg_noinline struct varlena *
unpack(struct varlena *numeric)
{
	return pg_detoast_datum_packed(numeric);
}

static inline number
take_apart(Datum numeric)
{
	struct varlena *packed = (struct varlena *) DatumGetPointer(numeric);
	const char *data;
	int len;
	uint16 head;

	if (unlikely(VARATT_IS_EXTERNAL(packed) || VARATT_IS_COMPRESSED(packed)))
		packed = unpack(packed);
	data = VARDATA_ANY(packed);
	len = VARSIZE_ANY_EXHDR(packed);
	head = load16(data);

	if ((head & NUM_SIGN_MASK) == NUM_SHORT)
	{
		int weight = head & NUM_SHORT_WEIGHT_MASK;

		if (head & NUM_SHORT_WEIGHT_SIGN)
			weight |= ~NUM_SHORT_WEIGHT_MASK;
		return (number){data + 2, (len - 2) / 2, weight, (head & NUM_SHORT_SCALE_MASK) >> NUM_SHORT_SCALE_SHIFT,
						(head & NUM_SHORT_NEGATIVE) != 0, true};
	}
	if ((head & NUM_SIGN_MASK) == NUM_SPECIAL)
		return (number){.finite = false};
	return (number){data + 4, (len - 4) / 2, (int16) load16(data + 2), head & NUM_LONG_SCALE_MASK,
					(head & NUM_SIGN_MASK) == NUM_NEGATIVE, true};
}

/* value / 10^decimals for 1 to 4 decimals, half up; by constants, which costs a multiplication each. */
static inline int64
drop_decimals(int64 value, int decimals)
{
	switch (decimals)
	{
		case 1:
			return (value + 5) / 10;
		case 2:
			return (value + 50) / 100;
		case 3:
			return (value + 500) / 1000;
		default:
			return (value + 5000) / 10000;
	}
}

/* The digits from the first down to `low`, as many units of 10000^low. False when they do not fit with room for rounding. */
static bool
sum_large(const number *n, int low, int64 *total)
{
	*total = 0;
	for (int w = n->weight, i = 0; w >= low; w--, i++)
	{
		int64 digit = i < n->ndigits ? load16(n->digits + 2 * i) : 0;

		if (__builtin_mul_overflow(*total, NUM_BASE, total) ||
			__builtin_add_overflow(*total, digit, total))
			return false;
	}
	return *total <= PG_INT64_MAX - NUM_BASE / 2;
}

/* The number with `scale` decimals, half away from zero. */
static inline bool
sum_digits(const number *n, int scale, int64 *value)
{
	/* Whole digits needed below the point so that one more than `scale`
	 * decimals is exact; what lies below cannot change a rounding half up. */
	int low = -((scale + 1 + NUM_DIGIT_DECIMALS - 1) / NUM_DIGIT_DECIMALS);
	int wanted = n->weight - low + 1;
	int64 total = 0;

	if (!n->finite)
		return false;
	if (wanted <= 4)
	{
		/* at most sixteen decimal digits: nothing to overflow */
		for (int i = 0; i < wanted; i++)
			total = total * NUM_BASE + (i < n->ndigits ? load16(n->digits + 2 * i) : 0);
	}
	else if (!sum_large(n, low, &total))
		return false;
	total = drop_decimals(total, -low * NUM_DIGIT_DECIMALS - scale);
	*value = n->negative ? -total : total;
	return true;
}

bool
amount_decode(Datum numeric, int scale, int64 *value)
{
	number n = take_apart(numeric);

	return sum_digits(&n, scale, value);
}

bool
amount_decode_milli(Datum numeric, int64 *value)
{
	const char *packed = DatumGetPointer(numeric);

	if (VARATT_IS_SHORT(packed) && !VARATT_IS_EXTERNAL(packed))
	{
		const char *data = VARDATA_SHORT(packed);
		int ndigits = (VARSIZE_SHORT(packed) - VARHDRSZ_SHORT - 2) / 2;
		uint16 head = load16(data);
		int weight = head & NUM_SHORT_WEIGHT_MASK;

		if ((head & (NUM_SIGN_MASK | NUM_SHORT_NEGATIVE | NUM_SHORT_WEIGHT_SIGN)) == NUM_SHORT && weight <= 2)
		{
			int64 total = 0;

			/* up to the one group of four decimals below the point */
			for (int i = 0; i < weight + 2; i++)
				total = total * NUM_BASE + (i < ndigits ? load16(data + 2 + 2 * i) : 0);
			*value = drop_decimals(total, 1);
			return true;
		}
	}
	return amount_decode(numeric, 3, value);
}

bool
amount_decode_finer(Datum numeric, int most, int *scale, int64 *value)
{
	number n = take_apart(numeric);
	int own = Min(n.scale, most);

	if (own > *scale)
		*scale = own;
	return sum_digits(&n, *scale, value);
}

int
amount_encode(int64 value, int scale, char *to)
{
	uint64 rest = value < 0 ? -(uint64) value : (uint64) value;
	uint16 digits[8];
	int n = 0;
	int fraction = (scale + NUM_DIGIT_DECIMALS - 1) / NUM_DIGIT_DECIMALS;
	int weight;
	int first;
	int last;
	uint16 head;
	int len;
	unsigned __int128 wide = (unsigned __int128) rest *
							 power10[fraction * NUM_DIGIT_DECIMALS - scale];

	Assert(scale >= 0 && scale <= 8);
	/* Least significant first; `fraction` of them lie below the point. */
	while (wide != 0)
	{
		digits[n++] = (uint16) (wide % NUM_BASE);
		wide /= NUM_BASE;
	}
	first = n;
	last = 0;
	while (last < first && digits[last] == 0)
		last++;
	weight = first == last ? 0 : first - 1 - fraction;

	head = NUM_SHORT | (uint16) (scale << NUM_SHORT_SCALE_SHIFT) |
		   (weight < 0 ? NUM_SHORT_WEIGHT_SIGN : 0) | (weight & NUM_SHORT_WEIGHT_MASK);
	if (value < 0)
		head |= NUM_SHORT_NEGATIVE;
	len = VARHDRSZ + 2 + 2 * (first - last);
	SET_VARSIZE(to, len);
	memcpy(to + VARHDRSZ, &head, 2);
	for (int i = first - 1, at = VARHDRSZ + 2; i >= last; i--, at += 2)
		memcpy(to + at, &digits[i], 2);
	return len;
}

Datum
amount_datum(int64 value, int scale)
{
	char *to = palloc(AMOUNT_ENCODED_MAX);

	amount_encode(value, scale, to);
	return PointerGetDatum(to);
}

/* The digit with this power of 10000. */
static inline int
digit_at(const number *n, int weight)
{
	int i = n->weight - weight;

	return i >= 0 && i < n->ndigits ? load16(n->digits + 2 * i) : 0;
}

static inline char *
print_digit(char *to, int digit)
{
	to[0] = '0' + digit / 1000;
	to[1] = '0' + digit / 100 % 10;
	to[2] = '0' + digit / 10 % 10;
	to[3] = '0' + digit % 10;
	return to + NUM_DIGIT_DECIMALS;
}

int
amount_text(Datum numeric, char *to)
{
	number n = take_apart(numeric);
	char *at = to;
	char *whole;
	char *point;

	if (!n.finite || n.weight > 4 || n.scale > 16)
		return 0;
	if (n.negative)
		*at++ = '-';
	whole = at;
	for (int weight = Max(n.weight, 0); weight >= 0; weight--)
		at = print_digit(at, digit_at(&n, weight));
	point = at;
	while (whole < point - 1 && *whole == '0')
		whole++;
	if (n.scale > 0)
	{
		*at++ = '.';
		for (int weight = -1; at - point <= n.scale; weight--)
			at = print_digit(at, digit_at(&n, weight));
		at = point + 1 + n.scale;
	}
	/* Zeros in front are not printed. */
	memmove(to + n.negative, whole, at - whole);
	return (int) (at - whole) + n.negative;
}

int64
amount_rescale(int64 value, int from, int to)
{
	int64 unit = power10[from - to];

	if (value < 0)
		return -((-value + unit / 2) / unit);
	return (value + unit / 2) / unit;
}

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

/* Adds the digits from `weight` down to the scale wanted, plus one guard digit. */
static bool
sum_digits(const char *digits, int ndigits, int weight, int scale, int64 *value)
{
	/* Whole digits needed below the point so that one more than `scale`
	 * decimals is exact; what lies below cannot change a rounding half up. */
	int low = -((scale + 1 + NUM_DIGIT_DECIMALS - 1) / NUM_DIGIT_DECIMALS);
	int drop = -low * NUM_DIGIT_DECIMALS - scale;
	int64 total = 0;

	/* Four digits of 10000 and less cannot overflow: nearly every amount there is. */
	if (weight - low < 4)
	{
		for (int w = weight, i = 0; w >= low; w--, i++)
			total = total * NUM_BASE + (i < ndigits ? load16(digits + 2 * i) : 0);
		*value = drop == 1 ? (total + 5) / 10 : (total + power10[drop] / 2) / power10[drop];
		return true;
	}
	for (int w = weight, i = 0; w >= low; w--, i++)
	{
		int64 digit = i < ndigits ? load16(digits + 2 * i) : 0;

		if (__builtin_mul_overflow(total, NUM_BASE, &total) ||
			__builtin_add_overflow(total, digit, &total))
			return false;
	}
	*value = (total + power10[drop] / 2) / power10[drop];
	return true;
}

bool
amount_decode(Datum numeric, int scale, int64 *value)
{
	struct varlena *attr = (struct varlena *) DatumGetPointer(numeric);
	struct varlena *packed = attr;
	const char *data;
	int len;
	uint16 head;
	int weight;
	bool negative;
	bool ok;

	/* Amounts are never large enough to be compressed, but a caller may pass
	 * any numeric. */
	if (VARATT_IS_EXTENDED(attr) && !VARATT_IS_SHORT(attr))
		packed = pg_detoast_datum_packed(attr);
	data = VARDATA_ANY(packed);
	len = VARSIZE_ANY_EXHDR(packed);
	head = load16(data);

	if ((head & NUM_SIGN_MASK) == NUM_SPECIAL)
		return false;
	if ((head & NUM_SIGN_MASK) == NUM_SHORT)
	{
		negative = (head & NUM_SHORT_NEGATIVE) != 0;
		weight = head & NUM_SHORT_WEIGHT_MASK;
		if (head & NUM_SHORT_WEIGHT_SIGN)
			weight |= ~NUM_SHORT_WEIGHT_MASK;
		data += 2;
		len -= 2;
	}
	else
	{
		negative = (head & NUM_SIGN_MASK) == NUM_NEGATIVE;
		weight = (int16) load16(data + 2);
		data += 4;
		len -= 4;
	}
	ok = sum_digits(data, len / 2, weight, scale, value);
	if (ok && negative)
		*value = -*value;
	return ok;
}

int
amount_scale(Datum numeric)
{
	struct varlena *packed = pg_detoast_datum_packed((struct varlena *) DatumGetPointer(numeric));
	uint16 head = load16(VARDATA_ANY(packed));

	if ((head & NUM_SIGN_MASK) == NUM_SHORT)
		return (head & NUM_SHORT_SCALE_MASK) >> NUM_SHORT_SCALE_SHIFT;
	return (head & NUM_SIGN_MASK) == NUM_SPECIAL ? 0 : head & NUM_LONG_SCALE_MASK;
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

int64
amount_rescale(int64 value, int from, int to)
{
	int64 unit = power10[from - to];

	if (value < 0)
		return -((-value + unit / 2) / unit);
	return (value + unit / 2) / unit;
}

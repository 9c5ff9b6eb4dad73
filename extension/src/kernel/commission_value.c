/* commission_value.c: what one rate gives on one offer, by kind, as an exact fraction of minor units. */
#include "commission_quoting.h"

exact
quoting_from_milli(const quoting *q, int64_t milli)
{
	int exponent = q->offer->exponent;

	if (exponent <= 3)
		return (exact){milli, money_scale(3 - exponent)};
	return (exact){(kernel_int128) milli * money_scale(exponent - 3), 1};
}

static int64_t
rooms_of(const commission_offer *offer)
{
	return offer->rooms > 0 ? offer->rooms : 1;
}

/* ---- tiers -------------------------------------------------------------------------------------------------------------------- */

/*
 * A stretch of volume on the scale of the thresholds. Thresholds are thousandths; a currency with four decimals needs a
 * finer scale, so everything is multiplied by `fine` (1 or 10).
 */
typedef struct stretch
{
	kernel_int128 begin;
	kernel_int128 length;
	int64_t fine;
} stretch;

static kernel_int128
volume_of(const quoting *q, const book_rate *rate)
{
	const commission_volume *volume = q->offer->volume;
	int window = rate->window - 1;

	if (volume == NULL)
		return 0;
	if (rate->measure == COMMISSION_AMOUNT)
		return volume->amount_milli[window];
	return (kernel_int128) 1000 * (rate->measure == COMMISSION_ROOM_NIGHTS ? volume->room_nights[window]
																		   : volume->bookings[window]);
}

/* The stretch that this booking occupies; length 0 when its size is not known. */
static stretch
stretch_of(const quoting *q, const book_rate *rate)
{
	const commission_offer *offer = q->offer;
	stretch at = {volume_of(q, rate), 1000, 1};

	if (rate->measure == COMMISSION_ROOM_NIGHTS)
		at.length = (kernel_int128) 1000 * offer->nights * rooms_of(offer);
	if (rate->measure != COMMISSION_AMOUNT)
		return at;
	at.fine = offer->exponent > 3 ? money_scale(offer->exponent - 3) : 1;
	at.begin *= at.fine;
	at.length = (kernel_int128) q->quote->base * (offer->exponent > 3 ? 1 : money_scale(3 - offer->exponent));
	return at;
}

/* Sum over the scale of (part of the stretch inside the step) x ppm. */
static kernel_status
weigh(const book_rate *rate, const stretch *at, kernel_int128 *weight)
{
	kernel_int128 end = at->begin + at->length;

	*weight = 0;
	for (size_t i = 0; i < rate->n_tiers; i++)
	{
		kernel_int128 low = (kernel_int128) rate->tiers[i].from_milli * at->fine;
		kernel_int128 high = i + 1 < rate->n_tiers ? (kernel_int128) rate->tiers[i + 1].from_milli * at->fine : end;
		kernel_int128 part;

		low = low > at->begin ? low : at->begin;
		high = high < end ? high : end;
		if (high <= low)
			continue;
		if (__builtin_mul_overflow(high - low, (kernel_int128) rate->tiers[i].ppm, &part) ||
			__builtin_add_overflow(*weight, part, weight))
			return KERNEL_OVERFLOW;
	}
	return KERNEL_OK;
}

/* base x weight / (length x 1,000,000) */
static kernel_status
marginal_value(const quoting *q, const book_rate *rate, exact *value, commission_why *why)
{
	stretch at = stretch_of(q, rate);
	kernel_int128 weight;
	exact share;

	*value = exact_of(0);
	if (at.length <= 0)
	{
		if (q->quote->base != 0)
			*why = COMMISSION_WHY_NIGHTS_UNKNOWN;
		return KERNEL_OK;
	}
	if (weigh(rate, &at, &weight) != KERNEL_OK)
		return KERNEL_OVERFLOW;
	share = (exact){weight, at.length};
	if (!exact_scale(&share, q->quote->base, MONEY_PPM))
		return KERNEL_OVERFLOW;
	*value = share;
	return KERNEL_OK;
}

/* Percentage of the last step the volume has reached; 0 below the first. */
static int64_t
whole_ppm(const quoting *q, const book_rate *rate)
{
	kernel_int128 volume = volume_of(q, rate);
	int64_t ppm = 0;

	for (size_t i = 0; i < rate->n_tiers && rate->tiers[i].from_milli <= volume; i++)
		ppm = rate->tiers[i].ppm;
	return ppm;
}

/* ---- kinds ------------------------------------------------------------------------------------------------------------------------ */

static kernel_status
percent_value(const quoting *q, int64_t ppm, exact *value)
{
	*value = (exact){(kernel_int128) q->quote->base * ppm, MONEY_PPM};
	return KERNEL_OK;
}

static kernel_status
fixed_value(const quoting *q, int64_t milli, int64_t nights, int64_t rooms, exact *value)
{
	*value = quoting_from_milli(q, milli);
	return exact_scale(value, nights * rooms, 1) ? KERNEL_OK : KERNEL_OVERFLOW;
}

static bool
needs_nights(const book_rate *rate)
{
	return rate->kind == COMMISSION_FIXED_PER_NIGHT || rate->kind == COMMISSION_FIXED_PER_ROOM_NIGHT;
}

static bool
needs_base(const book_rate *rate)
{
	return rate->kind == COMMISSION_PERCENT || rate->kind == COMMISSION_NET_MARKUP ||
		   rate->kind == COMMISSION_TIER_PERCENT || rate->kind == COMMISSION_OVERRIDE_PERCENT;
}

kernel_status
quoting_rate_value(const quoting *q, const book_rate *rate, exact *value, commission_why *why, int64_t *ppm)
{
	const commission_offer *offer = q->offer;

	*why = COMMISSION_WHY_NONE;
	*ppm = -1;
	*value = exact_of(0);
	if (needs_base(rate) && !q->quote->has_base)
		*why = COMMISSION_WHY_BASE_UNKNOWN;
	else if (needs_nights(rate) && offer->nights <= 0)
		*why = COMMISSION_WHY_NIGHTS_UNKNOWN;
	if (*why != COMMISSION_WHY_NONE)
		return KERNEL_OK;

	switch ((commission_kind) rate->kind)
	{
		case COMMISSION_TIER_PERCENT:
			if (rate->mode == COMMISSION_MARGINAL)
				return marginal_value(q, rate, value, why);
			*ppm = whole_ppm(q, rate);
			return percent_value(q, *ppm, value);
		case COMMISSION_FIXED_PER_STAY:
		case COMMISSION_BONUS_FIXED:
			return fixed_value(q, rate->fixed_milli, 1, 1, value);
		case COMMISSION_FIXED_PER_NIGHT:
			return fixed_value(q, rate->fixed_milli, offer->nights, 1, value);
		case COMMISSION_FIXED_PER_ROOM_NIGHT:
			return fixed_value(q, rate->fixed_milli, offer->nights, rooms_of(offer), value);
		case COMMISSION_PERCENT:
		case COMMISSION_NET_MARKUP:
		case COMMISSION_OVERRIDE_PERCENT:
		case COMMISSION_KIND_UNKNOWN: /* compile refuses it */
			break;
	}
	*ppm = rate->ppm;
	return percent_value(q, rate->ppm, value);
}

kernel_status
quoting_first_nights(const quoting *q, const book_rate *rate, exact *value, commission_why *why)
{
	int32_t nights = q->offer->nights;

	*why = COMMISSION_WHY_NONE;
	if (rate->first_nights == 0 || rate->kind == COMMISSION_FIXED_PER_STAY || rate->kind == COMMISSION_BONUS_FIXED)
		return KERNEL_OK;
	if (nights <= 0)
	{
		*why = COMMISSION_WHY_NIGHTS_UNKNOWN;
		return KERNEL_OK;
	}
	if (nights <= rate->first_nights)
		return KERNEL_OK;
	return exact_scale(value, rate->first_nights, nights) ? KERNEL_OK : KERNEL_OVERFLOW;
}

/*
 * facts_prices.c
 *	  Tiers and lead prices of the legs, the money of the trip, and the order of
 *	  its hotels.
 *
 * Rows of a leg that are one hotel (same_as) count once, at the cheapest
 * nightly amount; all of them carry its tier. Sorting the leg's rows by
 * identity, price and id puts that cheapest row first in its run.
 */
#include "postgres.h"

#include "pg/facts.h"
#include "pg/kernels.h"

static int
compare_texts(kernel_text a, kernel_text b)
{
	int order = memcmp(a.bytes, b.bytes, Min(a.length, b.length));

	return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

static int
compare_ids(const FactsHotel *x, const FactsHotel *y)
{
	return x->id < y->id ? -1 : x->id > y->id;
}

/* Unknown last. */
static int
compare_amounts(int64 a, int64 b)
{
	if (a == b)
		return 0;
	if (a == FACTS_UNKNOWN || b == FACTS_UNKNOWN)
		return a == FACTS_UNKNOWN ? 1 : -1;
	return a < b ? -1 : 1;
}

/* By leg, identity (those without one last, each alone), price, id. */
static int
compare_for_tiers(const void *a, const void *b)
{
	const FactsHotel *x = *(FactsHotel *const *) a;
	const FactsHotel *y = *(FactsHotel *const *) b;

	if (x->leg != y->leg)
		return x->leg < y->leg ? -1 : 1;
	if ((x->same_as.bytes == NULL) != (y->same_as.bytes == NULL))
		return x->same_as.bytes == NULL ? 1 : -1;
	if (x->same_as.bytes != NULL)
	{
		int order = compare_texts(x->same_as, y->same_as);

		if (order != 0)
			return order;
		order = compare_amounts(x->nightly_milli, y->nightly_milli);
		if (order != 0)
			return order;
	}
	return compare_ids(x, y);
}

/* As the document lists them: by leg, nightly amount, key, id. */
static int
compare_for_listing(const void *a, const void *b)
{
	const FactsHotel *x = *(FactsHotel *const *) a;
	const FactsHotel *y = *(FactsHotel *const *) b;
	int order;

	if (x->leg != y->leg)
	{
		if (x->leg == NULL || y->leg == NULL)
			return x->leg == NULL ? 1 : -1;
		if (x->leg->seq != y->leg->seq)
			return x->leg->seq < y->leg->seq ? -1 : 1;
	}
	order = compare_amounts(x->nightly_milli, y->nightly_milli);
	if (order == 0)
		order = compare_texts(x->key, y->key);
	return order != 0 ? order : compare_ids(x, y);
}

/* Insertion for the dozen rows trips have, qsort beyond. */
static void
sort_hotels(FactsHotel **hotels, int n, int (*compare)(const void *, const void *))
{
	if (n > 24)
	{
		qsort(hotels, n, sizeof(FactsHotel *), compare);
		return;
	}
	for (int i = 1; i < n; i++)
	{
		FactsHotel *hotel = hotels[i];
		int j = i;

		for (; j > 0 && compare(&hotels[j - 1], &hotel) > 0; j--)
			hotels[j] = hotels[j - 1];
		hotels[j] = hotel;
	}
}

static bool
is_one_hotel(const FactsHotel *a, const FactsHotel *b)
{
	return a->same_as.bytes != NULL && b->same_as.bytes != NULL &&
		   compare_texts(a->same_as, b->same_as) == 0;
}

/* Thirds by rank: the lowest price above the low tier, the lowest of the high. */
static void
rank_cuts(FactsLeg *leg, const int64 *prices, int n)
{
	leg->low_below = leg->high_from = FACTS_UNKNOWN;
	for (int i = 0; i < n; i++)
	{
		tiers_tier tier = tiers_classify(&leg->cuts, prices[i]);

		if (tier != TIERS_LOW && (leg->low_below == FACTS_UNKNOWN || prices[i] < leg->low_below))
			leg->low_below = prices[i];
		if (tier == TIERS_HIGH && (leg->high_from == FACTS_UNKNOWN || prices[i] < leg->high_from))
			leg->high_from = prices[i];
	}
}

/* Tiers of one leg; hotels are its rows in compare_for_tiers order. */
static void
tier_leg(Facts *facts, FactsLeg *leg, FactsHotel **hotels, int n, int64 *prices)
{
	int digits = facts->trip.currency.digits;
	int distinct = 0;
	kernel_alloc alloc = kernels_memory(CurrentMemoryContext);
	kernel_error error = {0};
	kernel_status status;

	for (int i = 0; i < n; i++)
		if (i == 0 || !is_one_hotel(hotels[i - 1], hotels[i]))
			prices[distinct++] = facts_minor(hotels[i]->nightly_milli, digits);
	status = tiers_segment(prices, distinct, &facts->book->tiers, &alloc, &leg->cuts, &error);
	if (status != KERNEL_OK)
		rates_raise(status, &error);
	rank_cuts(leg, prices, distinct);
	for (int i = 0; i < n; i++)
	{
		if (i > 0 && is_one_hotel(hotels[i - 1], hotels[i]))
		{
			hotels[i]->tier = hotels[i - 1]->tier;
			continue;
		}
		hotels[i]->tier = tiers_classify(&leg->cuts, facts_minor(hotels[i]->nightly_milli, digits));
		leg->counts[hotels[i]->tier]++;
		if (leg->lead_price == FACTS_UNKNOWN ||
			facts_minor(hotels[i]->nightly_milli, digits) < leg->lead_price)
			leg->lead_price = facts_minor(hotels[i]->nightly_milli, digits);
	}
}

static void
tier_legs(Facts *facts)
{
	FactsTrip *trip = &facts->trip;
	FactsHotel **priced = palloc(sizeof(FactsHotel *) * (trip->nhotels + 1));
	int64 *prices = palloc(sizeof(int64) * (trip->nhotels + 1));
	int n = 0;

	for (int i = 0; i < trip->nhotels; i++)
	{
		FactsHotel *hotel = &trip->hotels[i];

		if (hotel->offered && hotel->leg && hotel->nightly_milli != FACTS_UNKNOWN &&
			facts_same_currency(&hotel->currency, &trip->currency))
			priced[n++] = hotel;
	}
	sort_hotels(priced, n, compare_for_tiers);
	for (int i = 0; i < trip->nlegs; i++)
		trip->legs[i].cuts.method = TIERS_FEW;
	for (int from = 0, to; from < n; from = to)
	{
		for (to = from + 1; to < n && priced[to]->leg == priced[from]->leg; to++)
			;
		tier_leg(facts, priced[from]->leg, &priced[from], to - from, prices);
	}
}

/* ---- money by currency ---- */

/* The entry of a currency, made when it is not there; entry 0 is the trip's. */
FactsMoney *
facts_money(FactsTrip *trip, const FactsCurrency *currency)
{
	FactsMoney *money;

	for (int i = 0; i < trip->nmoney; i++)
		if (memcmp(trip->money[i].currency.code, currency->code, 4) == 0)
			return &trip->money[i];
	if (trip->nmoney == trip->money_room)
	{
		trip->money_room = trip->money_room ? trip->money_room * 2 : 8;
		trip->money = trip->money ? repalloc(trip->money, sizeof(FactsMoney) * trip->money_room)
								  : palloc(sizeof(FactsMoney) * trip->money_room);
	}
	money = &trip->money[trip->nmoney++];
	money->currency = *currency;
	money->lead_milli = money->commission = money->booked_milli =
		money->booked_commission_milli = FACTS_UNKNOWN;
	return money;
}

static void
add(int64 *sum, int64 amount)
{
	if (amount == FACTS_UNKNOWN)
		return;
	if (*sum == FACTS_UNKNOWN)
		*sum = amount;
	else if (__builtin_add_overflow(*sum, amount, sum))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the amounts of a trip add up to more than can be stored")));
}

/* Highest commission, then lowest total (unknown last), key, id. */
static bool
is_better(const FactsHotel *a, const FactsHotel *b)
{
	int order;

	if (a->commission != b->commission)
		return a->commission > b->commission;
	order = compare_amounts(a->total_milli, b->total_milli);
	if (order == 0)
		order = compare_texts(a->key, b->key);
	return order != 0 ? order < 0 : a->id < b->id;
}

/* By leg and currency, so that the best of each come together. */
static int
compare_for_best(const void *a, const void *b)
{
	const FactsHotel *x = *(FactsHotel *const *) a;
	const FactsHotel *y = *(FactsHotel *const *) b;
	int order;

	if (x->leg != y->leg)
		return x->leg < y->leg ? -1 : 1;
	order = memcmp(x->currency.code, y->currency.code, 4);
	if (order != 0)
		return order;
	return is_better(x, y) ? -1 : 1;
}

/* The best commission of each leg in each currency goes into that currency's sum. */
static void
best_of_legs(FactsTrip *trip)
{
	FactsHotel **earning = palloc(sizeof(FactsHotel *) * (trip->nhotels + 1));
	int n = 0;

	for (int i = 0; i < trip->nhotels; i++)
		if (trip->hotels[i].leg && trip->hotels[i].commission != FACTS_UNKNOWN)
			earning[n++] = &trip->hotels[i];
	sort_hotels(earning, n, compare_for_best);
	for (int i = 0; i < n; i++)
	{
		FactsHotel *hotel = earning[i];

		if (i > 0 && earning[i - 1]->leg == hotel->leg &&
			memcmp(earning[i - 1]->currency.code, hotel->currency.code, 4) == 0)
			continue;
		if (facts_same_currency(&hotel->currency, &trip->currency))
			hotel->leg->best = hotel;
		add(&facts_money(trip, &hotel->currency)->commission, hotel->commission);
	}
}

static void
sum_money(FactsTrip *trip)
{
	FactsItems *bookings = &trip->items[ITEM_BOOKING];

	trip->nmoney = trip->money_room = 0;
	trip->money = NULL;
	facts_money(trip, &trip->currency);
	for (int i = 0; i < trip->nhotels; i++)
	{
		FactsHotel *hotel = &trip->hotels[i];
		FactsMoney *money;

		if (!hotel->offered || hotel->currency.code[0] == '\0')
			continue;
		money = facts_money(trip, &hotel->currency);
		if (compare_amounts(hotel->nightly_milli, money->lead_milli) < 0)
			money->lead_milli = hotel->nightly_milli;
	}
	best_of_legs(trip);
	for (int i = 0; i < bookings->n; i++)
	{
		FactsItem *booking = &bookings->rows[i];
		FactsMoney *money;

		if (booking->currency.code[0] == '\0' ||
			(booking->status.length == 9 && memcmp(booking->status.bytes, "cancelled", 9) == 0))
			continue;
		money = facts_money(trip, &booking->currency);
		add(&money->booked_milli, booking->price_milli);
		add(&money->booked_commission_milli, booking->commission_milli);
	}
}

static int
compare_money(const void *a, const void *b)
{
	return memcmp(((const FactsMoney *) a)->currency.code, ((const FactsMoney *) b)->currency.code, 4);
}

void
facts_price(Facts *facts)
{
	FactsTrip *trip = &facts->trip;

	tier_legs(facts);
	sum_money(trip);
	if (trip->nmoney > 2)
		qsort(trip->money + 1, trip->nmoney - 1, sizeof(FactsMoney), compare_money);
	trip->hotel_order = palloc(sizeof(FactsHotel *) * (trip->nhotels + 1));
	for (int i = 0; i < trip->nhotels; i++)
		trip->hotel_order[i] = &trip->hotels[i];
	sort_hotels(trip->hotel_order, trip->nhotels, compare_for_listing);
}

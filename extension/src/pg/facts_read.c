/*
 * facts_read.c
 *	  Reads the rows of one trip from the streams.
 *
 * Each table is read once, forward. Texts are copied into the trip's context,
 * as a row's bytes go with the next row; arrays are kept from trip to trip.
 * Rooms follow their hotels in key order, so a hotel row is quoted while its
 * rooms pass by and no room is kept.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

#include "pg/amounts.h"
#include "pg/facts.h"
#include "pg/hotel_columns.h"

const char *const facts_state_words[STATE_COUNT] = {
	"available", "sold_out", "not_checked", "extract_failed"};

#define CHECK_HOLDS (24 * USECS_PER_HOUR)
/* The largest amount of numeric(14,3), in thousandths. A row that is built by hand may hold more; times the nights of a stay
 * it would not fit. */
#define MOST_MILLI INT64CONST(99999999999999)

/* ---- columns ---- */

/* A text of the current row, copied for the trip. */
kernel_text
facts_text(const Stream *row, int column)
{
	struct varlena *value;
	char *copy;
	size_t len;

	if (stream_null(row, column))
		return (kernel_text){NULL, 0};
	value = pg_detoast_datum_packed((struct varlena *) DatumGetPointer(stream_value(row, column)));
	len = VARSIZE_ANY_EXHDR(value);
	copy = palloc(len + 1);
	memcpy(copy, VARDATA_ANY(value), len);
	copy[len] = '\0';
	return (kernel_text){copy, len};
}

/* A small number kept as the numeric it is. */
static const struct varlena *
numeric_column(const Stream *row, int column)
{
	if (stream_null(row, column))
		return NULL;
	return pg_detoast_datum_copy((struct varlena *) DatumGetPointer(stream_value(row, column)));
}

static void refuse_amount(const Stream *row, int column, const char *why) pg_attribute_noreturn();

static void
refuse_amount(const Stream *row, int column, const char *why)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("column \"%s\" of voygen.%s holds an amount that is %s",
					table_specs[row->id].columns[column], table_specs[row->id].name, why)));
}

int64
facts_milli(const Stream *row, int column)
{
	int64 value;

	if (stream_null(row, column))
		return FACTS_UNKNOWN;
	if (!amount_decode_milli(stream_value(row, column), &value))
		refuse_amount(row, column, "not a number");
	if (value > MOST_MILLI || value < -MOST_MILLI)
		refuse_amount(row, column, "too large");
	return value;
}

FactsCurrency
facts_currency(const Stream *row, int column)
{
	FactsCurrency currency = {{0}, 2};

	if (!stream_null(row, column))
	{
		struct varlena *value = pg_detoast_datum_packed((struct varlena *)
															DatumGetPointer(stream_value(row, column)));
		int len = Min(VARSIZE_ANY_EXHDR(value), 3);

		memcpy(currency.code, VARDATA_ANY(value), len);
		currency.digits = currency_digits(currency.code, len);
	}
	return currency;
}

static int32
day_column(const Stream *row, int column)
{
	return stream_null(row, column) ? KERNEL_DAY_UNKNOWN
									: DatumGetDateADT(stream_value(row, column));
}

static int64
instant_column(const Stream *row, int column)
{
	return stream_null(row, column) ? FACTS_UNKNOWN
									: DatumGetTimestampTz(stream_value(row, column));
}

static int64
id_column(const Stream *row, int column)
{
	return stream_null(row, column) ? FACTS_UNKNOWN : DatumGetInt64(stream_value(row, column));
}

int64
facts_minor(int64 milli, int digits)
{
	/* Two digits are nearly all there is; a division by a constant is none. */
	if (digits == 2)
		return milli < 0 ? -((-milli + 5) / 10) : (milli + 5) / 10;
	return digits > 3 ? milli * 10 : amount_rescale(milli, 3, digits);
}

/* Room for one more element of an array kept over the run. */
static void *
grow(MemoryContext context, void *array, int n, int *room, Size size)
{
	if (n < *room)
		return array;
	*room = *room ? *room * 2 : 16;
	if (array == NULL)
		return MemoryContextAllocExtended(context, *room * size, MCXT_ALLOC_HUGE);
	return repalloc_huge(array, *room * size);
}

/* ---- the trip and its client ---- */

static void
read_client(Facts *facts, FactsTrip *trip)
{
	Stream *row = &facts->clients;

	trip->has_client = trip->client_id != FACTS_UNKNOWN &&
					   stream_find(row, trip->client_id);
	if (!trip->has_client)
	{
		trip->client_tier = (kernel_text){NULL, 0};
		return;
	}
	trip->client_slug = facts_text(row, CLIENT_SLUG);
	trip->client_name = facts_text(row, CLIENT_NAME);
	trip->client_tier = facts_text(row, CLIENT_TIER);
}

void
facts_read_trip_terms(const Stream *row, FactsTrip *trip)
{
	int64 advisor = id_column(row, TRIP_ADVISOR);

	trip->id = DatumGetInt64(stream_value(row, TRIP_ID));
	trip->destination = facts_text(row, TRIP_DESTINATION);
	trip->client_id = id_column(row, TRIP_CLIENT);
	trip->start = day_column(row, TRIP_START);
	trip->currency = facts_currency(row, TRIP_CURRENCY);
	trip->budget_milli = facts_milli(row, TRIP_BUDGET);
	trip->budget_currency = facts_currency(row, TRIP_BUDGET_CURRENCY);
	trip->advisor = (kernel_text){NULL, 0};
	if (advisor != FACTS_UNKNOWN)
	{
		char word[MAXINT8LEN + 1];
		int length = pg_lltoa(advisor, word);

		trip->advisor = (kernel_text){pnstrdup(word, length), length};
	}
}

static void
read_trip(Facts *facts, FactsTrip *trip)
{
	Stream *row = &facts->trips;

	facts_read_trip_terms(row, trip);
	trip->slug = facts_text(row, TRIP_SLUG);
	trip->title = facts_text(row, TRIP_TITLE);
	trip->status = facts_text(row, TRIP_STATUS);
	trip->end = day_column(row, TRIP_END);
	trip->travelers = stream_null(row, TRIP_TRAVELER_COUNT) ? FACTS_UNKNOWN
															: DatumGetInt16(stream_value(row, TRIP_TRAVELER_COUNT));
	trip->traveler_names = (Datum) 0;
	if (!stream_null(row, TRIP_TRAVELER_NAMES))
	{
		struct varlena *names = (struct varlena *) DatumGetPointer(stream_value(row, TRIP_TRAVELER_NAMES));

		trip->traveler_names = PointerGetDatum(pg_detoast_datum_copy(names));
	}
	read_client(facts, trip);
}

/* ---- legs ---- */

static int
compare_legs(const void *a, const void *b)
{
	const FactsLeg *x = *(FactsLeg *const *) a;
	const FactsLeg *y = *(FactsLeg *const *) b;

	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static void
read_legs(Facts *facts, FactsTrip *trip)
{
	Stream *row = &facts->legs;

	trip->nlegs = 0;
	for (stream_seek(row, trip->id); stream_at(row, trip->id); stream_next(row))
	{
		FactsLeg *leg;

		trip->legs = grow(facts->run, trip->legs, trip->nlegs, &trip->legs_room, sizeof(FactsLeg));
		leg = &trip->legs[trip->nlegs++];
		memset(leg, 0, sizeof(*leg));
		leg->id = DatumGetInt64(stream_value(row, LEG_ID));
		leg->seq = DatumGetInt16(stream_value(row, LEG_SEQ));
		leg->city = facts_text(row, LEG_CITY);
		leg->country = facts_text(row, LEG_COUNTRY);
		leg->arrive = day_column(row, LEG_ARRIVE);
		leg->depart = day_column(row, LEG_DEPART);
		leg->lead_price = FACTS_UNKNOWN;
	}
	trip->leg_order = palloc(sizeof(FactsLeg *) * (trip->nlegs + 1));
	for (int i = 0; i < trip->nlegs; i++)
		trip->leg_order[i] = &trip->legs[i];
	if (trip->nlegs > 1)
		qsort(trip->leg_order, trip->nlegs, sizeof(FactsLeg *), compare_legs);
}

/* Legs were read in the order of their ids. */
static FactsLeg *
find_leg(FactsTrip *trip, int64 id)
{
	int low = 0;
	int high = trip->nlegs - 1;

	while (low <= high)
	{
		int middle = (low + high) / 2;

		if (trip->legs[middle].id == id)
			return &trip->legs[middle];
		if (trip->legs[middle].id < id)
			low = middle + 1;
		else
			high = middle - 1;
	}
	return NULL;
}

/* ---- hotels ---- */

static FactsState
state_of(kernel_text word)
{
	for (int i = 0; i < STATE_COUNT; i++)
		if (word.length == strlen(facts_state_words[i]) &&
			memcmp(word.bytes, facts_state_words[i], word.length) == 0)
			return (FactsState) i;
	return STATE_NOT_CHECKED;
}

/* total_amount, else what the price says about the stay; thousandths, exact. */
static int64
stay_total(const Stream *row, bool has_currency)
{
	int64 total = facts_milli(row, HOTEL_TOTAL);
	int64 price;
	struct varlena *basis;
	int times;

	if (total != FACTS_UNKNOWN)
		return total;
	price = facts_milli(row, HOTEL_PRICE);
	if (price == FACTS_UNKNOWN || stream_null(row, HOTEL_BASIS) || !has_currency)
		return FACTS_UNKNOWN;
	basis = pg_detoast_datum_packed((struct varlena *) DatumGetPointer(stream_value(row, HOTEL_BASIS)));
	switch (offer_basis_from_text(VARDATA_ANY(basis), VARSIZE_ANY_EXHDR(basis)))
	{
		case OFFER_PER_STAY:
			return price;
		case OFFER_PER_NIGHT:
			times = HOTEL_NIGHTS;
			break;
		case OFFER_PER_PERSON:
			times = HOTEL_GUESTS;
			break;
		default:
			return FACTS_UNKNOWN;
	}
	return stream_null(row, times) ? FACTS_UNKNOWN
								   : price * DatumGetInt16(stream_value(row, times));
}

void
facts_read_hotel_terms(const Stream *row, FactsHotel *hotel)
{
	memset(hotel, 0, sizeof(*hotel));
	hotel->state = state_of(facts_peek(row, HOTEL_STATUS));
	hotel->offered = hotel->state == STATE_AVAILABLE;
	hotel->currency = facts_currency(row, HOTEL_CURRENCY);
	hotel->total_milli = stay_total(row, hotel->currency.code[0] != '\0');
	hotel->refundable = facts_tri(row, HOTEL_REFUNDABLE);
}

static void
read_hotel(Facts *facts, FactsTrip *trip, FactsHotel *hotel)
{
	Stream *row = &facts->hotels;

	facts_read_hotel_terms(row, hotel);
	hotel->id = DatumGetInt64(stream_value(row, HOTEL_ID));
	hotel->leg_id = id_column(row, HOTEL_LEG);
	hotel->leg = hotel->leg_id == FACTS_UNKNOWN ? NULL : find_leg(trip, hotel->leg_id);
	hotel->key = facts_text(row, HOTEL_KEY);
	hotel->site = facts_text(row, HOTEL_SITE);
	hotel->name = facts_text(row, HOTEL_NAME);
	hotel->same_as = facts_text(row, HOTEL_SAME_AS);
	hotel->nightly_milli = facts_milli(row, HOTEL_NIGHTLY);
	hotel->stars = numeric_column(row, HOTEL_STARS);
	hotel->review = numeric_column(row, HOTEL_REVIEW);
	hotel->checked_at = instant_column(row, HOTEL_CHECKED_AT);
	if (hotel->offered && (hotel->checked_at == FACTS_UNKNOWN ||
						   hotel->checked_at <= facts->as_of - CHECK_HOLDS))
		hotel->state = STATE_NOT_CHECKED;
	hotel->tier = -1;
	hotel->commission = FACTS_UNKNOWN;
}

/* Counts the row where the trip and its leg count rows. */
static void
count_hotel(FactsTrip *trip, const FactsHotel *hotel)
{
	trip->states[hotel->state]++;
	if (hotel->checked_at != FACTS_UNKNOWN && hotel->checked_at > trip->checked_at)
		trip->checked_at = hotel->checked_at;
	if (hotel->state == STATE_AVAILABLE)
		trip->runs_out = Min(trip->runs_out, hotel->checked_at + CHECK_HOLDS);
	if (hotel->leg)
	{
		hotel->leg->rows++;
		hotel->leg->offered += hotel->offered;
	}
}

static void
read_hotels(Facts *facts, FactsTrip *trip)
{
	Stream *row = &facts->hotels;

	trip->nhotels = 0;
	memset(trip->states, 0, sizeof(trip->states));
	trip->checked_at = FACTS_UNKNOWN;
	trip->runs_out = DT_NOEND;
	stream_seek(&facts->rooms, trip->id);
	for (stream_seek(row, trip->id); stream_at(row, trip->id); stream_next(row))
	{
		FactsHotel *hotel;

		trip->hotels = grow(facts->run, trip->hotels, trip->nhotels, &trip->hotels_room,
							sizeof(FactsHotel));
		hotel = &trip->hotels[trip->nhotels++];
		read_hotel(facts, trip, hotel);
		count_hotel(trip, hotel);
		facts_quote_hotel(facts, hotel);
	}
}

/* ---- what else belongs to the trip ---- */

typedef struct ItemColumns
{
	int id;
	int at; /* -1: none */
	bool at_is_day;
	int words[2];
	int price;
	int currency;
	int status;
	int commission;
} ItemColumns;

static const ItemColumns item_columns[ITEM_KINDS] = {
	/* clang-format off */
	[ITEM_ACTIVITY] = {ACTIVITY_ID, ACTIVITY_DATE, true, {ACTIVITY_TITLE, -1}, ACTIVITY_PRICE, ACTIVITY_CURRENCY, ACTIVITY_STATUS, -1},
	[ITEM_FLIGHT] = {FLIGHT_ID, FLIGHT_DEPART, false, {FLIGHT_ORIGIN, FLIGHT_DESTINATION}, FLIGHT_PRICE, FLIGHT_CURRENCY,
		FLIGHT_STATUS, -1},
	[ITEM_TRANSFER] = {TRANSFER_ID, TRANSFER_PICKUP, false, {TRANSFER_KIND, -1}, TRANSFER_PRICE, TRANSFER_CURRENCY, TRANSFER_STATUS, -1},
	[ITEM_BOOKING] = {BOOKING_ID, -1, false, {BOOKING_KIND, BOOKING_SITE}, BOOKING_PRICE, BOOKING_CURRENCY,
		BOOKING_STATUS, BOOKING_COMMISSION},
	/* clang-format on */
};

/* By time, the undated last, then by id. */
static int
compare_items(const void *a, const void *b)
{
	const FactsItem *x = a;
	const FactsItem *y = b;

	if (x->at != y->at)
	{
		if (x->at == FACTS_UNKNOWN || y->at == FACTS_UNKNOWN)
			return x->at == FACTS_UNKNOWN ? 1 : -1;
		return x->at < y->at ? -1 : 1;
	}
	return x->id < y->id ? -1 : x->id > y->id;
}

static void
read_item(Stream *row, const ItemColumns *columns, FactsItem *item)
{
	item->id = DatumGetInt64(stream_value(row, columns->id));
	item->at = FACTS_UNKNOWN;
	if (columns->at >= 0 && !stream_null(row, columns->at))
		item->at = columns->at_is_day ? DatumGetDateADT(stream_value(row, columns->at))
									  : DatumGetTimestampTz(stream_value(row, columns->at));
	for (int i = 0; i < 2; i++)
		item->word[i] = columns->words[i] < 0 ? (kernel_text){NULL, 0}
											  : facts_text(row, columns->words[i]);
	item->status = facts_text(row, columns->status);
	item->price_milli = facts_milli(row, columns->price);
	item->currency = facts_currency(row, columns->currency);
	item->commission_milli = columns->commission < 0 ? FACTS_UNKNOWN
													 : facts_milli(row, columns->commission);
}

static void
read_items(Facts *facts, FactsTrip *trip, FactsItemKind kind)
{
	Stream *row = &facts->items[kind];
	FactsItems *items = &trip->items[kind];
	bool sorted = true;

	items->n = 0;
	for (stream_seek(row, trip->id); stream_at(row, trip->id); stream_next(row))
	{
		items->rows = grow(facts->run, items->rows, items->n, &items->room, sizeof(FactsItem));
		read_item(row, &item_columns[kind], &items->rows[items->n]);
		if (items->n > 0 && compare_items(&items->rows[items->n - 1], &items->rows[items->n]) > 0)
			sorted = false;
		items->n++;
	}
	if (!sorted)
		qsort(items->rows, items->n, sizeof(FactsItem), compare_items);
}

bool
facts_read(Facts *facts, int64 id)
{
	FactsTrip *trip = &facts->trip;

	if (!stream_seek(&facts->trips, id) || !stream_at(&facts->trips, id))
		return false;
	trip->agency = facts->agency;
	trip->id = id;
	read_trip(facts, trip);
	facts_quote_trip(facts);
	read_legs(facts, trip);
	read_hotels(facts, trip);
	for (int kind = 0; kind < ITEM_KINDS; kind++)
		read_items(facts, trip, (FactsItemKind) kind);
	return true;
}

void
facts_quote_all(Facts *facts)
{
	FactsTrip *trip = &facts->trip;
	Stream *hotels = &facts->hotels;
	MemoryContext old;

	trip->agency = facts->agency;
	trip->nlegs = 0;
	/* Trips without hotels are passed over: the hotels lead. */
	for (stream_seek(hotels, 0); hotels->has_row;)
	{
		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(facts->per_trip);
		old = MemoryContextSwitchTo(facts->per_trip);
		trip->id = hotels->at;
		if (!stream_seek(&facts->trips, trip->id) || !stream_at(&facts->trips, trip->id))
			elog(ERROR, "hotels of trip " INT64_FORMAT " have no trip", trip->id);
		read_trip(facts, trip);
		facts_quote_trip(facts);
		read_hotels(facts, trip);
		MemoryContextSwitchTo(old);
	}
}

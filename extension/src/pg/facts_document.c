/*
 * facts_document.c
 *	  Writes the facts of a trip: the document and the columns beside it.
 *
 * Every function writes one kind of object, its values in the order of its
 * key list; the list is in stored order (shorter keys first, then by bytes).
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/date.h"
#include "utils/datetime.h"

#include "pg/facts.h"

JSONB_KEYS(trip_keys, "legs", "slug", "title", "booked", "budget", "client", "hotels", "nights",
		   "status", "flights", "bookings", "currency", "end_date", "transfers", "activities",
		   "start_date", "destination", "availability", "lead_price_min", "traveler_count",
		   "traveler_names", "other_currencies", "total_commission_potential");
JSONB_KEYS(budget_keys, "amount", "currency");
JSONB_KEYS(client_keys, "id", "name", "slug", "tier");
JSONB_KEYS(leg_keys, "id", "seq", "city", "tiers", "arrive", "depart", "hotels", "nights", "country",
		   "available", "best_hotel", "lead_price", "best_commission");
JSONB_KEYS(tiers_keys, "low", "high", "medium", "method", "high_from", "low_below");
JSONB_KEYS(hotel_keys, "key", "leg", "name", "site", "tier", "rooms", "stars", "state", "total",
		   "review", "nightly", "rate_id", "currency", "best_room", "commission", "refundable",
		   "commission_source");
JSONB_KEYS(activity_keys, "id", "date", "price", "title", "status", "currency");
JSONB_KEYS(flight_keys, "id", "to", "from", "price", "depart", "status", "currency");
JSONB_KEYS(transfer_keys, "at", "id", "kind", "price", "status", "currency");
JSONB_KEYS(booking_keys, "id", "kind", "site", "price", "status", "currency", "commission");
JSONB_KEYS(booked_keys, "total", "commission");
JSONB_KEYS(other_keys, "currency", "commission", "lead_price", "booked_total", "booked_commission");
JSONB_KEYS(availability_keys, "status", "sold_out", "available", "checked_at", "not_checked",
		   "extract_failed");

/* ---- values ---- */

static void
put_text(JsonbWriter *w, kernel_text text)
{
	if (text.bytes == NULL)
		jw_null(w);
	else
		jw_string(w, text.bytes, text.length);
}

static void
put_int(JsonbWriter *w, int64 value)
{
	if (value == FACTS_UNKNOWN)
		jw_null(w);
	else
		jw_decimal(w, value, 0);
}

static void
put_minor(JsonbWriter *w, int64 minor, int digits)
{
	if (minor == FACTS_UNKNOWN)
		jw_null(w);
	else
		jw_decimal(w, minor, digits);
}

static void
put_milli(JsonbWriter *w, int64 milli, int digits)
{
	put_minor(w, milli == FACTS_UNKNOWN ? FACTS_UNKNOWN : facts_minor(milli, digits), digits);
}

static void
put_currency(JsonbWriter *w, const FactsCurrency *currency)
{
	if (currency->code[0] == '\0')
		jw_null(w);
	else
		jw_string(w, currency->code, strlen(currency->code));
}

static void
put_tri(JsonbWriter *w, kernel_tri value)
{
	if (value == KERNEL_UNKNOWN)
		jw_null(w);
	else
		jw_bool(w, value == KERNEL_YES);
}

static void
put_numeric(JsonbWriter *w, const struct varlena *numeric)
{
	if (numeric == NULL)
		jw_null(w);
	else
		jw_numeric(w, numeric);
}

/* Two digits each, from the right. */
static char *
put_two(char *to, int value, char after)
{
	to[0] = '0' + value / 10;
	to[1] = '0' + value % 10;
	to[2] = after;
	return to + 3;
}

/* YYYY-MM-DD; years of another length are left to PostgreSQL. */
static int
format_day(int32 day, char *to)
{
	int year = 0;
	int month;
	int mday;
	char *at;

	if (!DATE_NOT_FINITE(day))
		j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &mday);
	if (DATE_NOT_FINITE(day) || year < 1000 || year > 9999)
	{
		struct pg_tm tm = {0};

		if (DATE_NOT_FINITE(day))
			EncodeSpecialDate(day, to);
		else
		{
			tm.tm_year = year;
			tm.tm_mon = month;
			tm.tm_mday = mday;
			EncodeDateOnly(&tm, USE_XSD_DATES, to);
		}
		return strlen(to);
	}
	put_two(to, year / 100, '0');
	at = put_two(to + 2, year % 100, '-');
	at = put_two(at, month, '-');
	put_two(at, mday, '\0');
	return 10;
}

static void
put_day(JsonbWriter *w, int32 day)
{
	char text[MAXDATELEN + 1];

	if (day == KERNEL_DAY_UNKNOWN)
		jw_null(w);
	else
		jw_string(w, text, format_day(day, text));
}

/* YYYY-MM-DDTHH:MM:SSZ, the fraction of a second left off. */
static void
put_instant(JsonbWriter *w, int64 at)
{
	char text[MAXDATELEN + 16];
	int64 seconds;
	int len;

	if (at == FACTS_UNKNOWN || TIMESTAMP_NOT_FINITE(at))
	{
		jw_null(w);
		return;
	}
	seconds = (at - (int64) rates_day(at) * USECS_PER_DAY) / USECS_PER_SEC;
	len = format_day(rates_day(at), text);
	text[len++] = 'T';
	put_two(text + len, seconds / 3600, ':');
	put_two(text + len + 3, seconds / 60 % 60, ':');
	put_two(text + len + 6, seconds % 60, 'Z');
	jw_string(w, text, len + 9);
}

/* Both days known: how many nights lie between them. */
static int64
nights_between(int32 from, int32 until)
{
	if (from == KERNEL_DAY_UNKNOWN || until == KERNEL_DAY_UNKNOWN)
		return FACTS_UNKNOWN;
	return (int64) until - from;
}

/* ---- objects ---- */

static void
put_traveler_names(JsonbWriter *w, Datum names)
{
	Datum *elements;
	bool *nulls;
	int n;

	if (names == (Datum) 0)
	{
		jw_null(w);
		return;
	}
	deconstruct_array(DatumGetArrayTypeP(names), TEXTOID, -1, false, TYPALIGN_INT,
					  &elements, &nulls, &n);
	jw_array(w, n);
	for (int i = 0; i < n; i++)
	{
		if (nulls[i])
			jw_null(w);
		else
		{
			text *name = DatumGetTextPP(elements[i]);

			jw_string(w, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
		}
	}
	jw_end(w);
}

/* An exact cut, with the currency's digits at least and no zeros after those. */
static void
put_cut(JsonbWriter *w, tiers_cut cut, int digits)
{
	int64 value = cut.whole * 10000 + cut.ten_thousandths;
	int scale = digits + 4;

	while (scale > digits && value % 10 == 0)
	{
		value /= 10;
		scale--;
	}
	jw_decimal(w, value, scale);
}

static void
put_tiers(JsonbWriter *w, const FactsLeg *leg, int digits)
{
	jw_object(w, &tiers_keys);
	jw_decimal(w, leg->counts[TIERS_LOW], 0);
	jw_decimal(w, leg->counts[TIERS_HIGH], 0);
	jw_decimal(w, leg->counts[TIERS_MEDIUM], 0);
	jw_literal(w, tiers_method_text(leg->cuts.method));
	if (leg->cuts.method == TIERS_PERCENTILE)
	{
		put_cut(w, leg->cuts.high, digits);
		put_cut(w, leg->cuts.low, digits);
	}
	else if (leg->cuts.method == TIERS_RANK)
	{
		put_minor(w, leg->high_from, digits);
		put_minor(w, leg->low_below, digits);
	}
	else
	{
		jw_null(w);
		jw_null(w);
	}
	jw_end(w);
}

static void
put_leg(JsonbWriter *w, const FactsLeg *leg, int digits)
{
	jw_object(w, &leg_keys);
	jw_decimal(w, leg->id, 0);
	jw_decimal(w, leg->seq, 0);
	put_text(w, leg->city);
	put_tiers(w, leg, digits);
	put_day(w, leg->arrive);
	put_day(w, leg->depart);
	jw_decimal(w, leg->rows, 0);
	put_int(w, nights_between(leg->arrive, leg->depart));
	put_text(w, leg->country);
	jw_decimal(w, leg->offered, 0);
	put_text(w, leg->best ? leg->best->key : (kernel_text){NULL, 0});
	put_minor(w, leg->lead_price, digits);
	put_minor(w, leg->best ? leg->best->commission : FACTS_UNKNOWN, digits);
	jw_end(w);
}

static void
put_hotel(JsonbWriter *w, const FactsHotel *hotel)
{
	int digits = hotel->currency.digits;

	jw_object(w, &hotel_keys);
	put_text(w, hotel->key);
	put_int(w, hotel->leg_id);
	put_text(w, hotel->name);
	put_text(w, hotel->site);
	if (hotel->tier < 0)
		jw_null(w);
	else
		jw_literal(w, tiers_tier_text((tiers_tier) hotel->tier));
	jw_decimal(w, hotel->rooms, 0);
	put_numeric(w, hotel->stars);
	jw_literal(w, facts_state_words[hotel->state]);
	put_milli(w, hotel->total_milli, digits);
	put_numeric(w, hotel->review);
	put_milli(w, hotel->nightly_milli, digits);
	put_int(w, hotel->rate_id ? hotel->rate_id : FACTS_UNKNOWN);
	put_currency(w, &hotel->currency);
	put_text(w, hotel->best_room);
	put_minor(w, hotel->commission, digits);
	put_tri(w, hotel->refundable);
	if (hotel->source == COMMISSION_SOURCE_NONE)
		jw_null(w);
	else
		jw_literal(w, hotel->source == COMMISSION_SOURCE_STATED ? "stated" : "computed");
	jw_end(w);
}

static void
put_activity(JsonbWriter *w, const FactsItem *item)
{
	jw_object(w, &activity_keys);
	jw_decimal(w, item->id, 0);
	put_day(w, item->at == FACTS_UNKNOWN ? KERNEL_DAY_UNKNOWN : (int32) item->at);
	put_milli(w, item->price_milli, item->currency.digits);
	put_text(w, item->word[0]);
	put_text(w, item->status);
	put_currency(w, &item->currency);
	jw_end(w);
}

static void
put_flight(JsonbWriter *w, const FactsItem *item)
{
	jw_object(w, &flight_keys);
	jw_decimal(w, item->id, 0);
	put_text(w, item->word[1]);
	put_text(w, item->word[0]);
	put_milli(w, item->price_milli, item->currency.digits);
	put_instant(w, item->at);
	put_text(w, item->status);
	put_currency(w, &item->currency);
	jw_end(w);
}

static void
put_transfer(JsonbWriter *w, const FactsItem *item)
{
	jw_object(w, &transfer_keys);
	put_instant(w, item->at);
	jw_decimal(w, item->id, 0);
	put_text(w, item->word[0]);
	put_milli(w, item->price_milli, item->currency.digits);
	put_text(w, item->status);
	put_currency(w, &item->currency);
	jw_end(w);
}

static void
put_booking(JsonbWriter *w, const FactsItem *item)
{
	jw_object(w, &booking_keys);
	jw_decimal(w, item->id, 0);
	put_text(w, item->word[0]);
	put_text(w, item->word[1]);
	put_milli(w, item->price_milli, item->currency.digits);
	put_text(w, item->status);
	put_currency(w, &item->currency);
	put_milli(w, item->commission_milli, item->currency.digits);
	jw_end(w);
}

static void
put_items(JsonbWriter *w, const FactsItems *items,
		  void (*put)(JsonbWriter *w, const FactsItem *item))
{
	jw_array(w, items->n);
	for (int i = 0; i < items->n; i++)
		put(w, &items->rows[i]);
	jw_end(w);
}

static void
put_other_currencies(JsonbWriter *w, const FactsTrip *trip)
{
	jw_array(w, trip->nmoney - 1);
	for (int i = 1; i < trip->nmoney; i++)
	{
		const FactsMoney *money = &trip->money[i];
		int digits = money->currency.digits;

		jw_object(w, &other_keys);
		put_currency(w, &money->currency);
		put_minor(w, money->commission, digits);
		put_milli(w, money->lead_milli, digits);
		put_milli(w, money->booked_milli, digits);
		put_milli(w, money->booked_commission_milli, digits);
		jw_end(w);
	}
	jw_end(w);
}

static FactsState
availability(const FactsTrip *trip)
{
	if (trip->states[STATE_AVAILABLE] > 0)
		return STATE_AVAILABLE;
	if (trip->states[STATE_NOT_CHECKED] > 0 || trip->nhotels == 0)
		return STATE_NOT_CHECKED;
	return trip->states[STATE_EXTRACT_FAILED] > 0 ? STATE_EXTRACT_FAILED : STATE_SOLD_OUT;
}

static void
put_availability(JsonbWriter *w, const FactsTrip *trip)
{
	jw_object(w, &availability_keys);
	jw_literal(w, facts_state_words[availability(trip)]);
	jw_decimal(w, trip->states[STATE_SOLD_OUT], 0);
	jw_decimal(w, trip->states[STATE_AVAILABLE], 0);
	put_instant(w, trip->checked_at);
	jw_decimal(w, trip->states[STATE_NOT_CHECKED], 0);
	jw_decimal(w, trip->states[STATE_EXTRACT_FAILED], 0);
	jw_end(w);
}

static void
put_client(JsonbWriter *w, const FactsTrip *trip)
{
	if (!trip->has_client)
	{
		jw_null(w);
		return;
	}
	jw_object(w, &client_keys);
	jw_decimal(w, trip->client_id, 0);
	put_text(w, trip->client_name);
	put_text(w, trip->client_slug);
	put_text(w, trip->client_tier);
	jw_end(w);
}

static void
put_budget(JsonbWriter *w, const FactsTrip *trip)
{
	if (trip->budget_milli == FACTS_UNKNOWN)
	{
		jw_null(w);
		return;
	}
	jw_object(w, &budget_keys);
	put_milli(w, trip->budget_milli, trip->budget_currency.digits);
	put_currency(w, &trip->budget_currency);
	jw_end(w);
}

static void
put_booked(JsonbWriter *w, const FactsTrip *trip)
{
	jw_object(w, &booked_keys);
	put_milli(w, trip->money[0].booked_milli, trip->currency.digits);
	put_milli(w, trip->money[0].booked_commission_milli, trip->currency.digits);
	jw_end(w);
}

static void
put_trip(JsonbWriter *w, const FactsTrip *trip)
{
	int digits = trip->currency.digits;

	jw_object(w, &trip_keys);
	jw_array(w, trip->nlegs);
	for (int i = 0; i < trip->nlegs; i++)
		put_leg(w, trip->leg_order[i], digits);
	jw_end(w);
	put_text(w, trip->slug);
	put_text(w, trip->title);
	put_booked(w, trip);
	put_budget(w, trip);
	put_client(w, trip);
	jw_array(w, trip->nhotels);
	for (int i = 0; i < trip->nhotels; i++)
		put_hotel(w, trip->hotel_order[i]);
	jw_end(w);
	put_int(w, nights_between(trip->start, trip->end));
	put_text(w, trip->status);
	put_items(w, &trip->items[ITEM_FLIGHT], put_flight);
	put_items(w, &trip->items[ITEM_BOOKING], put_booking);
	put_currency(w, &trip->currency);
	put_day(w, trip->end);
	put_items(w, &trip->items[ITEM_TRANSFER], put_transfer);
	put_items(w, &trip->items[ITEM_ACTIVITY], put_activity);
	put_day(w, trip->start);
	put_text(w, trip->destination);
	put_availability(w, trip);
	put_milli(w, trip->money[0].lead_milli, digits);
	put_int(w, trip->travelers);
	put_traveler_names(w, trip->traveler_names);
	put_other_currencies(w, trip);
	put_minor(w, trip->money[0].commission, digits);
	jw_end(w);
}

/* Minor units as the thousandths of a column. */
static int64
column_milli(int64 minor, int digits)
{
	static const int64 unit[] = {1000, 100, 10, 1};

	if (minor == FACTS_UNKNOWN)
		return FACTS_UNKNOWN;
	return digits > 3 ? (minor + 5) / 10 : minor * unit[digits];
}

static void
fill_columns(const Facts *facts, FactsColumns *columns)
{
	const FactsTrip *trip = &facts->trip;
	int digits = trip->currency.digits;
	int64 until = Min(trip->runs_out, facts->book_change);
	int64 lead = trip->money[0].lead_milli;

	columns->lead_price_milli = lead == FACTS_UNKNOWN ? FACTS_UNKNOWN
													  : column_milli(facts_minor(lead, digits), digits);
	columns->commission_milli = column_milli(trip->money[0].commission, digits);
	columns->currency = trip->currency;
	columns->availability = availability(trip);
	columns->checked_at = trip->checked_at;
	columns->nights = nights_between(trip->start, trip->end);
	columns->travelers = trip->travelers;
	columns->valid_until = until == DT_NOEND ? FACTS_UNKNOWN : until;
}

void
facts_write(Facts *facts, FactsColumns *columns)
{
	jw_reset(&facts->writer);
	put_trip(&facts->writer, &facts->trip);
	fill_columns(facts, columns);
}

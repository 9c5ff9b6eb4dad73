/*
 * facts.h
 *	  The facts of one trip: its rows as read, what is worked out from them, and
 *	  the document and columns that come of it.
 *
 * The way of a trip: facts_read.c fills a FactsTrip from the streams (and asks
 * facts_offers.c for the commission of each hotel row while its rooms pass by),
 * facts_prices.c works out tiers, leads and sums, facts_document.c writes it.
 * README.md says what each value means.
 */
#ifndef VOYGEN_FACTS_H
#define VOYGEN_FACTS_H

#include "postgres.h"

#include "fmgr.h"
#include "kernel/commission.h"
#include "kernel/offer.h"
#include "kernel/tiers.h"
#include "utils/snapshot.h"
#include "utils/timestamp.h"

#include "pg/jsonb_writer.h"
#include "pg/rates.h"
#include "pg/relations.h"

/* An unknown amount, date-time or number. */
#define FACTS_UNKNOWN PG_INT64_MIN

/* Three letters and how many decimals amounts in it have. */
typedef struct FactsCurrency
{
	char code[4]; /* empty: unknown */
	int digits;
} FactsCurrency;

typedef enum FactsState
{
	STATE_AVAILABLE,
	STATE_SOLD_OUT,
	STATE_NOT_CHECKED,
	STATE_EXTRACT_FAILED,
	STATE_COUNT
} FactsState;

typedef struct FactsLeg
{
	int64 id;
	int32 seq;
	kernel_text city;
	kernel_text country;
	int32 arrive; /* days, KERNEL_DAY_UNKNOWN */
	int32 depart;
	int rows; /* hotel rows */
	int offered;
	int64 lead_price;        /* minor units of the trip's currency */
	struct FactsHotel *best; /* in the trip's currency */
	tiers_cuts cuts;
	int64 low_below; /* cuts of the method rank */
	int64 high_from;
	int counts[3];
} FactsLeg;

typedef struct FactsHotel
{
	int64 id;
	FactsLeg *leg;
	int64 leg_id; /* FACTS_UNKNOWN: none */
	kernel_text key;
	kernel_text site;
	kernel_text name;
	kernel_text same_as;
	FactsCurrency currency;
	int64 nightly_milli; /* thousandths, as stored */
	int64 total_milli;
	const struct varlena *stars;
	const struct varlena *review;
	kernel_tri refundable;
	bool offered;
	FactsState state;
	int64 checked_at;
	int tier; /* tiers_tier, -1: none */
	int rooms;
	int64 commission; /* minor units */
	commission_source source;
	int64 rate_id; /* 0: none */
	kernel_text best_room;
	int64 best_amount; /* of the best offer, thousandths */
} FactsHotel;

/* An offer's own part: what it does not share with the others of its hotel row. */
typedef struct FactsOffer
{
	int64 amount_milli;
	int64 tax_milli;
	int64 stated_milli;
	int64 stated_ppm;
	uint8 tax; /* commission_tax */
} FactsOffer;

/* An activity, flight, transfer or booking: what the document shows of it. */
typedef struct FactsItem
{
	int64 id;
	int64 at;            /* day or instant */
	kernel_text word[2]; /* title; origin, destination; kind; kind, site */
	kernel_text status;
	int64 price_milli;
	int64 commission_milli;
	FactsCurrency currency;
} FactsItem;

typedef enum FactsItemKind
{
	ITEM_ACTIVITY,
	ITEM_FLIGHT,
	ITEM_TRANSFER,
	ITEM_BOOKING,
	ITEM_KINDS
} FactsItemKind;

typedef struct FactsItems
{
	FactsItem *rows;
	int n;
	int room;
} FactsItems;

/* Money of one currency, bookings in thousandths. */
typedef struct FactsMoney
{
	FactsCurrency currency;
	int64 lead_milli;
	int64 commission;
	int64 booked_milli;
	int64 booked_commission_milli;
} FactsMoney;

typedef struct FactsTrip
{
	int64 agency;
	int64 id;
	kernel_text slug;
	kernel_text title;
	kernel_text destination;
	kernel_text status;
	int64 client_id;
	kernel_text client_slug;
	kernel_text client_name;
	kernel_text client_tier;
	bool has_client;
	int32 start;
	int32 end;
	int64 travelers;
	Datum traveler_names; /* text[], 0: unknown */
	FactsCurrency currency;
	int64 budget_milli;
	FactsCurrency budget_currency;
	kernel_text advisor;

	FactsLeg *legs; /* by id while reading */
	int nlegs;
	int legs_room;
	FactsLeg **leg_order; /* by seq, id */
	FactsHotel *hotels;
	int nhotels;
	int hotels_room;
	FactsHotel **hotel_order; /* as listed */
	FactsItems items[ITEM_KINDS];

	int states[STATE_COUNT];
	int64 checked_at;  /* latest */
	int64 runs_out;    /* first end of a check's 24 hours */
	FactsMoney *money; /* by currency; the trip's own first */
	int nmoney;
	int money_room;
} FactsTrip;

/* The columns beside the document. Amounts in thousandths. */
typedef struct FactsColumns
{
	int64 lead_price_milli;
	int64 commission_milli;
	FactsCurrency currency;
	FactsState availability;
	int64 checked_at;
	int64 nights;
	int64 travelers;
	int64 valid_until;
} FactsColumns;

/* Everything a run of trips of one agency shares. */
typedef struct Facts
{
	int64 agency;
	Snapshot snapshot;
	TimestampTz as_of;
	kernel_day today;
	TimestampTz book_change;
	RateBook *book;
	commission_scope *scope; /* what is known of the trip; NULL: nothing */
	MemoryContext run;       /* streams, arrays, buffer */
	MemoryContext per_trip;  /* texts; reset for each trip */
	Stream trips;
	Stream clients;
	Stream legs;
	Stream hotels;
	Stream rooms;
	Stream items[ITEM_KINDS];
	commission_offer offer; /* what all offers share */
	commission_component component;
	JsonbWriter writer;
	FactsTrip trip;
	/* Told of every offer quoted, for passes that want each and not the best. */
	void (*on_quote)(void *context, const FactsCurrency *currency, const commission_expected *quote);
	void *on_quote_context;
} Facts;

/* Opens the streams for trips up to `last`, read as the snapshot sees them and
 * judged as of a moment. Lives in a context of its own under the current one. */
extern Facts *facts_begin(int64 agency, int64 last, Snapshot snapshot, TimestampTz as_of);
/* Says which trips will be built, ascending, before any is; optional, and faster. The ids must stay in place. */
extern void facts_expect(Facts *facts, const int64 *trips, int n);
/* Builds one trip; trips must ascend. NULL: there is no such trip. The document
 * stays until the next one. */
extern Jsonb *facts_build(Facts *facts, int64 trip, FactsColumns *columns);
/* Lets the next trip be any trip, judged as of another moment. */
extern void facts_restart(Facts *facts, TimestampTz as_of);
extern void facts_end(Facts *facts);

/* Quotes all offers of all trips, in order, without building facts. */
extern void facts_quote_all(Facts *facts);

/* Between the parts. */
extern bool facts_read(Facts *facts, int64 trip);
extern void facts_quote_hotel(Facts *facts, FactsHotel *hotel);
extern void facts_quote_trip(Facts *facts);
extern void facts_price(Facts *facts);
extern void facts_write(Facts *facts, FactsColumns *columns);

/* What a commission asks of the current trip and hotel row: its own reading, for whoever reads nothing else. */
extern void facts_read_trip_terms(const Stream *row, FactsTrip *trip);
extern void facts_read_hotel_terms(const Stream *row, FactsHotel *hotel);

/* An offer, in four steps: what all offers share; what those of a hotel row share; what a room, or the row itself, has of its
 * own (false: the room is no offer of the row); the quote. */
extern void facts_offer_begin(Facts *facts);
extern void facts_offer_hotel(Facts *facts, const FactsHotel *hotel);
extern bool facts_offer_room(Facts *facts, const Stream *row, const FactsHotel *hotel, uint32 hotel_rate_type, FactsOffer *own);
extern void facts_offer_row(Stream *row, const FactsHotel *hotel, FactsOffer *own);
/* Does the column say `available`? */
extern bool facts_is_available(const Stream *row, int column);
extern commission_expected facts_quote_offer(Facts *facts, const FactsHotel *hotel, const FactsOffer *own);

extern kernel_text facts_text(const Stream *row, int column);
extern int64 facts_milli(const Stream *row, int column);
extern FactsCurrency facts_currency(const Stream *row, int column);
extern FactsMoney *facts_money(FactsTrip *trip, const FactsCurrency *currency);

extern const char *const facts_state_words[STATE_COUNT];

/* Thousandths as minor units of a currency, rounded half away from zero. */
extern int64 facts_minor(int64 milli, int digits);

/* A text of the current row, in place: only to be looked at, not kept. */
static inline kernel_text
facts_peek(const Stream *row, int column)
{
	struct varlena *value;

	if (stream_null(row, column))
		return (kernel_text){NULL, 0};
	value = (struct varlena *) DatumGetPointer(stream_value(row, column));
	if (VARATT_IS_EXTERNAL(value) || VARATT_IS_COMPRESSED(value))
		value = pg_detoast_datum_packed(value);
	return (kernel_text){VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value)};
}

static inline kernel_tri
facts_tri(const Stream *row, int column)
{
	if (stream_null(row, column))
		return KERNEL_UNKNOWN;
	return DatumGetBool(stream_value(row, column)) ? KERNEL_YES : KERNEL_NO;
}

static inline bool
facts_same_currency(const FactsCurrency *a, const FactsCurrency *b)
{
	return a->code[0] != '\0' && memcmp(a->code, b->code, 4) == 0;
}

#endif

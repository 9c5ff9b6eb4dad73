/*
 * facts_offers.c
 *	  The commission of each hotel row: the best of its offers.
 *
 * The offers of a row are its available rooms, or the row itself when it has
 * none. What all offers of a row share is set once per row, so that a room
 * costs one look at its own words and the quote.
 */
#include "postgres.h"

#include "utils/date.h"

#include "pg/amounts.h"
#include "pg/facts.h"
#include "pg/rates_volumes.h"

static uint32
word(Facts *facts, commission_word which, kernel_text text)
{
	return text.bytes == NULL ? 0
							  : commission_book_word(facts->book->book, which, text.bytes, text.length);
}

static int64
ppm(const Stream *row, int column)
{
	int64 value;

	if (stream_null(row, column) || !amount_decode(stream_value(row, column), 4, &value))
		return FACTS_UNKNOWN;
	return value;
}

/* Tells the rules about the trip. */
void
facts_quote_trip(Facts *facts)
{
	const FactsTrip *trip = &facts->trip;
	commission_trip about = {0};

	about.has_budget = trip->budget_milli != FACTS_UNKNOWN &&
					   facts_same_currency(&trip->budget_currency, &trip->currency);
	about.budget_milli = about.has_budget ? trip->budget_milli : 0;
	about.client_tier = trip->client_tier;
	about.destination = trip->destination;
	about.start = trip->start;
	commission_scope_set(facts->scope, &about);
	facts_offer_begin(facts);
	facts->offer.word[COMMISSION_ADVISOR] = word(facts, COMMISSION_ADVISOR, trip->advisor);
}

void
facts_offer_begin(Facts *facts)
{
	commission_offer_init(&facts->offer);
	facts->offer.booked_on = facts->today;
	facts->offer.rooms = 1;
	facts->offer.components = &facts->component;
}

void
facts_offer_hotel(Facts *facts, const FactsHotel *hotel)
{
	commission_offer *offer = &facts->offer;
	Stream *row = &facts->hotels;

	offer->word[COMMISSION_SITE] = word(facts, COMMISSION_SITE, hotel->site);
	offer->word[COMMISSION_SUPPLIER] = word(facts, COMMISSION_SUPPLIER, facts_peek(row, HOTEL_SUPPLIER));
	offer->word[COMMISSION_CHAIN] = word(facts, COMMISSION_CHAIN, facts_peek(row, HOTEL_CHAIN));
	offer->word[COMMISSION_PROPERTY] = word(facts, COMMISSION_PROPERTY, hotel->key);
	offer->word[COMMISSION_PRODUCT_TYPE] = word(facts, COMMISSION_PRODUCT_TYPE,
												facts_peek(row, HOTEL_PRODUCT_TYPE));
	offer->word[COMMISSION_RATE_TYPE] = word(facts, COMMISSION_RATE_TYPE, facts_peek(row, HOTEL_RATE_TYPE));
	offer->word[COMMISSION_CURRENCY] = word(facts, COMMISSION_CURRENCY,
											(kernel_text){hotel->currency.code, 3});
	offer->exponent = hotel->currency.digits;
	offer->refundable = hotel->refundable;
	offer->nights = stream_null(row, HOTEL_NIGHTS) ? 0 : DatumGetInt16(stream_value(row, HOTEL_NIGHTS));
	offer->check_in = stream_null(row, HOTEL_CHECK_IN) ? KERNEL_DAY_UNKNOWN
													   : DatumGetDateADT(stream_value(row, HOTEL_CHECK_IN));
	offer->volume = rates_volume(facts->book, hotel->site, facts->today);
}

/* Sets the amounts of the offer. */
static void
set_amounts(Facts *facts, const FactsOffer *own, int digits)
{
	commission_component *component = &facts->component;

	facts->offer.n_components = own->amount_milli != FACTS_UNKNOWN;
	if (facts->offer.n_components)
	{
		memset(component, 0, sizeof(*component));
		component->kind = COMMISSION_ROOM;
		component->amount = facts_minor(own->amount_milli, digits);
		component->tax = own->tax;
		component->has_tax_amount = own->tax_milli != FACTS_UNKNOWN;
		component->tax_amount = component->has_tax_amount ? facts_minor(own->tax_milli, digits) : 0;
	}
	facts->offer.has_stated_amount = own->stated_milli != FACTS_UNKNOWN;
	facts->offer.stated_amount = facts->offer.has_stated_amount ? facts_minor(own->stated_milli, digits) : 0;
	facts->offer.has_stated_percent = own->stated_ppm != FACTS_UNKNOWN;
	facts->offer.stated_ppm = facts->offer.has_stated_percent ? own->stated_ppm : 0;
}

/* By bytes; the row itself (no key) comes first and is alone anyway. */
static int
compare_keys(kernel_text a, kernel_text b)
{
	int order = memcmp(a.bytes ? a.bytes : "", b.bytes ? b.bytes : "", Min(a.length, b.length));

	return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

/* Best: highest commission, then lowest amount (unknown last), then key. */
static bool
is_better(const FactsHotel *hotel, int64 commission, const FactsOffer *own, kernel_text room_key)
{
	if (hotel->commission == FACTS_UNKNOWN || commission != hotel->commission)
		return hotel->commission == FACTS_UNKNOWN || commission > hotel->commission;
	if (own->amount_milli != hotel->best_amount)
	{
		if (own->amount_milli == FACTS_UNKNOWN || hotel->best_amount == FACTS_UNKNOWN)
			return hotel->best_amount == FACTS_UNKNOWN;
		return own->amount_milli < hotel->best_amount;
	}
	return compare_keys(room_key, hotel->best_room) < 0;
}

commission_expected
facts_quote_offer(Facts *facts, const FactsHotel *hotel, const FactsOffer *own)
{
	commission_expected quote;
	kernel_error error; /* filled when there is one: clearing it costs as much as the quote */
	kernel_status status;

	set_amounts(facts, own, hotel->currency.digits);
	status = commission_expect(facts->book->memo, facts->scope, &facts->offer, &quote, &error);
	if (status != KERNEL_OK)
		rates_raise(status, &error);
	if (facts->on_quote)
		facts->on_quote(facts->on_quote_context, &hotel->currency, &quote);
	return quote;
}

/* Quotes the offer and keeps it when it is the best so far. The key's bytes are NULL for the row itself. */
static void
consider(Facts *facts, FactsHotel *hotel, const FactsOffer *own, kernel_text room_key)
{
	commission_expected quote = facts_quote_offer(facts, hotel, own);

	if (quote.source == COMMISSION_SOURCE_NONE || !quote.eligible || !is_better(hotel, quote.amount, own, room_key))
		return;
	hotel->commission = quote.amount;
	hotel->source = quote.source;
	hotel->rate_id = quote.source == COMMISSION_SOURCE_COMPUTED ? quote.rate_id : 0;
	hotel->best_amount = own->amount_milli;
	hotel->best_room = room_key;
	if (room_key.bytes)
	{
		char *copy = palloc(room_key.length + 1);

		memcpy(copy, room_key.bytes, room_key.length);
		hotel->best_room.bytes = copy;
	}
}

bool
facts_is_available(const Stream *row, int column)
{
	kernel_text status = facts_peek(row, column);

	return status.length == 9 && memcmp(status.bytes, "available", 9) == 0;
}

/* "included", "excluded", "unknown"; a column may be null. */
static uint8
tax_of(const Stream *row, int column)
{
	kernel_text tax = facts_peek(row, column);

	return tax.bytes == NULL ? COMMISSION_TAX_UNKNOWN : commission_tax_from_text(tax.bytes, tax.length);
}

bool
facts_offer_room(Facts *facts, const Stream *row, const FactsHotel *hotel, uint32 hotel_rate_type, FactsOffer *own)
{
	commission_offer *offer = &facts->offer;

	if (!stream_null(row, ROOM_CURRENCY))
	{
		kernel_text currency = facts_peek(row, ROOM_CURRENCY);

		/* The hotel's is three letters; nothing more need be known of the room's. */
		if (currency.length != 3 || memcmp(currency.bytes, hotel->currency.code, 3) != 0)
			return false;
	}
	own->amount_milli = facts_milli(row, ROOM_TOTAL);
	if (own->amount_milli == FACTS_UNKNOWN && offer->nights != 0)
	{
		own->amount_milli = facts_milli(row, ROOM_NIGHTLY);
		if (own->amount_milli != FACTS_UNKNOWN)
			own->amount_milli *= offer->nights;
	}
	own->tax = tax_of(row, ROOM_TAX_BASIS);
	own->tax_milli = facts_milli(row, ROOM_TAX);
	own->stated_milli = facts_milli(row, ROOM_COMMISSION);
	own->stated_ppm = ppm(row, ROOM_COMMISSION_PERCENT);
	if (facts_tri(row, ROOM_ELIGIBLE) == KERNEL_NO)
		own->stated_milli = 0;
	offer->word[COMMISSION_RATE_TYPE] = hotel_rate_type;
	if (!stream_null(row, ROOM_RATE_TYPE))
		offer->word[COMMISSION_RATE_TYPE] = word(facts, COMMISSION_RATE_TYPE, facts_peek(row, ROOM_RATE_TYPE));
	offer->refundable = stream_null(row, ROOM_REFUNDABLE) ? hotel->refundable : facts_tri(row, ROOM_REFUNDABLE);
	return true;
}

void
facts_offer_row(Stream *row, const FactsHotel *hotel, FactsOffer *own)
{
	own->amount_milli = hotel->total_milli;
	own->tax = tax_of(row, stream_null(row, HOTEL_TOTAL) ? HOTEL_PRICE_TAX : HOTEL_TOTAL_TAX);
	own->tax_milli = facts_milli(row, HOTEL_TAX);
	own->stated_milli = facts_milli(row, HOTEL_COMMISSION);
	own->stated_ppm = ppm(row, HOTEL_COMMISSION_PERCENT);
}

static void
consider_room(Facts *facts, FactsHotel *hotel, uint32 hotel_rate_type)
{
	FactsOffer own;

	if (facts_offer_room(facts, &facts->rooms, hotel, hotel_rate_type, &own))
		consider(facts, hotel, &own, facts_peek(&facts->rooms, ROOM_KEY));
}

static void
consider_row(Facts *facts, FactsHotel *hotel)
{
	FactsOffer own;

	facts_offer_row(&facts->hotels, hotel, &own);
	consider(facts, hotel, &own, (kernel_text){NULL, 0});
}

/* Moves the rooms past this hotel, quoting them when the hotel is offered. */
void
facts_quote_hotel(Facts *facts, FactsHotel *hotel)
{
	Stream *rooms = &facts->rooms;
	int64 trip = facts->trip.id;
	bool quoted = hotel->offered && hotel->currency.code[0] != '\0';
	bool has_room = false;
	uint32 rate_type = 0;

	if (quoted)
	{
		facts_offer_hotel(facts, hotel);
		rate_type = facts->offer.word[COMMISSION_RATE_TYPE];
	}
	while (stream_at(rooms, trip))
	{
		int64 of = DatumGetInt64(stream_value(rooms, ROOM_HOTEL));

		if (of > hotel->id)
			break;
		if (of == hotel->id)
		{
			hotel->rooms++;
			if (quoted && facts_is_available(rooms, ROOM_STATUS))
			{
				has_room = true;
				consider_room(facts, hotel, rate_type);
			}
		}
		stream_next(rooms);
	}
	if (quoted && !has_room)
		consider_row(facts, hotel);
}

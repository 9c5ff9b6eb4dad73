/*
 * quote_offer.c
 *	  The offer of a quote, read from JSON.
 */
#include "postgres.h"

#include "kernel/money.h"
#include "pg/quote_read.h"

static const char *const word_keys[COMMISSION_WORDS] = {"site", "supplier", "chain", "property",
														"product_type", "rate_type", "currency", "advisor"};

static void
read_component(const argument *from, int exponent, commission_component *component)
{
	kernel_text text;
	kernel_tri truth = KERNEL_UNKNOWN;

	if (!argument_text(from, "kind", &text))
		argument_refuse(from, "kind", "the kind of a component", "nothing");
	component->kind = commission_component_from_text(text.bytes, text.length);
	if (component->kind == COMMISSION_COMPONENT_UNKNOWN)
		argument_refuse(from, "kind",
						"room, service_charge, addon, air, transfer, insurance, car, tax, resort_fee, ncf or penalty",
						pnstrdup(text.bytes, text.length));
	if (!argument_scaled(from, "amount", exponent, true, &component->amount))
		argument_refuse(from, "amount", "an amount", "nothing");
	component->has_tax_amount = argument_scaled(from, "tax_amount", exponent, false, &component->tax_amount);
	if (argument_text(from, "tax", &text))
	{
		component->tax = commission_tax_from_text(text.bytes, text.length);
		if (component->tax == COMMISSION_TAX_UNKNOWN && !(text.length == 7 && memcmp(text.bytes, "unknown", 7) == 0))
			argument_refuse(from, "tax", "included, excluded or unknown", pnstrdup(text.bytes, text.length));
	}
	argument_truth(from, "commissionable", &truth);
	component->commissionable = truth;
}

static void
read_components(const argument *from, commission_offer *offer)
{
	argument list;
	int n = argument_list(from, "components", &list);
	commission_component *components = palloc0(sizeof(commission_component) * Max(n, 1));

	for (int i = 0; i < n; i++)
	{
		argument entry = argument_entry_object(&list, i);

		read_component(&entry, offer->exponent, &components[i]);
	}
	offer->components = components;
	offer->n_components = n;
}

/* {amount?, room_nights?, bookings?} of one window. */
static void
read_window(const argument *from, commission_window window, commission_volume *volume)
{
	argument_scaled(from, "amount", 3, false, &volume->amount_milli[window - 1]);
	argument_whole(from, "room_nights", 0, PG_INT64_MAX, &volume->room_nights[window - 1]);
	argument_whole(from, "bookings", 0, PG_INT64_MAX, &volume->bookings[window - 1]);
}

/*
 * What was booked before. A plain number is the volume of every window in whatever the rate measures; an object has
 * the measures, by window where it has windows.
 */
static bool
read_volume(const argument *from, commission_volume *volume)
{
	static const char *const windows[] = {"month", "quarter", "year"};
	JsonbValue value;
	argument inside;

	memset(volume, 0, sizeof(*volume));
	if (!argument_value(from, "volume", &value))
		return false;
	if (value.type == jbvNumeric || value.type == jbvString)
	{
		int64 milli = 0;

		argument_scaled(from, "volume", 3, false, &milli);
		for (int i = 0; i < 3; i++)
		{
			volume->amount_milli[i] = milli;
			volume->room_nights[i] = milli / 1000;
			volume->bookings[i] = milli / 1000;
		}
		return true;
	}
	argument_object(from, "volume", &inside);
	for (int i = 0; i < 3; i++)
	{
		argument window;

		read_window(&inside, (commission_window) (COMMISSION_MONTH + i), volume);
		if (argument_object(&inside, windows[i], &window))
			read_window(&window, (commission_window) (COMMISSION_MONTH + i), volume);
	}
	return true;
}

static void
read_trip(const argument *from, commission_trip *trip)
{
	memset(trip, 0, sizeof(*trip));
	trip->start = KERNEL_DAY_UNKNOWN;
	trip->has_budget = argument_scaled(from, "trip_budget", 3, false, &trip->budget_milli);
	argument_text(from, "client_tier", &trip->client_tier);
	argument_text(from, "destination", &trip->destination);
	argument_day(from, "travel_start", &trip->start);
}

/* Nights as given, else from the days of the stay. */
static void
read_stay(const argument *from, commission_offer *offer)
{
	kernel_day check_out = KERNEL_DAY_UNKNOWN;
	int64 number;

	argument_day(from, "check_in", &offer->check_in);
	argument_day(from, "check_out", &check_out);
	if (offer->check_in != KERNEL_DAY_UNKNOWN && check_out != KERNEL_DAY_UNKNOWN)
	{
		if (check_out <= offer->check_in)
			argument_refuse(from, "check_out", "a day after check_in", "an earlier one");
		offer->nights = check_out - offer->check_in;
	}
	if (argument_whole(from, "nights", 1, 10000, &number))
		offer->nights = number;
	if (argument_whole(from, "rooms", 1, 10000, &number))
		offer->rooms = number;
}

void
quote_read_offer(const argument *from, const commission_book *book, kernel_day booked_on, quote_offer *into)
{
	commission_offer *offer = &into->offer;
	argument beside = {from->object, ""}; /* tools take the volume beside the offer */
	argument stated;
	kernel_tri truth = KERNEL_UNKNOWN;
	int exponent;

	commission_offer_init(offer);
	if (!argument_text(from, "currency", &into->currency))
		argument_refuse(from, "currency", "an ISO 4217 code", "nothing");
	exponent = into->currency.length == 3 ? money_exponent(into->currency.bytes) : -1;
	if (exponent < 0)
		argument_refuse(from, "currency", "an ISO 4217 code", pnstrdup(into->currency.bytes, into->currency.length));
	offer->exponent = exponent;
	for (int i = 0; i < COMMISSION_WORDS; i++)
	{
		kernel_text text;

		if (argument_text(from, word_keys[i], &text))
			offer->word[i] = commission_book_word(book, (commission_word) i, text.bytes, text.length);
	}
	argument_truth(from, "refundable", &truth);
	offer->refundable = truth;
	truth = KERNEL_UNKNOWN;
	argument_truth(from, "prepaid", &truth);
	offer->prepaid = truth;
	read_stay(from, offer);
	offer->booked_on = booked_on;
	argument_day(from, "booked_on", &offer->booked_on);
	read_components(from, offer);
	offer->volume = read_volume(&beside, &into->volume) ? &into->volume : NULL;
	if (argument_object(from, "stated", &stated))
	{
		offer->has_stated_amount = argument_scaled(&stated, "amount", exponent, false, &offer->stated_amount);
		offer->has_stated_percent = argument_scaled(&stated, "percent", 4, false, &offer->stated_ppm);
	}
	read_trip(from, &into->trip);
}

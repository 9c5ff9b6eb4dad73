/* commission_names.c: the words of the contracts for the enums of commission.h, in both directions. */
#include "commission_book.h"

#include <string.h>

const char *const book_key_names[BOOK_KEYS] = {"site", "supplier", "chain", "property", "product_type",
											   "rate_type", "currency", "advisor", "refundable", "prepaid"};

static const char *const kinds[] = {NULL,
									"percent",
									"fixed_per_stay",
									"fixed_per_night",
									"fixed_per_room_night",
									"net_markup",
									"tier_percent",
									"override_percent",
									"bonus_fixed"};
static const char *const modes[] = {NULL, "whole", "marginal"};
static const char *const windows[] = {NULL, "month", "quarter", "year"};
static const char *const measures[] = {NULL, "amount", "room_nights", "bookings"};
static const char *const components[] = {NULL, "room", "service_charge", "addon", "air", "transfer",
										 "insurance", "car", "tax", "resort_fee", "ncf", "penalty"};

static const char *const whats[] = {"component", "base", "rate_lost", "rate", "no_rate",
									"first_nights", "override", "bonus", "cap", "floor",
									"rule_skipped", "rule_multiplier", "rule_bonus", "rule_prefer",
									"rule_ineligible", "rule_passed", "not_negative", "round", "stated"};
static const char *const whys[] = {
	"",
	"a given key does not match",
	"fewer matching keys",
	"lower priority",
	"older effective_from",
	"higher id",
	"most specific match",
	"commissionable",
	"not commissionable",
	"included tax taken out",
	"tax not known, base is an estimate",
	"base not known",
	"nights not known",
	"condition does not hold",
	"offer is not known to be refundable",
	"below the minimum percentage",
	"commission not known",
	"excluded by the rule",
	"above the cap",
	"below the floor",
	"amount stated by the portal",
	"percentage stated by the portal",
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* Position of the text in the list, 0 when it is not there. */
static int
found(const char *const *list, size_t n, const char *text, size_t length)
{
	for (size_t i = 0; i < n; i++)
	{
		if (list[i] != NULL && strlen(list[i]) == length && memcmp(list[i], text, length) == 0)
			return (int) i;
	}
	return 0;
}

commission_kind
commission_kind_from_text(const char *text, size_t length)
{
	return (commission_kind) found(kinds, COUNT(kinds), text, length);
}

commission_mode
commission_mode_from_text(const char *text, size_t length)
{
	return (commission_mode) found(modes, COUNT(modes), text, length);
}

commission_window
commission_window_from_text(const char *text, size_t length)
{
	return (commission_window) found(windows, COUNT(windows), text, length);
}

commission_measure
commission_measure_from_text(const char *text, size_t length)
{
	return (commission_measure) found(measures, COUNT(measures), text, length);
}

commission_component_kind
commission_component_from_text(const char *text, size_t length)
{
	return (commission_component_kind) found(components, COUNT(components), text, length);
}

commission_tax
commission_tax_from_text(const char *text, size_t length)
{
	/* Asked for every row of a scan: two words of eight letters, compared at once. */
	if (length != 8)
		return COMMISSION_TAX_UNKNOWN;
	if (memcmp(text, "included", 8) == 0)
		return COMMISSION_TAX_INCLUDED;
	return memcmp(text, "excluded", 8) == 0 ? COMMISSION_TAX_EXCLUDED : COMMISSION_TAX_UNKNOWN;
}

const char *
commission_what_text(commission_what what)
{
	return (size_t) what < COUNT(whats) ? whats[what] : "";
}

const char *
commission_why_text(commission_why why)
{
	return (size_t) why < COUNT(whys) ? whys[why] : "";
}

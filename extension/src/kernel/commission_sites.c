/*
 * commission_sites.c: the rates of a book by site. Rates are dealt to the lists of their sites in one pass over the sorted
 * rates, so that a list keeps their order and the work does not grow with sites x rates.
 */
#include "commission_book.h"

#include <string.h>

#include "order.h"

static uint32_t
site_of(const book_rate *rate)
{
	return (uint32_t) rate->key.lane[COMMISSION_SITE / 2]; /* the low half: COMMISSION_SITE is 0 */
}

static bool
has_window(const book_rate *rate)
{
	return rate->stay_from != INT32_MIN || rate->stay_until != INT32_MAX;
}

static bool
goes_by_nights(const book_rate *rate)
{
	return rate->min_nights > 0 || rate->first_nights > 0 || rate->kind == COMMISSION_FIXED_PER_NIGHT ||
		   rate->kind == COMMISSION_FIXED_PER_ROOM_NIGHT || rate->kind == COMMISSION_TIER_PERCENT;
}

static void
note_cares(book_list *list, const book_rate *rate)
{
	for (int i = 0; i < BOOK_LANES; i++)
		list->care.lane[i] |= rate->given.lane[i];
	list->cares_nights = list->cares_nights || goes_by_nights(rate);
	list->cares_rooms = list->cares_rooms || rate->kind == COMMISSION_FIXED_PER_ROOM_NIGHT;
	list->cares_weekday = list->cares_weekday || rate->weekdays != BOOK_ANY_WEEKDAY;
	list->cares_volume = list->cares_volume || rate->kind == COMMISSION_TIER_PERCENT;
}

static bool
day_before(const void *left, const void *right, const void *context)
{
	(void) context;
	return *(const kernel_day *) left < *(const kernel_day *) right;
}

static bool
set_turns(commission_book *book, book_list *list)
{
	kernel_day *turns;
	uint32_t n = list->n_base + list->n_added;
	uint32_t most = 0;

	for (uint32_t i = 0; i < n; i++)
		most += 2 * has_window(list->base[i].rate);
	if (most == 0)
		return true;
	turns = kernel_arena_take(&book->arena, most, sizeof(kernel_day));
	for (uint32_t i = 0; turns != NULL && i < n; i++)
	{
		const book_rate *rate = list->base[i].rate;

		if (rate->stay_from != INT32_MIN)
			turns[list->n_turns++] = rate->stay_from;
		if (rate->stay_until != INT32_MAX)
			turns[list->n_turns++] = rate->stay_until + 1;
	}
	list->turns = turns;
	if (turns != NULL)
		order_sort(turns, list->n_turns, sizeof(kernel_day), day_before, NULL);
	return turns != NULL;
}

/* Where the entries of each list begin, by how many it will have. */
static void
lay_out(commission_book *book, book_entry *entries)
{
	for (size_t i = 0; i < book->n_rates; i++)
	{
		book_list *list = &book->sites[site_of(&book->rates[i])];

		if (i < book->n_base)
			list->n_base++;
		else
			list->n_added++;
	}
	for (size_t site = 0; site < book->n_sites; site++)
	{
		book_list *list = &book->sites[site];

		list->base = entries;
		list->added = entries + list->n_base;
		entries += list->n_base + list->n_added;
	}
}

static bool
deal_rates(commission_book *book)
{
	book_entry *entries = kernel_arena_take(&book->arena, book->n_rates, sizeof(book_entry));
	uint32_t *dealt = kernel_arena_take(&book->arena, book->n_sites, sizeof(uint32_t));

	if (entries == NULL || dealt == NULL)
		return false;
	lay_out(book, entries);
	for (size_t i = 0; i < book->n_rates; i++)
	{
		const book_rate *rate = &book->rates[i];
		uint32_t site = site_of(rate);
		book_list *list = &book->sites[site];
		size_t at = (size_t) (list->base - entries) + dealt[site]++;

		entries[at] = (book_entry){book_signature(&rate->key), book_signature(&rate->given), rate};
		note_cares(list, rate);
	}
	return true;
}

/* At a site its own rates and those of any site are looked at together. */
static void
share_cares(book_list *list, const book_list *any)
{
	for (int i = 0; i < BOOK_LANES; i++)
		list->care.lane[i] |= any->care.lane[i];
	list->cares_nights = list->cares_nights || any->cares_nights;
	list->cares_rooms = list->cares_rooms || any->cares_rooms;
	list->cares_weekday = list->cares_weekday || any->cares_weekday;
	list->cares_volume = list->cares_volume || any->cares_volume;
}

bool
book_list_sites(commission_book *book)
{
	book->n_sites = (size_t) book->words[COMMISSION_SITE].count + 1;
	book->sites = kernel_arena_take(&book->arena, book->n_sites, sizeof(book_list));
	if (book->sites == NULL || !deal_rates(book))
		return false;
	for (size_t site = 0; site < book->n_sites; site++)
	{
		share_cares(&book->sites[site], &book->sites[0]);
		if (!set_turns(book, &book->sites[site]))
			return false;
	}
	return true;
}

/* ---- rules as sets --------------------------------------------------------------------------------------------------------- */

static bool
asks_days(const commission_rule *rule)
{
	return rule->effective_from != KERNEL_DAY_UNKNOWN || rule->effective_until != KERNEL_DAY_UNKNOWN ||
		   rule->travel_start != KERNEL_DAY_UNKNOWN || rule->travel_end != KERNEL_DAY_UNKNOWN || rule->min_nights > 0;
}

static void
sum_rule(book_rule_sets *sets, const book_rule *rule, uint64_t bit, size_t n_sites)
{
	const commission_rule *given = &rule->rule;

	for (size_t site = 0; given->n_sites == 0 && site < n_sites; site++)
		sets->of_site[site] |= bit;
	for (size_t i = 0; i < given->n_sites; i++)
		sets->of_site[rule->sites[i]] |= bit;
	for (int known = KERNEL_UNKNOWN; known <= KERNEL_YES; known++)
	{
		if (given->refundable == KERNEL_UNKNOWN || given->refundable == (kernel_tri) known)
			sets->of_refundable[known] |= bit;
	}
	if (asks_days(given))
		sets->dated |= bit;
	if (given->exclude)
		sets->excluding |= bit;
	if (given->require_refundable)
		sets->refundable_only |= bit;
}

bool
book_sum_rules(commission_book *book)
{
	if (book->n_rules > BOOK_RULE_BITS)
		return true;
	book->sets.of_site = kernel_arena_take(&book->arena, book->n_sites, sizeof(uint64_t));
	if (book->sets.of_site == NULL)
		return false;
	for (size_t i = 0; i < book->n_rules; i++)
		sum_rule(&book->sets, &book->rules[i], UINT64_C(1) << i, book->n_sites);
	return true;
}

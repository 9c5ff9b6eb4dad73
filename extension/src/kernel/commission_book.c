/* commission_book.c: compiles rates and rules into a book; see commission_book.h for its shape. */
#include "commission_book.h"

#include <stdio.h>
#include <string.h>

#include "order.h"

void
commission_rate_init(commission_rate *rate)
{
	memset(rate, 0, sizeof *rate);
	rate->stay_from = rate->stay_until = KERNEL_DAY_UNKNOWN;
	rate->effective_from = rate->effective_until = KERNEL_DAY_UNKNOWN;
}

void
commission_rule_init(commission_rule *rule)
{
	memset(rule, 0, sizeof *rule);
	rule->effective_from = rule->effective_until = KERNEL_DAY_UNKNOWN;
	rule->travel_start = rule->travel_end = KERNEL_DAY_UNKNOWN;
}

/* ---- words --------------------------------------------------------------------------------------------------------------- */

static bool
begin_words(commission_book *book, const commission_rate *rates, size_t n_rates, const commission_rule *rules,
			size_t n_rules)
{
	for (int word = 0; word < COMMISSION_WORDS; word++)
	{
		size_t most = 0;

		for (size_t i = 0; i < n_rates; i++)
			most += rates[i].word[word].bytes != NULL;
		for (size_t i = 0; word == COMMISSION_SITE && i < n_rules; i++)
			most += rules[i].n_sites + rules[i].n_prefer_sites;
		if (!words_begin(&book->words[word], most, &book->arena))
			return false;
	}
	return true;
}

uint32_t
commission_book_word(const commission_book *book, commission_word which, const char *text, size_t length)
{
	/* Most books name no suppliers, properties or advisors at all. */
	return text == NULL || book->words[which].count == 0 ? 0 : words_find(&book->words[which], text, length);
}

bool
commission_book_names(const commission_book *book, commission_word which)
{
	return book->words[which].count > 0;
}

/* ---- rates ---------------------------------------------------------------------------------------------------------------- */

static void
set_key(book_rate *rate, int key, uint32_t number)
{
	unsigned shift = key % 2 == 0 ? 0 : 32;

	if (number == 0)
		return;
	rate->key.lane[key / 2] |= (uint64_t) number << shift;
	rate->given.lane[key / 2] |= UINT64_C(0xffffffff) << shift;
	rate->keys++;
}

static bool
set_keys(commission_book *book, const commission_rate *from, book_rate *to)
{
	for (int word = 0; word < COMMISSION_WORDS; word++)
	{
		uint32_t number = 0;

		if (from->word[word].bytes != NULL)
		{
			number = words_enter(&book->words[word], from->word[word], &book->arena);
			if (number == 0)
				return false;
		}
		set_key(to, word, number);
	}
	set_key(to, COMMISSION_WORDS, from->refundable);
	set_key(to, COMMISSION_WORDS + 1, from->prepaid);
	return true;
}

static kernel_day
open_end(kernel_day day)
{
	return day == KERNEL_DAY_UNKNOWN ? INT32_MAX : day;
}

static void
set_days(const commission_rate *from, book_rate *to)
{
	bool stay = from->stay_from != KERNEL_DAY_UNKNOWN || from->stay_until != KERNEL_DAY_UNKNOWN;

	/* An unknown arrival day is INT32_MIN: a window given, even one open to the left, starts one above it. */
	to->stay_from = stay && from->stay_from == KERNEL_DAY_UNKNOWN ? INT32_MIN + 1 : from->stay_from;
	to->stay_until = open_end(from->stay_until);
	to->effective_from = from->effective_from; /* KERNEL_DAY_UNKNOWN is the lowest day: always begun, and oldest */
	to->effective_until = open_end(from->effective_until);
	to->min_nights = from->min_nights;
	to->weekdays = from->weekdays == 0 ? BOOK_ANY_WEEKDAY : from->weekdays;
	to->keys += stay + (from->min_nights > 0) + (from->weekdays != 0);
}

static bool
set_rate(commission_book *book, const commission_rate *from, book_rate *to)
{
	commission_tier *tiers;

	if (!set_keys(book, from, to))
		return false;
	set_days(from, to);
	to->id = from->id;
	to->kind = (uint8_t) from->kind;
	to->priority = from->priority;
	to->ppm = from->ppm;
	to->fixed_milli = from->fixed_milli;
	to->has_cap = from->has_cap;
	to->cap_milli = from->cap_milli;
	to->has_floor = from->has_floor;
	to->floor_milli = from->floor_milli;
	to->first_nights = from->first_nights;
	to->mode = from->mode == COMMISSION_MODE_DEFAULT ? COMMISSION_WHOLE : (uint8_t) from->mode;
	to->window = from->window == COMMISSION_WINDOW_DEFAULT ? COMMISSION_MONTH : (uint8_t) from->window;
	to->measure = from->measure == COMMISSION_MEASURE_DEFAULT ? COMMISSION_AMOUNT : (uint8_t) from->measure;
	if (from->kind != COMMISSION_TIER_PERCENT)
		return true;
	tiers = kernel_arena_take(&book->arena, from->n_tiers, sizeof(commission_tier));
	if (tiers == NULL)
		return false;
	memcpy(tiers, from->tiers, from->n_tiers * sizeof(commission_tier));
	to->tiers = tiers;
	to->n_tiers = from->n_tiers;
	book->has_tiers = true;
	return true;
}

static bool
is_addition(const book_rate *rate)
{
	return rate->kind == COMMISSION_OVERRIDE_PERCENT || rate->kind == COMMISSION_BONUS_FIXED;
}

/* Base rates by precedence, then additions by id. */
static bool
rate_before(const void *left, const void *right, const void *context)
{
	const book_rate *a = ((const book_rate *) context) + *(const uint32_t *) left;
	const book_rate *b = ((const book_rate *) context) + *(const uint32_t *) right;

	if (is_addition(a) != is_addition(b))
		return is_addition(b);
	if (!is_addition(a) && a->keys != b->keys)
		return a->keys > b->keys;
	if (!is_addition(a) && a->priority != b->priority)
		return a->priority > b->priority;
	if (!is_addition(a) && a->effective_from != b->effective_from)
		return a->effective_from > b->effective_from;
	return a->id < b->id;
}

static bool
set_rates(commission_book *book, const commission_rate *rates, size_t n)
{
	book_rate *unsorted = kernel_arena_take(&book->arena, n, sizeof(book_rate));
	uint32_t *order = kernel_arena_take(&book->arena, n, sizeof(uint32_t));

	book->rates = kernel_arena_take(&book->arena, n, sizeof(book_rate));
	if (unsorted == NULL || order == NULL || book->rates == NULL)
		return false;
	for (size_t i = 0; i < n; i++)
	{
		order[i] = (uint32_t) i;
		if (!set_rate(book, &rates[i], &unsorted[i]))
			return false;
	}
	order_sort(order, n, sizeof(uint32_t), rate_before, unsorted);
	for (size_t i = 0; i < n; i++)
		book->rates[i] = unsorted[order[i]];
	book->n_rates = n;
	while (book->n_base < n && !is_addition(&book->rates[book->n_base]))
		book->n_base++;
	return true;
}

/* ---- rules ---------------------------------------------------------------------------------------------------------------- */

static bool
copy_texts(commission_book *book, const kernel_text **texts, size_t n)
{
	kernel_text *copies = kernel_arena_take(&book->arena, n, sizeof(kernel_text));

	for (size_t i = 0; copies != NULL && i < n; i++)
	{
		if (!kernel_arena_text(&book->arena, (*texts)[i], &copies[i]))
			return false;
	}
	*texts = copies;
	return copies != NULL;
}

static uint32_t *
enter_sites(commission_book *book, const kernel_text *texts, size_t n)
{
	uint32_t *numbers = kernel_arena_take(&book->arena, n, sizeof(uint32_t));

	for (size_t i = 0; numbers != NULL && i < n; i++)
	{
		numbers[i] = words_enter(&book->words[COMMISSION_SITE], texts[i], &book->arena);
		if (numbers[i] == 0)
			return NULL;
	}
	return numbers;
}

static void
set_multiplier(book_rule *rule)
{
	int64_t a = rule->rule.has_multiplier ? rule->rule.multiplier_ppm : MONEY_PPM;
	int64_t b = MONEY_PPM;

	while (b != 0)
	{
		int64_t rest = a % b;

		a = b;
		b = rest;
	}
	rule->multiplier_up = rule->rule.multiplier_ppm / a;
	rule->multiplier_down = MONEY_PPM / a;
}

static bool
set_rule(commission_book *book, const commission_rule *from, book_rule *to)
{
	to->rule = *from;
	set_multiplier(to);
	to->sites = enter_sites(book, from->sites, from->n_sites);
	to->prefer_sites = enter_sites(book, from->prefer_sites, from->n_prefer_sites);
	to->rule.sites = NULL;
	to->rule.prefer_sites = NULL;
	return to->sites != NULL && to->prefer_sites != NULL && copy_texts(book, &to->rule.client_tiers, from->n_client_tiers) &&
		   copy_texts(book, &to->rule.destinations, from->n_destinations);
}

static bool
rule_before(const void *left, const void *right, const void *context)
{
	const commission_rule *a = ((const commission_rule *) context) + *(const uint32_t *) left;
	const commission_rule *b = ((const commission_rule *) context) + *(const uint32_t *) right;

	return a->priority != b->priority ? a->priority > b->priority : a->id < b->id;
}

static bool
set_rules(commission_book *book, const commission_rule *rules, size_t n)
{
	uint32_t *order = kernel_arena_take(&book->arena, n, sizeof(uint32_t));

	book->rules = kernel_arena_take(&book->arena, n, sizeof(book_rule));
	if (order == NULL || book->rules == NULL)
		return false;
	for (size_t i = 0; i < n; i++)
		order[i] = (uint32_t) i;
	order_sort(order, n, sizeof(uint32_t), rule_before, rules);
	for (size_t i = 0; i < n; i++)
	{
		if (!set_rule(book, &rules[order[i]], &book->rules[i]))
			return false;
	}
	book->n_rules = n;
	return true;
}

/* ---- the book ------------------------------------------------------------------------------------------------------------------ */

static bool
id_before(const void *left, const void *right, const void *context)
{
	(void) context;
	return *(const int64_t *) left < *(const int64_t *) right;
}

/* Refuses an id that comes twice. ids are sorted here. */
static kernel_status
check_ids(int64_t *ids, size_t n, const char *what, kernel_error *error)
{
	order_sort(ids, n, sizeof(int64_t), id_before, NULL);
	for (size_t i = 1; i < n; i++)
	{
		if (ids[i] != ids[i - 1])
			continue;
		if (error != NULL)
		{
			error->id = ids[i];
			snprintf(error->path, sizeof error->path, "%s", what);
			snprintf(error->expected, sizeof error->expected, "each id once");
			snprintf(error->got, sizeof error->got, "%lld twice", (long long) ids[i]);
			snprintf(error->message, sizeof error->message, "%s: id %lld comes twice", what, (long long) ids[i]);
		}
		return KERNEL_INVALID;
	}
	return KERNEL_OK;
}

static kernel_status
check_all(commission_book *book, const commission_rate *rates, size_t n_rates, const commission_rule *rules,
		  size_t n_rules, kernel_error *error)
{
	int64_t *rate_ids = kernel_arena_take(&book->arena, n_rates, sizeof(int64_t));
	int64_t *rule_ids = kernel_arena_take(&book->arena, n_rules, sizeof(int64_t));
	kernel_status status = KERNEL_OK;

	if (rate_ids == NULL || rule_ids == NULL)
		return KERNEL_NO_MEMORY;
	for (size_t i = 0; i < n_rates && status == KERNEL_OK; i++)
	{
		rate_ids[i] = rates[i].id;
		status = commission_check_rate(&rates[i], i, error);
	}
	for (size_t i = 0; i < n_rules && status == KERNEL_OK; i++)
	{
		rule_ids[i] = rules[i].id;
		status = commission_check_rule(&rules[i], i, error);
	}
	if (status == KERNEL_OK)
		status = check_ids(rate_ids, n_rates, "rates", error);
	return status == KERNEL_OK ? check_ids(rule_ids, n_rules, "rules", error) : status;
}

static bool
set_no_trip(commission_book *book)
{
	void *memory = kernel_arena_take(&book->arena, 1, book_scope_size(book));

	book->no_trip = memory != NULL ? book_scope_in(memory, book) : NULL;
	return memory != NULL;
}

kernel_status
commission_book_compile(const commission_rate *rates, size_t n_rates, const commission_rule *rules, size_t n_rules,
						money_rounding rounding, const kernel_alloc *alloc, commission_book **out, kernel_error *error)
{
	arena where;
	commission_book *book;
	kernel_status status;

	*out = NULL;
	kernel_arena_begin(&where, alloc);
	book = kernel_arena_take(&where, 1, sizeof *book);
	if (book == NULL || n_rates > INT32_MAX || n_rules > INT32_MAX)
	{
		arena_end(&where);
		return KERNEL_NO_MEMORY;
	}
	book->alloc = *alloc;
	book->arena = where;
	book->rounding = rounding;
	status = check_all(book, rates, n_rates, rules, n_rules, error);
	if (status == KERNEL_OK &&
		!(begin_words(book, rates, n_rates, rules, n_rules) && set_rates(book, rates, n_rates) &&
		  set_rules(book, rules, n_rules) && book_list_sites(book) && book_sum_rules(book) && set_no_trip(book)))
		status = KERNEL_NO_MEMORY;
	if (status == KERNEL_OK)
		*out = book;
	else
		commission_book_free(book);
	return status;
}

void
commission_book_free(commission_book *book)
{
	arena where;

	if (book == NULL)
		return;
	where = book->arena; /* the book itself lies in it */
	arena_end(&where);
}

size_t
commission_book_rules(const commission_book *book)
{
	return book->n_rules;
}

bool
commission_book_has_tiers(const commission_book *book)
{
	return book->has_tiers;
}

/* Keeps in *next the earliest of the days after `day` on which a window opens or has just closed. */
static void
note_change(kernel_day from, kernel_day until, kernel_day day, kernel_day *next)
{
	if (from != KERNEL_DAY_UNKNOWN && from > day && (*next == KERNEL_DAY_UNKNOWN || from < *next))
		*next = from;
	if (until != KERNEL_DAY_UNKNOWN && until != INT32_MAX && until >= day &&
		(*next == KERNEL_DAY_UNKNOWN || until + 1 < *next))
		*next = until + 1;
}

kernel_day
commission_book_next_change(const commission_book *book, kernel_day day)
{
	kernel_day next = KERNEL_DAY_UNKNOWN;

	for (size_t i = 0; i < book->n_rates; i++)
		note_change(book->rates[i].effective_from, book->rates[i].effective_until, day, &next);
	for (size_t i = 0; i < book->n_rules; i++)
		note_change(book->rules[i].rule.effective_from, book->rules[i].rule.effective_until, day, &next);
	return next;
}

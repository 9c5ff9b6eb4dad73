/*
 * commission_book.h: inside of a compiled book, shared by the files of the commission kernel and by nobody else.
 *
 * How matching got fast: when a rate matches, every key it gives matches, so the number of matching keys is a property of
 * the rate, and so is its whole precedence. Base rates lie sorted by precedence; the first that matches is the answer.
 * Per site there is a list of that site's rates, and one of the rates of any site, both in the same order: the first that
 * matches in the two merged is the answer, and a book of n rates has n entries however many sites it names.
 * The ten keys that are words or truths are compared as five 64-bit words: (offer ^ rate) & given is zero when all agree.
 * A list holds beside each rate the low six bits of its ten keys in one word, its signature: nearly every rate that does not
 * match is passed over by looking at that alone, without touching the rate.
 */
#ifndef VOYGEN_KERNEL_COMMISSION_BOOK_H
#define VOYGEN_KERNEL_COMMISSION_BOOK_H

#include "commission.h"
#include "exact.h"
#include "words.h"

#define BOOK_KEYS (COMMISSION_WORDS + 2) /* the words, refundable, prepaid */
#define BOOK_LANES (BOOK_KEYS / 2)

typedef struct book_key
{
	uint64_t lane[BOOK_LANES];
} book_key;

#define BOOK_ANY_WEEKDAY 0xff
#define BOOK_WEEKDAY_UNKNOWN 0x80 /* bit of an arrival day that is not known: only "any" has it */

typedef struct book_rate
{
	book_key key;
	book_key given;       /* all ones where the key is given */
	kernel_day stay_from; /* open ends are INT32_MIN and INT32_MAX */
	kernel_day stay_until;
	kernel_day effective_from;
	kernel_day effective_until;
	int32_t min_nights;
	uint8_t weekdays;
	uint8_t kind;
	uint8_t mode;
	uint8_t window;
	uint8_t measure;
	bool has_cap;
	bool has_floor;
	int32_t first_nights;
	int32_t keys; /* how many are given */
	int32_t priority;
	int64_t id;
	int64_t ppm;
	int64_t fixed_milli;
	int64_t cap_milli;
	int64_t floor_milli;
	const commission_tier *tiers;
	size_t n_tiers;
} book_rate;

typedef struct book_rule
{
	commission_rule rule; /* with copied texts */
	uint32_t *sites;      /* numbers of the sites of the condition */
	uint32_t *prefer_sites;
	int64_t multiplier_up; /* the multiplier in lowest terms: 1.1 is 11/10, which keeps products of many small */
	int64_t multiplier_down;
} book_rule;

#define BOOK_SIGNATURE_BITS 6 /* of each key: ten of them fit 64 */

typedef struct book_entry
{
	uint64_t signature;
	uint64_t given;
	const book_rate *rate;
} book_entry;

/* Rates in the order of book->rates: n base rates and then n additions. */
typedef struct book_list
{
	const book_entry *base;
	const book_entry *added;
	uint32_t n_base;
	uint32_t n_added;
	const kernel_day *turns; /* ascending: the days on which a stay window of the list opens or has just closed */
	uint32_t n_turns;
	/* What the rates of the list look at; of two offers that differ in nothing else the same rates match. */
	book_key care; /* all ones where a rate gives the key */
	bool cares_nights;
	bool cares_rooms;
	bool cares_weekday;
	bool cares_volume;
} book_list;

/* Rules as bits, the first rule the lowest: what a set of them asks and does together. A book of more rules has no bits. */
#define BOOK_RULE_BITS COMMISSION_HELD_RULES

typedef struct book_rule_sets
{
	uint64_t *of_site;         /* by number of the site: rules that hold there, or do not ask; number 0 is any other site */
	uint64_t of_refundable[3]; /* by kernel_tri */
	uint64_t dated;            /* rules that ask a day or nights */
	uint64_t excluding;
	uint64_t refundable_only;
} book_rule_sets;

struct commission_book
{
	kernel_alloc alloc;
	arena arena;
	money_rounding rounding;
	bool has_tiers;
	book_rate *rates; /* base rates by precedence, then additions by id */
	size_t n_rates;
	size_t n_base;
	book_rule *rules; /* highest priority first, then lowest id */
	size_t n_rules;
	words_table words[COMMISSION_WORDS];
	book_list *sites; /* by number of the site; 0 has the rates of any site */
	size_t n_sites;
	book_rule_sets sets;
	commission_scope *no_trip; /* for quotes that know nothing of a trip */
};

struct commission_scope
{
	const commission_book *book;
	commission_trip trip; /* texts are the caller's */
	uint32_t *rules;      /* positions of the rules whose conditions on the trip hold */
	size_t n_rules;
	uint64_t bits;    /* the same as a set, where the book has bits */
	bool has_minimum; /* one of them asks for a minimum percentage */
};

/* A scope in memory of this many bytes, with nothing known of the trip. */
static inline size_t
book_scope_size(const commission_book *book)
{
	return sizeof(commission_scope) + book->n_rules * sizeof(uint32_t);
}
commission_scope *book_scope_in(void *memory, const commission_book *book);

/* Steps of compiling, each a file: the lists of sites; rules as sets. False when there is no memory. */
bool book_list_sites(commission_book *book);
bool book_sum_rules(commission_book *book);

/* The list of a site that the book may not name. */
static inline const book_list *
book_site(const commission_book *book, uint32_t site)
{
	return &book->sites[site < book->n_sites ? site : 0];
}

/* Name of a key as in the contracts: words, then refundable, prepaid. */
extern const char *const book_key_names[BOOK_KEYS];

/* Is the rate or rule fit to be compiled? Fills error when not. `at` is its position in what the caller gave. */
kernel_status commission_check_rate(const commission_rate *rate, size_t at, kernel_error *error);
kernel_status commission_check_rule(const commission_rule *rule, size_t at, kernel_error *error);

/* The offer's keys in lanes, the signature of any keys, and the arrival day as a bit. */
book_key book_key_of_offer(const commission_offer *offer);
uint64_t book_signature(const book_key *key);
uint8_t book_weekday_bit(kernel_day day);

/* NULL when the rate matches, else the name of a key that does not. */
const char *book_rate_mismatch(const book_rate *rate, const commission_offer *offer);

/* NULL when the conditions of the rule on the trip (without trip-independent ones) hold, else the name of one. */
const char *book_rule_trip_mismatch(const commission_rule *rule, const commission_trip *trip);

/* The same for its conditions on days and nights, and for all its conditions on the offer. */
const char *book_rule_days_mismatch(const commission_rule *rule, const commission_trip *trip, const commission_offer *offer);
const char *book_rule_offer_mismatch(const book_rule *rule, const commission_trip *trip, const commission_offer *offer);

#endif

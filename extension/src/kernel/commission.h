/*
 * commission.h: what an agency earns on an offer.
 *
 * A *book* is an agency's rates and rules, compiled once: words become small integers, dates become days, percents become
 * parts per million. An *offer* is a handful of integers, quoted in well under a microsecond. The way of one quote:
 *
 *   base        sum of the commissionable components, tax taken out
 *   base rate   of the rates of a base kind that match, the one with most given keys, then highest priority, then newest
 *               effective_from (none = oldest), then lowest id; applied to the base
 *   first N     of a rate with first_nights, only the first N nights of the stay earn
 *   additions   every override_percent and bonus_fixed that matches is added
 *   cap, floor  of the base rate, on the sum; floor after cap
 *   rules       highest priority first, then lowest id: multipliers and bonuses in that order, conditions that make an
 *               offer ineligible, preferred sites
 *   rounding    once, at the very end; never below zero
 *   stated      what the portal states wins as the expected commission and is kept beside the computed one
 *
 * Everything before the rounding is an exact fraction of 128-bit integers; a value that would not fit is KERNEL_OVERFLOW.
 *
 * Matching: a key of a rate that is not given matches every offer and does not count. A key that is given must equal the
 * offer's value (words byte for byte); an offer whose value is unknown does not match it. Given keys count one each; the
 * stay window counts one whichever of its ends are given; effective_from/until is a condition, not a key.
 *
 * No function here reads a clock: the booking date is part of the offer.
 */
#ifndef VOYGEN_KERNEL_COMMISSION_H
#define VOYGEN_KERNEL_COMMISSION_H

#include "money.h"

/* ---- words ---------------------------------------------------------------------------------------------------------- */

/* The keys that are words. Each has its own numbering; 0 is "unknown to the book", which matches no given key. */
typedef enum commission_word
{
	COMMISSION_SITE,
	COMMISSION_SUPPLIER,
	COMMISSION_CHAIN,
	COMMISSION_PROPERTY,
	COMMISSION_PRODUCT_TYPE,
	COMMISSION_RATE_TYPE,
	COMMISSION_CURRENCY,
	COMMISSION_ADVISOR,
	COMMISSION_WORDS
} commission_word;

/* ---- rates, as the table or a caller gives them ------------------------------------------------------------------------ */

typedef enum commission_kind
{
	COMMISSION_KIND_UNKNOWN = 0,
	COMMISSION_PERCENT,              /* base x value */
	COMMISSION_FIXED_PER_STAY,       /* fixed */
	COMMISSION_FIXED_PER_NIGHT,      /* fixed x nights */
	COMMISSION_FIXED_PER_ROOM_NIGHT, /* fixed x nights x rooms */
	COMMISSION_NET_MARKUP,           /* components are net cost: base x value on top */
	COMMISSION_TIER_PERCENT,         /* percentage by volume, see commission_tier */
	COMMISSION_OVERRIDE_PERCENT,     /* added: base x value */
	COMMISSION_BONUS_FIXED           /* added: fixed */
} commission_kind;

typedef enum commission_mode
{
	COMMISSION_MODE_DEFAULT = 0, /* whole */
	COMMISSION_WHOLE,            /* the whole base earns the percentage of the tier the volume has reached */
	COMMISSION_MARGINAL          /* each part of the booking earns the percentage of the tier it falls in */
} commission_mode;

typedef enum commission_window
{
	COMMISSION_WINDOW_DEFAULT = 0, /* month */
	COMMISSION_MONTH,
	COMMISSION_QUARTER,
	COMMISSION_YEAR,
	COMMISSION_WINDOWS
} commission_window;

typedef enum commission_measure
{
	COMMISSION_MEASURE_DEFAULT = 0, /* amount */
	COMMISSION_AMOUNT,
	COMMISSION_ROOM_NIGHTS,
	COMMISSION_BOOKINGS,
	COMMISSION_MEASURES
} commission_measure;

/* The contract's words -> the enums above; 0 (unknown / default) for any other text. */
commission_kind commission_kind_from_text(const char *text, size_t length);
commission_mode commission_mode_from_text(const char *text, size_t length);
commission_window commission_window_from_text(const char *text, size_t length);
commission_measure commission_measure_from_text(const char *text, size_t length);

/*
 * One step of a volume scale: from this volume on (inclusive), ppm. from_milli is thousandths: of a currency unit for
 * measure amount, of a room night or booking for the others (so 20 room nights = 20000). Steps ascend strictly; below the
 * first step the percentage is 0. The volume is what was reached before this booking. Marginal: the booking occupies the
 * stretch from that volume to that volume plus its own base (amount), rooms x nights (room_nights) or one (bookings).
 */
typedef struct commission_tier
{
	int64_t from_milli;
	int64_t ppm;
} commission_tier;

/* A rate. Start from commission_rate_init, then set what is given. Texts and tiers are copied by compile. */
typedef struct commission_rate
{
	int64_t id;
	commission_kind kind;
	int32_t priority;

	kernel_text word[COMMISSION_WORDS]; /* bytes NULL = key not given */
	kernel_tri refundable;              /* KERNEL_UNKNOWN = key not given */
	kernel_tri prepaid;
	int32_t min_nights;   /* 0 = not given */
	kernel_day stay_from; /* KERNEL_DAY_UNKNOWN = not given, compares check_in, both ends inclusive */
	kernel_day stay_until;
	kernel_day effective_from; /* compares booked_on, both ends inclusive */
	kernel_day effective_until;
	uint8_t weekdays;      /* bit (iso day - 1) of the arrival day; 0 = not given */
	bool weekdays_invalid; /* set by the caller when a day was outside 1..7; compile refuses the rate */

	bool has_ppm; /* value of the percentage kinds */
	int64_t ppm;
	bool has_fixed; /* value of the fixed kinds, thousandths of a unit of the offer's currency */
	int64_t fixed_milli;
	bool has_cap;      /* cap and floor act on the sum when this is the base rate; overrides and */
	int64_t cap_milli; /* bonuses carry none of their own: theirs are not applied */
	bool has_floor;
	int64_t floor_milli;
	int32_t first_nights; /* 0 = not given */

	const commission_tier *tiers; /* COMMISSION_TIER_PERCENT only */
	size_t n_tiers;
	commission_mode mode;
	commission_window window;
	commission_measure measure;
} commission_rate;

void commission_rate_init(commission_rate *rate);

/* ---- rules ------------------------------------------------------------------------------------------------------------- */

/* A rule: every condition given must hold (an unknown value of trip or offer does not satisfy one); then every action given
 * acts, multiplier before bonus. Start from commission_rule_init. Texts are copied by compile. */
typedef struct commission_rule
{
	int64_t id;
	int32_t priority;
	kernel_day effective_from; /* compares booked_on, inclusive */
	kernel_day effective_until;

	/* conditions */
	bool has_budget_min; /* trip_budget, inclusive, thousandths of a unit of the trip's budget */
	int64_t budget_min_milli;
	bool has_budget_max;
	int64_t budget_max_milli;
	const kernel_text *client_tiers; /* one of, byte for byte */
	size_t n_client_tiers;
	const kernel_text *destinations; /* one of them occurs in the trip's destination as whole words, whatever the case */
	size_t n_destinations;
	kernel_day travel_start; /* check_in of the offer, else start of the trip, inclusive */
	kernel_day travel_end;
	int32_t min_nights; /* nights of the offer; 0 = not given */
	const kernel_text *sites;
	size_t n_sites;
	kernel_tri refundable;

	/* actions */
	bool has_multiplier;
	int64_t multiplier_ppm; /* 1.1 = 1100000 */
	bool has_bonus;
	int64_t bonus_milli;
	const kernel_text *prefer_sites;
	size_t n_prefer_sites;
	bool require_refundable; /* an offer not known to be refundable becomes ineligible */
	bool has_min_percent;    /* expected commission below this share of the base (or unknown): ineligible */
	int64_t min_percent_ppm;
	bool exclude;
} commission_rule;

void commission_rule_init(commission_rule *rule);

/* ---- the book ------------------------------------------------------------------------------------------------------------ */

typedef struct commission_book commission_book;

/*
 * Compiles. Rates and rules that are not active are left out by the caller. The book owns copies of everything and is read
 * only afterwards (any number of quotes may share it); free it with commission_book_free, or let the memory context of
 * `alloc` go. The alloc structure is copied.
 *
 * KERNEL_INVALID, with the rate's or rule's id, field, what was expected and what came: unknown kind; a kind without its
 * value (percent without ppm, fixed without amount, tier_percent without tiers); a negative percentage, amount, cap, floor,
 * min_nights, first_nights, tier threshold; a percentage above 1000 %; cap below floor; tiers not strictly ascending;
 * tiers on another kind; effective_from after effective_until, stay_from after stay_until, travel start after end; a
 * weekday outside 1..7; a negative multiplier or one above 1000; budget min above max; an empty word; two rates (or two
 * rules) of one id.
 */
kernel_status commission_book_compile(const commission_rate *rates, size_t n_rates, const commission_rule *rules,
									  size_t n_rules, money_rounding rounding, const kernel_alloc *alloc,
									  commission_book **book, kernel_error *error);
void commission_book_free(commission_book *book);

/* The book's number of a word; 0 when the book does not name it (or text is NULL). Worth caching per distinct text. */
uint32_t commission_book_word(const commission_book *book, commission_word which, const char *text, size_t length);

/* Does any rate or rule name a word of this key? A key of which none does need not be looked up. */
bool commission_book_names(const commission_book *book, commission_word which);

/* The first day after `day` on which a rate or rule starts (effective_from) or has just ended (effective_until + 1), or
 * KERNEL_DAY_UNKNOWN when none; and whether any rate goes by volume. For the validity of stored facts. */
kernel_day commission_book_next_change(const commission_book *book, kernel_day day);
bool commission_book_has_tiers(const commission_book *book);

/* How many rules the book has. */
size_t commission_book_rules(const commission_book *book);

/* ---- the trip -------------------------------------------------------------------------------------------------------------- */

/* What rules ask about a trip. Zero/NULL/false is unknown; dates are KERNEL_DAY_UNKNOWN when unknown. The texts stay the
 * caller's and must live as long as the scope is used with this trip (a trace reads them again). */
typedef struct commission_trip
{
	bool has_budget;
	int64_t budget_milli;
	kernel_text client_tier;
	kernel_text destination;
	kernel_day start;
} commission_trip;

/* The rules whose conditions on the trip hold, worked out once per trip. Made once per scan with _new (room for all rules
 * of the book), set again for each trip, freed with _free. */
typedef struct commission_scope commission_scope;
kernel_status commission_scope_new(const commission_book *book, commission_scope **scope);
void commission_scope_set(commission_scope *scope, const commission_trip *trip); /* NULL: nothing known of the trip */
void commission_scope_free(commission_scope *scope);

/* What a scope came to, small enough to be kept for each of many trips; for books of at most COMMISSION_HELD_RULES rules.
 * A scope that recalls it quotes as it did, but knows the trip's texts no more: a trace is not to be asked of it. */
#define COMMISSION_HELD_RULES 64

typedef struct commission_held
{
	uint64_t rules;
	kernel_day start;
} commission_held;

commission_held commission_scope_hold(const commission_scope *scope);
void commission_scope_recall(commission_scope *scope, commission_held held);

/* ---- the offer --------------------------------------------------------------------------------------------------------------- */

typedef enum commission_component_kind
{
	COMMISSION_COMPONENT_UNKNOWN = 0,
	/* commissionable unless said otherwise */
	COMMISSION_ROOM,
	COMMISSION_SERVICE_CHARGE,
	COMMISSION_ADDON,
	COMMISSION_AIR,
	COMMISSION_TRANSFER,
	COMMISSION_INSURANCE,
	COMMISSION_CAR,
	/* not commissionable unless said otherwise */
	COMMISSION_TAX,
	COMMISSION_RESORT_FEE,
	COMMISSION_NCF,
	COMMISSION_PENALTY
} commission_component_kind;

commission_component_kind commission_component_from_text(const char *text, size_t length);

typedef enum commission_tax
{
	COMMISSION_TAX_UNKNOWN = 0, /* counts in full, and the base is an estimate */
	COMMISSION_TAX_INCLUDED,    /* tax_amount is taken out; without one it counts in full and the base is an estimate */
	COMMISSION_TAX_EXCLUDED     /* counts in full */
} commission_tax;

commission_tax commission_tax_from_text(const char *text, size_t length);

/* One part of the price, minor units of the offer's currency. Negative amounts are discounts. */
typedef struct commission_component
{
	int64_t amount;
	int64_t tax_amount;
	uint8_t kind; /* commission_component_kind */
	uint8_t tax;  /* commission_tax */
	bool has_tax_amount;
	uint8_t commissionable; /* kernel_tri; KERNEL_UNKNOWN = as the kind says */
} commission_component;

/* Volume of the offer's site in the window that contains booked_on, index [commission_window - 1]. Amount in thousandths
 * of a unit; the others plain counts. A missing row is zero. */
typedef struct commission_volume
{
	int64_t amount_milli[3];
	int64_t room_nights[3];
	int64_t bookings[3];
} commission_volume;

/* What is quoted. Start from commission_offer_init, or from a copy of the last one. Words are numbers of
 * commission_book_word of the same book. */
typedef struct commission_offer
{
	uint32_t word[COMMISSION_WORDS];
	uint8_t refundable; /* kernel_tri */
	uint8_t prepaid;    /* kernel_tri */
	uint8_t exponent;   /* of the offer's currency, 0..4 */
	int32_t nights;     /* 0 = unknown */
	int32_t rooms;      /* 0 = one */
	kernel_day check_in;
	kernel_day booked_on; /* must be given */

	const commission_component *components; /* none: the base is unknown */
	size_t n_components;
	const commission_volume *volume; /* NULL: all zero */

	bool has_stated_amount; /* minor units */
	int64_t stated_amount;
	bool has_stated_percent;
	int64_t stated_ppm;
} commission_offer;

void commission_offer_init(commission_offer *offer);

/* ---- the quote ----------------------------------------------------------------------------------------------------------------- */

typedef enum commission_source
{
	COMMISSION_SOURCE_NONE = 0, /* no rate matches and nothing is stated, or a needed part is unknown */
	COMMISSION_SOURCE_STATED,
	COMMISSION_SOURCE_COMPUTED
} commission_source;

/* What is known is said by the has_ fields; the rest is 0 then. Wide fields first: it is written for every row of a scan. */
typedef struct commission_quote
{
	int64_t expected; /* minor units; 0 when source is NONE */
	int64_t base;
	int64_t computed;
	int64_t rate_id;         /* of the base rate, when one matched; set even when a stated commission wins */
	int64_t stated;          /* stated amount, or stated percent x base rounded */
	int64_t variance;        /* stated - computed, when both are known */
	int64_t variance_ppm;    /* of stated, when that is not 0 */
	int64_t effective_ppm;   /* expected / base, when base is above 0 */
	int64_t ineligible_rule; /* first rule that says no (minimum percentages last), 0 when eligible */
	commission_source source;
	int32_t ineligible_reason; /* commission_why */
	int32_t rules_applied;     /* how many rules acted */
	bool has_rate;
	bool has_base;
	bool base_estimated;
	bool has_computed;
	bool has_stated;
	bool has_variance;
	bool has_variance_ppm;
	bool variance_alert; /* beyond 1 % of stated, and the base is not an estimate */
	bool has_effective;
	bool eligible;
	bool preferred; /* a rule prefers the site */
} commission_quote;

/* ---- the trace ----------------------------------------------------------------------------------------------------------------- */

typedef enum commission_what
{
	COMMISSION_STEP_COMPONENT, /* id: position; before/after: base so far */
	COMMISSION_STEP_BASE,      /* after: base */
	COMMISSION_STEP_RATE_LOST, /* id: rate; why: did not match (key names it) or was outranked */
	COMMISSION_STEP_RATE,      /* id: base rate; after: commission it gives */
	COMMISSION_STEP_NO_RATE,
	COMMISSION_STEP_FIRST_NIGHTS,
	COMMISSION_STEP_OVERRIDE,
	COMMISSION_STEP_BONUS,
	COMMISSION_STEP_CAP,
	COMMISSION_STEP_FLOOR,
	COMMISSION_STEP_RULE_SKIPPED, /* id: rule; key: the condition that does not hold */
	COMMISSION_STEP_RULE_MULTIPLIER,
	COMMISSION_STEP_RULE_BONUS,
	COMMISSION_STEP_RULE_PREFER,
	COMMISSION_STEP_RULE_INELIGIBLE,
	COMMISSION_STEP_RULE_PASSED, /* a requirement that the offer meets */
	COMMISSION_STEP_NOT_NEGATIVE,
	COMMISSION_STEP_ROUND,
	COMMISSION_STEP_STATED
} commission_what;

typedef enum commission_why
{
	COMMISSION_WHY_NONE = 0,
	COMMISSION_WHY_KEY,        /* the key named differs, or the offer does not know it */
	COMMISSION_WHY_FEWER_KEYS, /* matches, but fewer keys than the chosen one */
	COMMISSION_WHY_LOWER_PRIORITY,
	COMMISSION_WHY_OLDER, /* effective_from */
	COMMISSION_WHY_HIGHER_ID,
	COMMISSION_WHY_MOST_KEYS, /* chosen */
	COMMISSION_WHY_COMMISSIONABLE,
	COMMISSION_WHY_NOT_COMMISSIONABLE,
	COMMISSION_WHY_TAX_TAKEN_OUT,
	COMMISSION_WHY_TAX_UNKNOWN,
	COMMISSION_WHY_BASE_UNKNOWN,
	COMMISSION_WHY_NIGHTS_UNKNOWN,
	COMMISSION_WHY_CONDITION, /* of a rule, named by key */
	COMMISSION_WHY_NOT_REFUNDABLE,
	COMMISSION_WHY_BELOW_MINIMUM,
	COMMISSION_WHY_COMMISSION_UNKNOWN,
	COMMISSION_WHY_EXCLUDED,
	COMMISSION_WHY_ABOVE_CAP,
	COMMISSION_WHY_BELOW_FLOOR,
	COMMISSION_WHY_STATED_AMOUNT,
	COMMISSION_WHY_STATED_PERCENT
} commission_why;

/* One line of a trace. before and after are in 1/10,000 of a minor unit, cut for showing (the calculation itself is
 * exact); they hold meaning only where has_amounts. ppm is the percentage or multiplier used, where there is one. */
typedef struct commission_step
{
	commission_what what;
	commission_why why;
	int64_t id;
	const char *key; /* name of a key or condition as in the contracts, or NULL; static text */
	bool has_amounts;
	int64_t before;
	int64_t after;
	bool has_ppm;
	int64_t ppm;
} commission_step;

#define COMMISSION_STEP_SCALE INT64_C(10000)

typedef struct commission_trace
{
	void (*step)(void *context, const commission_step *step);
	void *context;
} commission_trace;

/* Static words for a step: "chosen", "fewer matching keys" ... and the name of what ("rate", "cap" ...). */
const char *commission_what_text(commission_what what);
const char *commission_why_text(commission_why why);

/*
 * Quotes one offer. scope NULL: nothing is known of the trip. trace NULL costs nothing. KERNEL_INVALID: booked_on missing,
 * exponent above 4, an unknown component kind. KERNEL_OVERFLOW: the exact value does not fit. Allocates nothing.
 */
kernel_status commission_quote_offer(const commission_book *book, const commission_scope *scope,
									 const commission_offer *offer, const commission_trace *trace,
									 commission_quote *quote, kernel_error *error);

/* ---- the expected commission alone ------------------------------------------------------------------------------------------ */

/* What of a quote a scan of many offers wants. */
typedef struct commission_expected
{
	int64_t amount;  /* minor units; 0 when source is NONE */
	int64_t rate_id; /* of the base rate, 0 when none matched */
	commission_source source;
	bool eligible;
} commission_expected;

/*
 * Remembers what the book says of offers before their amounts are looked at: rates chosen and added up to one fraction of
 * the base and one sum, rules to one factor and one sum. Bounded; what it forgets it works out again, so that it never
 * changes an answer. One user at a time; must not outlive its book.
 */
typedef struct commission_memo commission_memo;
kernel_status commission_memo_new(const commission_book *book, commission_memo **memo);
void commission_memo_free(commission_memo *memo);

/* The same answer as commission_quote_offer, a good deal faster over many offers. */
kernel_status commission_expect(commission_memo *memo, const commission_scope *scope, const commission_offer *offer,
								commission_expected *expected, kernel_error *error);

#endif

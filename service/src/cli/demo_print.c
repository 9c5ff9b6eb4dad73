/*
 * demo_print.c - what an advisor wants to know of one trip. Every figure is printed as the tools answered it.
 */
#include "cli/demo_print.h"

#include <stdio.h>
#include <string.h>

#include "cli/demo_load.h"
#include "json/reading.h"

/* What a client may want to spend on the stay, in the trip's currency. */
#define PRINTED_BUDGET "7000"
/* The advisor's own portal among the two sources of the demo: it states what it pays. */
#define PRINTED_PORTAL "navitrip"

static struct json_object *
trip_argument(struct arena *arena, const char *trip_id)
{
	struct json_object *arguments = json_new(arena);

	json_set_text(arena, arguments, "trip_id", trip_id);
	return arguments;
}

/* Arguments {"trip_ids": [trip_id]}. */
static struct json_object *
only_trip(struct arena *arena, const char *trip_id)
{
	struct json_object *arguments = json_new(arena);
	struct json_object *ids = json_object_new_array();
	struct json_object *id = json_object_new_string(trip_id);

	if (ids == NULL || id == NULL || json_object_array_add(ids, id) != 0 ||
		json_object_object_add(arguments, "trip_ids", ids) != 0)
		arena->fail(sizeof(id));
	return arguments;
}

/* The trip's facts in two lines. */
static bool
print_trip(struct session *session, struct caller *caller, const char *trip_id, struct failure *failure)
{
	struct arena *arena = session->arena;
	struct json_object *answer;
	struct json_object *facts;

	answer = caller_ask(session, caller, "query_trip_facts", only_trip(arena, trip_id), failure);
	if (answer == NULL)
		return false;
	facts = json_member(json_item(json_member(answer, "trips"), 0), "facts");
	printf("\n%s (%s)\n", json_text(arena, facts, "title", ""), trip_id);
	printf("  %s to %s, %s nights, %s travelers, %zu hotel offers last checked %s, from %s %s a night\n",
		   json_text(arena, facts, "start_date", "?"), json_text(arena, facts, "end_date", "?"),
		   json_text(arena, facts, "nights", "?"), json_text(arena, facts, "traveler_count", "?"),
		   json_count(json_member(facts, "hotels")),
		   json_text(arena, json_member(facts, "availability"), "checked_at", "an unknown time"),
		   json_text(arena, facts, "lead_price_min", "?"), json_text(arena, facts, "currency", ""));
	json_object_put(answer);
	return true;
}

static void
print_tier(struct arena *arena, struct json_object *shortlist, const char *tier)
{
	struct json_object *hotels = json_member(json_member(shortlist, "tiers"), tier);

	for (size_t i = 0; i < json_count(hotels); i++)
	{
		struct json_object *hotel = json_item(hotels, i);

		printf("  %-6s %9s  %s (%s)\n", tier, json_text(arena, hotel, "nightly_amount", "?"),
			   json_text(arena, hotel, "name", ""), json_text(arena, hotel, "site", ""));
		printf("                    score %s: %s\n", json_text(arena, hotel, "score", "?"),
			   json_text(arena, hotel, "reason", ""));
	}
}

static bool
print_shortlist(struct session *session, struct caller *caller, const char *trip_id, struct failure *failure)
{
	struct arena *arena = session->arena;
	struct json_object *answer = caller_ask(session, caller, "shortlist_hotels", trip_argument(arena, trip_id), failure);
	struct json_object *cuts;

	if (answer == NULL)
		return false;
	cuts = json_member(answer, "cuts");
	printf("\nShortlist by price a night (%s; low below %s, high from %s)\n", json_text(arena, answer, "method", "?"),
		   json_text_item(arena, cuts, 0, "?"), json_text_item(arena, cuts, 1, "?"));
	print_tier(arena, answer, "low");
	print_tier(arena, answer, "medium");
	print_tier(arena, answer, "high");
	if (json_member(answer, "note") != NULL)
		printf("  note: %s\n", json_text(arena, answer, "note", ""));
	json_object_put(answer);
	return true;
}

/* The choice that earns most under these limits, beside the cheapest. Frees the arguments. */
static bool
print_choice(struct session *session, struct caller *caller, struct json_object *arguments, struct failure *failure)
{
	struct arena *arena = session->arena;
	struct json_object *answer;
	struct json_object *choices;
	struct json_object *baseline;
	const char *percent;

	answer = caller_ask(session, caller, "optimize_commission", arguments, failure);
	if (answer == NULL)
		return false;
	choices = json_member(answer, "selection");
	baseline = json_member(answer, "baseline");
	for (size_t i = 0; i < json_count(choices); i++)
	{
		struct json_object *choice = json_item(choices, i);

		printf("  %s: %s (%s) for %s\n", json_text(arena, choice, "leg", ""),
			   json_text(arena, choice, "hotel", ""), json_text(arena, choice, "site", ""),
			   json_text(arena, choice, "price", "?"));
		printf("    %s\n", json_text(arena, choice, "reason", ""));
	}
	percent = json_text(arena, answer, "gain_percent", NULL);
	printf("  earns %s; the cheapest, at %s, earns %s: a gain of %s%s%s%s\n",
		   json_text(arena, answer, "total_commission", "?"),
		   json_text(arena, baseline, "total_price", "?"),
		   json_text(arena, baseline, "total_commission", "nothing"),
		   json_text(arena, answer, "gain", "?"), percent != NULL ? " (" : "",
		   percent != NULL ? percent : "", percent != NULL ? " %)" : "");
	json_object_put(answer);
	return true;
}

static struct json_object *
portal_within_budget(struct arena *arena, const char *trip_id)
{
	struct json_object *arguments = trip_argument(arena, trip_id);
	struct json_object *sites = json_tokener_parse("[\"" PRINTED_PORTAL "\"]");

	if (sites == NULL || json_object_object_add(arguments, "prefer_sites", sites) != 0)
		arena->fail(sizeof(sites));
	json_set_number(arena, arguments, "budget", PRINTED_BUDGET);
	return arguments;
}

static bool
print_commission(struct session *session, struct caller *caller, const char *trip_id, struct failure *failure)
{
	printf("\nBest commission, whatever the site and the price\n");
	if (!print_choice(session, caller, trip_argument(session->arena, trip_id), failure))
		return false;
	printf("\nBest commission of " PRINTED_PORTAL " within a budget of " PRINTED_BUDGET "\n");
	return print_choice(session, caller, portal_within_budget(session->arena, trip_id), failure);
}

static void
print_next(const char *trip_id)
{
	printf("\nWhere to look next\n"
		   "  build/voygen tools                                     every tool; build/voygen call NAME runs one\n"
		   "  build/voygen call query_hotels '{\"trip_id\": \"%s\", \"sort\": \"commission\"}'\n"
		   "  make psql                                              the same in SQL; README.md has a page of it\n"
		   "  build/voygen doctor                                    whether all is well\n",
		   trip_id);
}

bool
demo_print(struct session *session, struct caller *caller, const char *trip_id, struct failure *failure)
{
	if (!print_trip(session, caller, trip_id, failure) || !print_shortlist(session, caller, trip_id, failure) ||
		!print_commission(session, caller, trip_id, failure))
		return false;
	print_next(trip_id);
	return true;
}

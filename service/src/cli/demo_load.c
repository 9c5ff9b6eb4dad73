/*
 * demo_load.c - loads the demo trips through the tools.
 *
 * A fixture (test/fixtures/trips) holds the arguments of the tools: client, trip, hotels (one list per site),
 * activities, flights. Only the id of the trip is added here.
 */
#include "cli/demo_load.h"

#include <stdio.h>
#include <string.h>

#include "carried/carried.h"
#include "json/reading.h"

/* One fixture on its way into the database. */
struct load
{
	struct session *session;
	struct caller *caller;
	struct failure *failure;
	struct json_object *fixture;
	const char *name;    /* of the fixture's file */
	const char *trip_id; /* its slug, once known */
};

static struct json_object *
load_call(struct load *load, const char *tool, struct json_object *arguments)
{
	return caller_ask(load->session, load->caller, tool, arguments, load->failure);
}

/* The slug of the item in the list whose `key` is `value`; NULL when there is none. */
static const char *
slug_where(struct arena *arena, struct json_object *list, const char *key, const char *value)
{
	for (size_t i = 0; i < json_count(list); i++)
	{
		struct json_object *item = json_item(list, i);

		if (strcmp(json_text(arena, item, key, ""), value) == 0)
			return json_text(arena, item, "slug", NULL);
	}
	return NULL;
}

/* A part of the fixture as arguments of their own. */
static struct json_object *
fixture_part(struct load *load, const char *name)
{
	return json_object_get(json_member(load->fixture, name));
}

/* The slug in what a creating tool answers; frees the answer. */
static const char *
created_slug(struct load *load, struct json_object *answer)
{
	const char *slug = json_text(load->session->arena, answer, "slug", NULL);

	if (answer != NULL && slug == NULL)
		failure_set(load->failure, "internal", "the tool answered no slug", NULL);
	json_object_put(answer);
	return slug;
}

/* The client of the fixture: found by its name, else created. */
static const char *
load_client(struct load *load)
{
	struct arena *arena = load->session->arena;
	const char *name = json_text(arena, json_member(load->fixture, "client"), "name", "");
	struct json_object *arguments = json_new(arena);
	struct json_object *found;
	const char *slug;

	json_set_text(arena, arguments, "query", name);
	found = load_call(load, "find_clients", arguments);
	if (found == NULL)
		return NULL;
	slug = slug_where(arena, json_member(found, "clients"), "name", name);
	json_object_put(found);
	if (slug != NULL)
		return slug;
	return created_slug(load, load_call(load, "create_client", fixture_part(load, "client")));
}

/* The trip of the fixture when the client has it already; *failed tells a failure from "not there". */
static const char *
find_trip(struct load *load, const char *client, bool *failed)
{
	struct arena *arena = load->session->arena;
	struct json_object *trip = json_member(load->fixture, "trip");
	struct json_object *arguments = json_new(arena);
	struct json_object *filters = json_new(arena);
	struct json_object *found;
	const char *slug;

	json_set_text(arena, filters, "client", client);
	json_set_text(arena, filters, "starts_after", json_text(arena, trip, "start_date", ""));
	json_set_text(arena, filters, "starts_before", json_text(arena, trip, "start_date", ""));
	if (json_object_object_add(arguments, "filters", filters) != 0)
		arena->fail(sizeof(filters));
	found = load_call(load, "find_trips", arguments);
	*failed = found == NULL;
	slug = slug_where(arena, json_member(found, "trips"), "title", json_text(arena, trip, "title", ""));
	json_object_put(found);
	return slug;
}

static const char *
load_trip(struct load *load)
{
	struct arena *arena = load->session->arena;
	const char *client = load_client(load);
	struct json_object *trip;
	const char *slug;
	bool failed;

	if (client == NULL)
		return NULL;
	slug = find_trip(load, client, &failed);
	if (slug != NULL || failed)
		return slug;
	trip = fixture_part(load, "trip");
	json_set_text(arena, trip, "client_id", client);
	return created_slug(load, load_call(load, "create_trip", trip));
}

/* Ingests each site's list; a rejected item of a fixture is a mistake in it, and said. */
static bool
load_hotels(struct load *load)
{
	struct arena *arena = load->session->arena;
	struct json_object *lists = json_member(load->fixture, "hotels");

	for (size_t i = 0; i < json_count(lists); i++)
	{
		struct json_object *arguments = json_object_get(json_item(lists, i));
		struct json_object *answer;
		size_t rejected;

		json_set_text(arena, arguments, "trip_id", load->trip_id);
		answer = load_call(load, "ingest_hotels", arguments);
		if (answer == NULL)
			return false;
		rejected = json_count(json_member(answer, "rejected"));
		if (rejected > 0)
			failure_set(load->failure, "invalid_argument",
						arena_format(arena, "%s: %zu hotels rejected: %s", load->name, rejected,
									 json_text(arena, answer, "rejected", "")),
						NULL);
		else
			printf("  %-8s %s hotels new, %s changed, %s as they were\n",
				   json_text(arena, json_item(lists, i), "site", ""), json_text(arena, answer, "inserted", "0"),
				   json_text(arena, answer, "updated", "0"), json_text(arena, answer, "unchanged", "0"));
		json_object_put(answer);
		if (rejected > 0)
			return false;
	}
	return true;
}

/*
 * Adds the fixture's items of one kind unless the trip has as many. The key of each makes a load that broke off in
 * the middle go on where it was.
 */
static bool
load_items(struct load *load, struct json_object *trip, const char *kind, const char *tool)
{
	struct arena *arena = load->session->arena;
	struct json_object *items = json_member(load->fixture, kind);

	if (json_count(json_member(trip, kind)) >= json_count(items))
		return true;
	for (size_t i = 0; i < json_count(items); i++)
	{
		struct json_object *arguments = json_object_get(json_item(items, i));
		struct json_object *answer;

		json_set_text(arena, arguments, "trip_id", load->trip_id);
		json_set_text(arena, arguments, "idempotency_key",
					  arena_format(arena, "demo %s %s %zu", load->trip_id, kind, i));
		answer = load_call(load, tool, arguments);
		if (answer == NULL)
			return false;
		json_object_put(answer);
	}
	return true;
}

static bool
load_fixture(struct load *load)
{
	struct json_object *arguments;
	struct json_object *trip;
	bool done;

	load->trip_id = load_trip(load);
	if (load->trip_id == NULL)
		return false;
	printf("trip %s\n", load->trip_id);
	if (!load_hotels(load))
		return false;
	arguments = json_new(load->session->arena);
	json_set_text(load->session->arena, arguments, "trip_id", load->trip_id);
	trip = load_call(load, "get_trip", arguments);
	if (trip == NULL)
		return false;
	done = load_items(load, trip, "activities", "add_activity") && load_items(load, trip, "flights", "add_flight");
	json_object_put(trip);
	return done;
}

static bool
is_trip(const struct carried_file *file)
{
	const char *suffix = strrchr(file->name, '.');

	return suffix != NULL && strcmp(suffix, ".json") == 0;
}

bool
demo_load(struct session *session, struct caller *caller, struct failure *failure)
{
	for (const struct carried_file *file = carried_files; file->name != NULL; file++)
	{
		struct load load = {.session = session, .caller = caller, .failure = failure, .name = file->name};
		bool done;

		if (!is_trip(file))
			continue;
		load.fixture = json_read(file->text, file->length);
		if (load.fixture == NULL)
			return failure_set(failure, "internal", "a carried trip is no JSON", NULL);
		done = load_fixture(&load);
		json_object_put(load.fixture);
		if (!done)
			return false;
	}
	return true;
}

const char *
demo_trip(struct session *session, struct caller *caller, const char *file, struct failure *failure)
{
	const char *text = carried_text(file);
	struct load load = {.session = session, .caller = caller, .failure = failure, .name = file};

	load.fixture = json_read(text, strlen(text));
	load.trip_id = load_trip(&load);
	json_object_put(load.fixture);
	return load.trip_id;
}

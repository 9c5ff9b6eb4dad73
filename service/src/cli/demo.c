/*
 * demo.c - `voygen demo`: the main job on real input. Loads four real trips into the agency "demo" through the tools
 * and prints for one of them what an advisor wants to know. Running it again changes nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/administration.h"
#include "cli/caller.h"
#include "cli/demo_load.h"
#include "cli/demo_print.h"
#include "cli/options.h"
#include "json/reading.h"

/* The trip that is printed; the others are a `voygen call` away. */
#define PRINTED_TRIP "cancun.json"

/* The demo agency and its two people, each made when it is not there. The agency's number comes back. */
static bool
prepare_agency(struct session *session, PGconn *connection, struct failure *failure)
{
	const char *const statements[] = {
		"select voygen.create_agency('demo', 'Demo Agency', 'USD')"
		" where not exists (select from voygen.agencies where slug = 'demo')",
		"select voygen.create_user(a.agency_id, p.email, p.name, p.role)"
		" from voygen.agencies a, (values ('admin@demo.example', 'Demo Administrator', 'admin'),"
		"   ('agent@demo.example', 'Demo Agent', 'agent')) p (email, name, role)"
		" where a.slug = 'demo'"
		"   and not exists (select from voygen.users u where u.agency_id = a.agency_id and u.email = p.email)",
	};

	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++)
	{
		struct statement statement;
		PGresult *result;

		statement_begin(&statement, statements[i]);
		result = statement_run(session->arena, connection, &statement, failure);
		if (result == NULL)
			return false;
		PQclear(result);
	}
	return true;
}

/*
 * Prints a new token of the demo's administrator, unless VOYGEN_TOKEN is a live one of that agency already: then there
 * is nothing to print and the one there is stays good.
 */
static bool
prepare_token(struct session *session, PGconn *connection, struct failure *failure)
{
	const char *token = session->settings.token;
	unsigned char digest[TOKEN_DIGEST_BYTES] = {0};
	struct statement statement;
	PGresult *result;

	if (token != NULL)
		token_digest(token, digest);
	statement_begin(&statement,
					"select made.token from voygen.agencies a"
					" join voygen.users u on u.agency_id = a.agency_id and u.email = 'admin@demo.example',"
					" voygen.create_token(a.agency_id, 'voygen_admin', u.user_id) as made"
					" where a.slug = 'demo'"
					"   and not exists (select from voygen.tokens t where t.agency_id = a.agency_id and t.digest = $1"
					"     and t.revoked_at is null and (t.expires_at is null or t.expires_at > now()))");
	statement_bytes(&statement, digest, sizeof(digest));
	result = statement_run(session->arena, connection, &statement, failure);
	if (result == NULL)
		return false;
	if (PQntuples(result) == 1)
		printf("%s\n", PQgetvalue(result, 0, 0));
	PQclear(result);
	return true;
}

static bool
prepare(struct session *session, struct failure *failure)
{
	PGconn *connection = admin_open(session, failure);
	bool done;

	if (connection == NULL)
		return false;
	done = prepare_agency(session, connection, failure) && prepare_token(session, connection, failure);
	PQfinish(connection);
	return done;
}

/* Brings the facts up to date; asked again while trips of earlier work remain. */
static bool
refresh_facts(struct session *session, struct caller *caller, struct failure *failure)
{
	for (;;)
	{
		struct json_object *answer =
			caller_ask(session, caller, "refresh_trip_facts", json_new(session->arena), failure);
		const char *remaining;

		if (answer == NULL)
			return false;
		printf("facts: %s refreshed, %s unchanged\n", json_text(session->arena, answer, "refreshed", "0"),
			   json_text(session->arena, answer, "unchanged", "0"));
		remaining = json_text(session->arena, answer, "remaining", "0");
		json_object_put(answer);
		if (strtoll(remaining, NULL, 10) <= 0)
			return true;
	}
}

/* The trips belong into no other agency than the one they were made for. */
static bool
is_of_demo(struct session *session, const struct caller *caller, struct failure *failure)
{
	PGconn *connection = admin_open(session, failure);
	int64_t demo = 0;
	bool found;

	if (connection == NULL)
		return false;
	found = admin_choose_agency(session, connection, "demo", &demo, failure);
	PQfinish(connection);
	if (!found || demo == caller->agency_id)
		return found;
	return failure_set(failure, "not_allowed", "VOYGEN_TOKEN is a token of another agency than demo",
					   "`voygen demo --prepare` prints one of demo");
}

static bool
run_main_job(struct session *session, struct failure *failure)
{
	struct caller caller;
	const char *trip;
	bool done;

	done = caller_open(session, &caller, failure) && is_of_demo(session, &caller, failure) &&
		   demo_load(session, &caller, failure) &&
		   refresh_facts(session, &caller, failure);
	trip = done ? demo_trip(session, &caller, PRINTED_TRIP, failure) : NULL;
	done = trip != NULL && demo_print(session, &caller, trip, failure);
	caller_close(&caller);
	return done;
}

static enum command_status
run_demo(const struct command *self, struct session *session, int argc, char **argv)
{
	bool only_prepare = false;
	const struct option_value options[] = {{"--prepare", NULL, &only_prepare}, {NULL, NULL, NULL}};
	struct failure failure;
	bool done;

	if (!options_read(self, argc, argv, options, NULL, 0))
		return COMMAND_USAGE;
	done = only_prepare ? prepare(session, &failure) : run_main_job(session, &failure);
	return done ? command_finished(self) : command_failed(self, &failure);
}

const struct command demo_command = {
	.name = "demo",
	.summary = "load four real trips into the demo agency and run the main job",
	.help = "usage: voygen demo [--prepare]\n"
			"\n"
			"--prepare makes the agency demo with an administrator and an agent, and prints a token for VOYGEN_TOKEN\n"
			"unless that holds a live one already. Without it, four real trips (Dublin, Cancún, Rome, Tokyo) are\n"
			"loaded through the tools as that token's owner, their facts are refreshed, and for one of them the\n"
			"low, medium and high shortlist and the best commission are printed. A second run changes nothing.\n",
	.run = run_demo,
};

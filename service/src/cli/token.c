/*
 * token.c - `voygen token`: keys for callers. A key is printed once, when it is made; only its digest is stored.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/administration.h"
#include "cli/options.h"

struct token_request
{
	const char *agency;
	const char *role;
	const char *user;
	const char *expires;
	const char *scope;
	const char *issuer;
	const char *subject;
	const char *token_id;
};

/* The database's name of the role a person may also write without "voygen_"; NULL when there is no such role. */
static const char *
role_named(const char *name)
{
	const char *const roles[] = {"voygen_admin", "voygen_agent", "voygen_reader"};

	for (size_t i = 0; name != NULL && i < sizeof(roles) / sizeof(roles[0]); i++)
	{
		if (strcmp(name, roles[i]) == 0 || strcmp(name, roles[i] + strlen("voygen_")) == 0)
			return roles[i];
	}
	return NULL;
}

/*
 * Both statements about a new token take the same parameters: $1 agency, $2 role or the agency's name, $3 user,
 * $4 scope, $5 expiry. The user is a number or an e-mail address; a day or time counts as it is, any other expiry as a
 * span from now.
 */
#define FOUND_USER                                           \
	"(select user_id from voygen.users where agency_id = $1" \
	" and (user_id::text = $3 or lower(email) = lower($3)) order by user_id limit 1)"
#define EXPIRY_READABLE                                                                             \
	"coalesce($5 ~ '^\\d{4}-' or $5 ~* '^([0-9]+ *(second|minute|hour|day|week|month|year)s? *)+$'" \
	" or $5 ~ '^P', true)"
#define EXPIRY "case when $5 ~ '^\\d{4}-' then $5::timestamptz else now() + $5::interval end"

static const char object_sql[] =
	"select 'not_found', format('agency %s has no user %s', $2::text, $3), '`voygen user list` shows them'"
	" where $3 is not null and not exists " FOUND_USER
	" union all"
	" select 'unknown_name', format('there is no tool %s for the scope', scope),"
	"   '`voygen tools` lists them; a * at the end stands for the rest of a name; read and write for all that do so'"
	" from unnest(string_to_array($4, ',')) as scope"
	" where scope not in ('read', 'write') and not exists (select from pg_catalog.pg_proc"
	"   where pronamespace = 'voygen_api'::regnamespace and (proname = scope"
	"     or right(scope, 1) = '*' and starts_with(proname, left(scope, -1))))"
	" union all"
	" select 'invalid_argument', format('\"%s\" is neither a day nor a span of time', left($5, 120)),"
	"   'give a day such as 2027-01-31, or a span such as 30 days'"
	" where not " EXPIRY_READABLE
	" union all"
	" select 'invalid_argument', format('the token would end at %s, before it begins', ends),"
	"   'give a day to come, or a span such as 30 days'"
	" from (select case when " EXPIRY_READABLE " then " EXPIRY " end as ends) expiry where ends <= now()";

static const char create_sql[] =
	"select made.token_id, made.token from voygen.create_token($1, $2, " FOUND_USER
	", string_to_array($4, ','), " EXPIRY ") as made";

/* A subject of an issuer ($6 and $7) brings his own key. */
static const char identity_sql[] =
	"select voygen.create_identity($1, $6, $7, $2, " FOUND_USER ", string_to_array($4, ','), " EXPIRY ")";

static void
ask_about_token(struct statement *statement, const char *sql, int64_t agency_id, const char *second,
				const struct token_request *wanted)
{
	statement_begin(statement, sql);
	statement_integer(statement, agency_id);
	statement_text(statement, second);
	statement_text(statement, wanted->user);
	statement_text(statement, wanted->scope);
	statement_text(statement, wanted->expires);
}

/* A token nobody could use, or for nobody, is a slip of the pen. */
static void
object_create(struct statement *statement, int64_t agency_id, const void *request)
{
	const struct token_request *wanted = request;

	ask_about_token(statement, object_sql, agency_id, wanted->agency, wanted);
}

static void
ask_create(struct statement *statement, int64_t agency_id, const void *request)
{
	const struct token_request *wanted = request;

	ask_about_token(statement, create_sql, agency_id, role_named(wanted->role), wanted);
}

static void
ask_create_identity(struct statement *statement, int64_t agency_id, const void *request)
{
	const struct token_request *wanted = request;

	ask_about_token(statement, identity_sql, agency_id, role_named(wanted->role), wanted);
	statement_text(statement, wanted->issuer);
	statement_text(statement, wanted->subject);
}

static bool
show_identity(struct session *session, const PGresult *result, const void *request, struct failure *failure)
{
	(void) session;
	(void) request;
	(void) failure;
	printf("%s\n", PQgetvalue(result, 0, 0));
	return true;
}

static bool
show_token(struct session *session, const PGresult *result, const void *request, struct failure *failure)
{
	const struct token_request *wanted = request;

	(void) session;
	(void) failure;
	fprintf(stderr, "token %s of agency %s; it is shown this once\n", PQgetvalue(result, 0, 0), wanted->agency);
	printf("%s\n", PQgetvalue(result, 0, 1));
	return true;
}

static void
ask_list(struct statement *statement, int64_t agency_id, const void *request)
{
	(void) request;
	statement_begin(statement,
					"select t.token_id, t.role, u.email as user, pg_catalog.array_to_string(t.scopes, ',') as scope,"
					" pg_catalog.to_char(t.created_at, 'YYYY-MM-DD') as created,"
					" pg_catalog.to_char(t.expires_at, 'YYYY-MM-DD HH24:MI') as expires,"
					" pg_catalog.to_char(t.last_used_at, 'YYYY-MM-DD HH24:MI') as used,"
					" case when t.revoked_at is not null then 'revoked' when t.expires_at <= now() then 'expired'"
					"   else 'live' end as state, t.issuer, t.subject"
					" from voygen.tokens t left join voygen.users u using (agency_id, user_id)"
					" where t.agency_id = $1 order by t.token_id");
	statement_integer(statement, agency_id);
}

static void
ask_revoke(struct statement *statement, int64_t agency_id, const void *request)
{
	const struct token_request *wanted = request;

	statement_begin(statement, "select voygen.revoke_token($1, $2::bigint)");
	statement_integer(statement, agency_id);
	statement_text(statement, wanted->token_id);
}

static bool
show_revoked(struct session *session, const PGresult *result, const void *request, struct failure *failure)
{
	const struct token_request *wanted = request;

	if (PQgetvalue(result, 0, 0)[0] == 't')
	{
		printf("%s\n", wanted->token_id);
		return true;
	}
	return failure_set(failure, "not_found",
					   arena_format(session->arena, "agency %s has no live token %s", wanted->agency, wanted->token_id),
					   "`voygen token list` shows them");
}

/* Making a token, or an identity when issuer and subject are given; false when the line is wrong. */
static bool
choose_creation(const struct command *self, const struct token_request *request, struct admin_work *work)
{
	if (role_named(request->role) == NULL)
		return command_misused(self, "--role must be voygen_admin, voygen_agent or voygen_reader"), false;
	if ((request->issuer == NULL) != (request->subject == NULL))
		return command_misused(self, request->issuer == NULL ? "--issuer is missing" : "--subject is missing"), false;
	work->object = object_create;
	work->ask = request->issuer != NULL ? ask_create_identity : ask_create;
	work->show = request->issuer != NULL ? show_identity : show_token;
	return true;
}

/* The work the first word asks for; false when the line is wrong, and then the reason has been said. */
static bool
choose_work(const struct command *self, const struct token_request *request, const char *verb, struct admin_work *work)
{
	if (verb == NULL || (strcmp(verb, "create") != 0 && strcmp(verb, "list") != 0 && strcmp(verb, "revoke") != 0))
		return command_misused(self, "say what to do: create, list or revoke"), false;
	if (request->agency == NULL)
		return command_misused(self, "--agency is missing"), false;
	work->agency = request->agency;
	work->request = request;
	work->object = NULL;
	work->ask = ask_list;
	work->show = admin_show_rows;
	if (strcmp(verb, "list") == 0)
		return true;
	if (strcmp(verb, "create") == 0)
		return choose_creation(self, request, work);
	work->ask = ask_revoke;
	work->show = show_revoked;
	if (request->token_id == NULL || strspn(request->token_id, "0123456789") != strlen(request->token_id))
		return command_misused(self, "revoke needs the number of the token"), false;
	return true;
}

static enum command_status
run_token(const struct command *self, struct session *session, int argc, char **argv)
{
	struct token_request request = {0};
	const char *words[2] = {NULL, NULL};
	const struct option_value options[] = {
		{"--agency", &request.agency, NULL},
		{"--role", &request.role, NULL},
		{"--user", &request.user, NULL},
		{"--expires", &request.expires, NULL},
		{"--scope", &request.scope, NULL},
		{"--issuer", &request.issuer, NULL},
		{"--subject", &request.subject, NULL},
		{NULL, NULL, NULL},
	};
	struct admin_work work;

	if (!options_read(self, argc, argv, options, words, 2))
		return COMMAND_USAGE;
	request.token_id = words[1];
	if (!choose_work(self, &request, words[0], &work))
		return COMMAND_USAGE;
	return admin_do(self, session, &work);
}

const struct command token_command = {
	.name = "token",
	.summary = "make, list and revoke the keys of callers",
	.help = "usage: voygen token create --agency A --role R [--user U] [--expires D] [--scope S,…]\n"
			"                           [--issuer I --subject S]\n"
			"       voygen token list --agency A\n"
			"       voygen token revoke --agency A TOKEN_ID\n"
			"\n"
			"create prints a new key on stdout, this once: only its digest is stored. R is voygen_admin,\n"
			"voygen_agent or voygen_reader and says which tools it reaches. --scope allows only what it\n"
			"names: tools, beginnings of names with a * behind, read (all that only reads), write (all\n"
			"else). U is a user's number or e-mail address; D a day (2027-01-31), a time, or a span\n"
			"(30 days). With --issuer and --subject no key is made: whom that issuer identifies so is let\n"
			"in instead, and the number to revoke it by is printed.\n",
	.run = run_token,
};

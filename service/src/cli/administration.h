/*
 * administration.h - what the subcommands agency, user, token and demo share: an administrator's connection, and
 * agencies and users found by what a person calls them.
 */
#ifndef VOYGEN_ADMINISTRATION_H
#define VOYGEN_ADMINISTRATION_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "cli/command.h"
#include "db/statement.h"

/* A connection for administration (VOYGEN_DATABASE_URL); PQfinish ends it. NULL with the failure filled. */
PGconn *admin_open(struct session *session, struct failure *failure);

/*
 * The agency of a slug or number; the connection works for it from then on (its ids come from the agency's own
 * sequence). False with the failure filled when there is none.
 */
bool admin_choose_agency(struct session *session, PGconn *connection, const char *named, int64_t *agency_id,
						 struct failure *failure);

/*
 * Work on one agency: connects, chooses the agency unless `agency` is NULL, runs the statement the given function
 * fills in, and hands its result to `show`.
 */
struct admin_work
{
	const char *agency;  /* slug or number, or NULL */
	const void *request; /* what the functions need, of the subcommand's own type */
	/* NULL, or a statement whose first row (code, message, hint) says why the work is not to be done. */
	void (*object)(struct statement *statement, int64_t agency_id, const void *request);
	void (*ask)(struct statement *statement, int64_t agency_id, const void *request);
	bool (*show)(struct session *session, const PGresult *result, const void *request, struct failure *failure);
};

/* Two ways to show: the rows in columns, and the one number the statement answers. */
bool admin_show_rows(struct session *session, const PGresult *result, const void *request, struct failure *failure);
bool admin_show_number(struct session *session, const PGresult *result, const void *request, struct failure *failure);

/* Does the work and says how it went. */
enum command_status admin_do(const struct command *command, struct session *session, const struct admin_work *work);

#endif

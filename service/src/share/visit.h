/*
 * visit.h - one request under a link, from its statement to its answer.
 */
#ifndef VOYGEN_SHARE_VISIT_H
#define VOYGEN_SHARE_VISIT_H

#include "db/query.h"
#include "share/form.h"
#include "share/key.h"
#include "share/page.h"
#include "share/share.h"

#define VISIT_FIELDS 5

struct visit;

/* What is at a place behind the key. */
struct share_place
{
	const char *path;
	const char *allowed; /* its methods, as Allow says them */
	const struct prepared *statement;
	const char *fields[VISIT_FIELDS]; /* of its form, in the order of the statement */
	bool repeatable;                  /* does no harm when it runs a second time */
	/* Answers; the outcome was "ok". The result is the exchange's to give back. */
	void (*answer)(struct visit *visit, PGresult *result);
};

struct visit
{
	struct share *share;
	struct exchange *exchange;
	const struct share_place *place;
	struct share_key key;
	struct slice query_text; /* of the address, behind the question mark */
	unsigned char picture[DIGEST_BYTES];
	struct form_field fields[VISIT_FIELDS];
	struct query query;
	int attempts;
};

/* Runs the statement, whose parameters are filled, and answers. */
void visit_run(struct visit *visit);

/* A value of the result. */
struct slice visit_value(const PGresult *result, int column);

/* Answers with a page that says what is in the way; the words are those of the status. */
void visit_refuse(const struct share *share, struct exchange *exchange, int status);

#endif

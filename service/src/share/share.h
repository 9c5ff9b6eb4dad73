/*
 * share.h - the client's side of proposals: what is served under the key of a link, to whoever has it and without a token.
 *
 *	GET  /p/KEY                   the page: the document in a frame, the forms below it
 *	GET  /p/KEY/document          the document, byte for byte as it was stored
 *	GET  /p/KEY/images/HEX.jpg    its pictures, as it names them
 *	GET  /p/KEY/proposal.pdf      its PDF
 *	POST /p/KEY/decision          accepts or declines
 *	POST /p/KEY/question          asks the advisor
 *
 * What a link is good for is the database's to say; here is the way from HTTP to it and back.
 */
#ifndef VOYGEN_SHARE_H
#define VOYGEN_SHARE_H

#include "db/pool.h"
#include "limits/limits.h"
#include "transport/http.h"

/* For metrics. */
struct share_state
{
	long long requests; /* under links */
	long long answered; /* of these, decisions and questions that were taken */
};

struct share
{
	/* set by the one who opens it */
	struct pool *pool;
	struct limits *limits;
	const char *public_url; /* where this server is reached from outside; NULL: as the Host says */
	/* its own */
	struct share_pages *pages;
	struct share_state state;
};

/* Adds the routes; all of it lies in the arena, which outlives the server. */
void share_open(struct share *share, struct http *http, struct arena *arena);

/* Also for one that was never opened. */
void share_close(struct share *share);

#endif

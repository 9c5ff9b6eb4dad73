/*
 * status.h - what a monitor asks the gateway: GET /healthz (is it alive), /readyz (does it do its work), /metrics.
 */
#ifndef VOYGEN_GATEWAY_STATUS_H
#define VOYGEN_GATEWAY_STATUS_H

#include <stdbool.h>

#include "job/queue.h"
#include "job/work.h"
#include "mcp/mcp.h"
#include "oauth/signed.h"
#include "share/share.h"
#include "transport/http.h"

struct status
{
	const struct pool *pool;
	const struct mcp *mcp;
	const struct work *work;
	struct queue *queue;
	const struct http *http;
	const struct share *share;
	const struct signed_tokens *signed_tokens; /* NULL: none are taken */
	const bool *draining;
	const char *token; /* that opens /metrics to everybody who shows it; NULL: none */
	bool local;        /* only this machine reaches the gateway */
};

/* Adds the three paths; `status` stays the caller's and must outlive the server. */
void status_add_routes(struct http *http, struct status *status);

#endif

/*
 * metadata.h - tells clients where tokens for this server come from: protected-resource metadata (RFC 9728).
 */
#ifndef VOYGEN_OAUTH_METADATA_H
#define VOYGEN_OAUTH_METADATA_H

#include <stdbool.h>

#include "failure/failure.h"
#include "memory/arena.h"
#include "transport/http.h"

struct metadata
{
	const char *document;
	const char *challenge; /* for WWW-Authenticate: resource_metadata="…" */
};

/* Puts it together once. False with the failure filled when the resource is no absolute address of http or https, or
 * issuer or resource hold what may not stand in a header. */
bool metadata_make(struct arena *arena, const char *resource, const char *issuer, struct metadata *metadata, struct failure *failure);

/* Adds the routes, for whoever asks; the metadata is kept. */
void metadata_serve(struct http *http, const struct metadata *metadata);

#endif

/*
 * metadata.c - one document at two paths: the plain one, and the one that ends in the path of the resource.
 */
#include "oauth/metadata.h"

#include "text/web_address.h"

#define WELL_KNOWN "/.well-known/oauth-protected-resource"

static bool
check_address(struct arena *arena, const char *option, const char *text, struct failure *failure)
{
	if (is_web_address(text))
		return true;
	failure_set(failure, "invalid_argument", arena_format(arena, "%s is \"%s\"", option, text), NULL);
	failure->expected = "an address such as https://travel.example/mcp, without fragment";
	return false;
}

bool
metadata_make(struct arena *arena, const char *resource, const char *issuer, struct metadata *metadata, struct failure *failure)
{
	const char *host;
	size_t origin;

	if (!check_address(arena, "--audience", resource, failure) || !check_address(arena, "--issuer", issuer, failure))
		return false;
	host = strstr(resource, "://") + 3;
	origin = (size_t) (host - resource) + strcspn(host, "/?");
	metadata->document =
		arena_format(arena,
					 "{\"resource\":\"%s\",\"authorization_servers\":[\"%s\"],\"scopes_supported\":[\"read\",\"write\"],"
					 "\"bearer_methods_supported\":[\"header\"],\"resource_name\":\"Voygen\"}",
					 resource, issuer);
	/* the well-known part goes between host and path (RFC 9728, section 3.1) */
	metadata->challenge = arena_format(arena, "resource_metadata=\"%.*s" WELL_KNOWN "%s\"", (int) origin, resource,
									   strcmp(resource + origin, "/") == 0 ? "" : resource + origin);
	return true;
}

static void
answer(void *owner, struct exchange *exchange)
{
	const struct metadata *metadata = owner;
	struct output body;

	output_start(&body, exchange->arena);
	output_word(&body, metadata->document);
	exchange_say(exchange, "Cache-Control", SLICE_OF("max-age=300"));
	exchange_answer(exchange, 200, &body);
}

void
metadata_serve(struct http *http, const struct metadata *metadata)
{
	static const char *const paths[] = {WELL_KNOWN, WELL_KNOWN "/mcp"};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
	{
		struct http_route route = {.method = "GET", .path = paths[i], .handle = answer, .owner = (void *) metadata};

		http_add_route(http, &route);
	}
}

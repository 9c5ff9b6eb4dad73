/*
 * http_policy.c - what is let in, decided by the headers alone: whose name the client calls, which page a browser
 * comes from, what is asked for, who asks, in which form.
 *
 * Host and Origin keep a page of somebody else, open in a browser on this machine, from talking to a server that
 * listens on the loopback address (DNS rebinding).
 */
#include "transport/http_inside.h"

/* True when an item of the list, which is separated by commas, is this word. */
static bool
list_has(const char *list, struct slice word)
{
	while (list != NULL && *list != '\0')
	{
		size_t length = strcspn(list, ",");
		struct slice item = slice_trimmed((struct slice){list, length});

		if (item.length == word.length && strncasecmp(item.at, word.at, word.length) == 0)
			return true;
		list += length + (list[length] == ',');
	}
	return false;
}

/* The host of HOST[:PORT], an IPv6 address with its brackets. */
static struct slice
without_port(struct slice host)
{
	const char *start = host.at;
	const char *end = start + host.length;
	const char *bracket = host.length > 0 && start[0] == '[' ? memchr(start, ']', host.length) : NULL;
	const char *colon = memchr(bracket != NULL ? bracket : start, ':', (size_t) (end - (bracket != NULL ? bracket : start)));

	return (struct slice){start, (size_t) ((colon != NULL ? colon : end) - start)};
}

static bool
host_allowed(const struct http *http, const struct http_exchange *x)
{
	struct slice host = exchange_header(&x->exchange, "Host");

	return host.length > 0 && list_has(http->settings.hosts, without_port(host));
}

/* No Origin is no browser. */
static bool
origin_allowed(const struct http *http, const struct http_exchange *x)
{
	struct slice origin = exchange_header(&x->exchange, "Origin");
	struct slice host = origin;

	if (origin.at == NULL)
		return true;
	if (list_has(http->settings.origins, origin))
		return true;
	if (slice_starts(origin, "http://"))
		host = (struct slice){origin.at + 7, origin.length - 7};
	else if (slice_starts(origin, "https://"))
		host = (struct slice){origin.at + 8, origin.length - 8};
	else
		return false;
	return list_has(http->settings.hosts, without_port(host));
}

/* The type without its parameters. */
static struct slice
media_type(struct slice value)
{
	const char *end = value.length > 0 ? memchr(value.at, ';', value.length) : NULL;

	return slice_trimmed((struct slice){value.at, end != NULL ? (size_t) (end - value.at) : value.length});
}

/* Whether a list of accepted types has this one, or a pattern it fits. */
static bool
accepts(struct slice accept, const char *type, const char *family)
{
	while (accept.length > 0)
	{
		const char *comma = memchr(accept.at, ',', accept.length);
		size_t length = comma != NULL ? (size_t) (comma - accept.at) : accept.length;
		struct slice item = media_type((struct slice){accept.at, length});

		if (slice_is_caseless(item, type) || slice_is_caseless(item, family) || slice_is(item, "*/*"))
			return true;
		length += comma != NULL;
		accept.at += length;
		accept.length -= length;
	}
	return false;
}

static void
read_accept(struct http_exchange *x)
{
	struct slice accept = exchange_header(&x->exchange, "Accept");

	x->takes_json = accept.at == NULL || accepts(accept, "application/json", "application/*");
	x->takes_events = x->takes_events && (accept.at == NULL || accepts(accept, "text/event-stream", "text/*"));
}

struct slice
http_policy_path(const struct http_exchange *x)
{
	struct slice target = {x->head.at, x->target_length};
	const char *query = target.length > 0 ? memchr(target.at, '?', target.length) : NULL;

	if (query != NULL)
		target.length = (size_t) (query - target.at);
	return target;
}

static int
check_form(struct http_exchange *x, const char **words)
{
	read_accept(x);
	if ((x->route->demands & HTTP_JSON) == 0)
		return 0;
	if (!slice_is_caseless(media_type(exchange_header(&x->exchange, "Content-Type")), "application/json"))
	{
		*words = "Content-Type has to be application/json";
		return 415;
	}
	if (!x->takes_json && !x->takes_events)
	{
		*words = "Accept has to name application/json or text/event-stream";
		return 406;
	}
	return 0;
}

/* A page of an allowed origin may read the answer, and asks before what it may send. */
static void
share_with_page(struct http_exchange *x)
{
	struct slice origin = exchange_header(&x->exchange, "Origin");

	if (origin.at == NULL)
		return;
	http_reply_share(x, origin);
	x->preflight = slice_is(x->method, "OPTIONS");
}

int
http_policy_check(struct http *http, struct http_exchange *x, const char **words)
{
	int status;

	x->method = slice_of(http_method_str((enum http_method) x->connection->parser.method));
	x->route = http_find_route(http, x->method, http_policy_path(x), &status);
	*words = "this Host is not served here";
	if (!host_allowed(http, x))
		return 403;
	if (x->route == NULL || (x->route->demands & HTTP_PAGES) == 0)
	{
		*words = "this Origin may not call here";
		if (!origin_allowed(http, x))
			return 403;
		share_with_page(x);
		if (x->preflight)
			return 0;
	}
	if (x->route == NULL)
	{
		*words = status == 405 ? "this path does not know the method" : "there is nothing at this path";
		if (status == 405)
			exchange_say(&x->exchange, "Allow", http_allowed(http, &x->arena, http_policy_path(x)));
		return status;
	}
	if ((x->route->demands & HTTP_IDENTITY) != 0)
	{
		status = http_identity_check(http, x, words);
		if (status != 0)
			return status;
	}
	return check_form(x, words);
}

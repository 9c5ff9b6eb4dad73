/*
 * exchange.c - what transports and methods share of an exchange.
 */
#include "mcp/exchange.h"

struct exchange_kept
{
	struct exchange_kept *older;
	exchange_release *release;
	void *kept;
};

struct slice
exchange_header(const struct exchange *exchange, const char *name)
{
	for (int i = 0; i < exchange->header_count; i++)
	{
		if (slice_is_caseless(exchange->headers[i].name, name))
			return slice_trimmed(exchange->headers[i].value);
	}
	return (struct slice){NULL, 0};
}

void
exchange_say(struct exchange *exchange, const char *name, struct slice value)
{
	if (exchange->extra_count < EXCHANGE_EXTRA)
		exchange->extra[exchange->extra_count++] = (struct exchange_header){slice_of(name), value};
}

void
exchange_challenge(struct exchange *exchange, const char *error, const char *scope)
{
	const char *text = "Bearer realm=\"voygen\"";

	if (error != NULL)
		text = arena_format(exchange->arena, "%s, error=\"%s\"", text, error);
	if (scope != NULL)
		text = arena_format(exchange->arena, "%s, scope=\"%s\"", text, scope);
	if (exchange->challenge != NULL)
		text = arena_format(exchange->arena, "%s, %s", text, exchange->challenge);
	exchange_say(exchange, "WWW-Authenticate", slice_of(text));
}

void
exchange_keep(struct exchange *exchange, exchange_release *release, void *kept)
{
	struct exchange_kept *entry = arena_alloc(exchange->arena, sizeof(*entry));

	*entry = (struct exchange_kept){exchange->kept, release, kept};
	exchange->kept = entry;
}

void
exchange_answer(struct exchange *exchange, int status, struct output *body)
{
	exchange->abandoned = NULL;
	exchange->ops->answer(exchange, status, body);
}

void
exchange_answer_empty(struct exchange *exchange, int status)
{
	struct output nothing;

	output_start(&nothing, exchange->arena);
	exchange_answer(exchange, status, &nothing);
}

bool
exchange_notify(struct exchange *exchange, struct output *message)
{
	return exchange->ops->notify(exchange, message);
}

void
exchange_abandon(struct exchange *exchange)
{
	void (*abandoned)(struct exchange *) = exchange->abandoned;

	exchange->abandoned = NULL;
	if (abandoned != NULL)
		abandoned(exchange);
}

void
exchange_end(struct exchange *exchange)
{
	while (exchange->kept != NULL)
	{
		struct exchange_kept *entry = exchange->kept;

		exchange->kept = entry->older;
		entry->release(entry->kept);
	}
}

bool
exchange_begin(struct exchange *exchange)
{
	return exchange->ops->begin(exchange);
}

bool
exchange_resume(struct exchange *exchange, struct slice event_id)
{
	return exchange->ops->resume != NULL && exchange->ops->resume(exchange, event_id);
}

bool
exchange_part(struct exchange *exchange)
{
	return exchange->ops->part != NULL && exchange->ops->part(exchange);
}

void
exchange_starve(struct exchange *exchange)
{
	exchange->ops->starve(exchange);
}

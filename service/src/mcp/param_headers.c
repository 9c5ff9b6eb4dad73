/*
 * param_headers.c - headers against arguments.
 */
#include "mcp/param_headers.h"

#include <stdlib.h>

#include "mcp/base64_header.h"

/* Numbers are the same when their values are: 42 and 42.0. */
static bool
same_number(struct arena *arena, struct slice header, struct slice argument)
{
	char *text = arena_copy(arena, header.at, header.length);
	char *end;
	double value = strtod(text, &end);

	if (header.length == 0 || *end != '\0' || strspn(text, "+-0123456789.eE") != header.length)
		return false;
	/* beyond what a double holds exactly only the digits tell */
	if (value >= 9007199254740992.0 || value <= -9007199254740992.0)
		return slice_equal(header, argument);
	return value == strtod(arena_copy(arena, argument.at, argument.length), NULL);
}

static bool
same_value(struct mcp_request *request, struct slice header, const struct scan_node *argument)
{
	struct arena *arena = request->exchange->arena;
	struct slice text;

	if (!base64_header_decode(arena, header, &header))
		return false;
	if (argument->kind == SCAN_NUMBER)
		return same_number(arena, header, argument->raw);
	if (argument->kind == SCAN_STRING)
		return scan_string(arena, argument, &text) && slice_equal(header, text);
	return slice_equal(header, argument->raw);
}

static bool
agrees(struct mcp_request *request, struct slice header_name, const struct scan_node *argument)
{
	struct arena *arena = request->exchange->arena;
	const char *name = arena_format(arena, "Mcp-Param-%s", arena_copy(arena, header_name.at, header_name.length));
	struct slice header = exchange_header(request->exchange, name);
	bool expected = argument != NULL && argument->kind != SCAN_NULL;

	if (expected ? header.at != NULL && same_value(request, header, argument) : header.at == NULL)
		return true;
	mcp_refuse(request, 400, MCP_HEADER_MISMATCH, arena_format(arena, "the header %s and the argument it repeats disagree", name),
			   (struct slice){0});
	return false;
}

bool
param_headers_agree(struct mcp_request *request, struct slice schema, const struct scan_node *arguments)
{
	const struct scan_node *properties;

	/* nearly no tool has any */
	if (request->era != MCP_MODERN || !request->exchange->has_headers ||
		memmem(schema.at, schema.length, "x-mcp-header", sizeof("x-mcp-header") - 1) == NULL)
		return true;
	properties = scan_member(mcp_inside(request, schema, 3), "properties");
	for (const struct scan_node *property = properties != NULL ? properties->first : NULL; property != NULL; property = property->next)
	{
		struct arena *arena = request->exchange->arena;
		struct slice header;

		if (scan_string(arena, scan_member(property, "x-mcp-header"), &header) &&
			!agrees(request, header, scan_member(arguments, arena_copy(arena, property->name.at, property->name.length))))
			return false;
	}
	return true;
}

/*
 * scope.c - words of a claim against the name of a tool.
 */
#include "mcp/scope.h"

/* Of the database it is known only whom the token means; so the claim is judged here, as the database judges a row. */
static bool
matches(struct slice word, struct slice tool, bool reads)
{
	if (word.length > 0 && word.at[word.length - 1] == '*')
		return tool.length >= word.length - 1 && memcmp(tool.at, word.at, word.length - 1) == 0;
	return slice_equal(word, tool) || slice_is(word, reads ? "read" : "write");
}

bool
scope_allows(const struct identity *identity, struct slice tool, bool reads)
{
	const char *at = identity->scope;

	if (at == NULL)
		return true;
	while (*at != '\0')
	{
		struct slice word = {at, strcspn(at, " ")};

		if (matches(word, tool, reads))
			return true;
		at += word.length + (at[word.length] == ' ');
	}
	return false;
}

bool
scope_check(struct mcp_request *request, struct slice tool, bool reads)
{
	struct arena *arena = request->exchange->arena;
	struct failure failure;
	struct slice data;

	if (scope_allows(&request->exchange->identity, tool, reads))
		return true;
	failure_set(&failure, "not_allowed",
				arena_format(arena, "the scope of this token does not include %s", arena_copy(arena, tool.at, tool.length)),
				"ask the issuer for a token with this scope");
	failure.expected = reads ? "the scope read" : "the scope write";
	data = mcp_failure_json(arena, &failure);
	if (!mcp_is_alone(request))
	{
		mcp_error(request, MCP_INVALID_REQUEST, failure.message, data);
		return false;
	}
	exchange_challenge(request->exchange, "insufficient_scope", reads ? "read" : "write");
	mcp_refuse(request, 403, MCP_INVALID_REQUEST, failure.message, data);
	return false;
}

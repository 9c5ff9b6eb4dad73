/*
 * admission.c - asks the limits, and says no.
 */
#include "mcp/admission.h"

#include <inttypes.h>

#include "limits/limits.h"
#include "mcp/request.h"

bool
admission_grant(struct mcp_request *request)
{
	struct arena *arena = request->exchange->arena;
	struct failure failure;
	int64_t wait;

	if (request->id.at == NULL)
		return true;
	wait = limits_call(request->mcp->limits, &request->exchange->identity);
	if (wait == 0)
		return true;
	failure_set(&failure, "rate_limited", "this token calls too often",
				arena_format(arena, "nothing has been done: repeat it after %" PRId64 " ms", wait));
	if (mcp_is_alone(request))
	{
		exchange_say(request->exchange, "Retry-After", slice_of(arena_format(arena, "%" PRId64, (wait + 999) / 1000)));
		mcp_refuse(request, 429, MCP_INTERNAL_ERROR, failure.message, mcp_failure_json(arena, &failure));
	}
	else if (slice_is(request->method_name, "tools/call"))
		mcp_finish_failed(request, &failure);
	else
		mcp_error(request, MCP_INTERNAL_ERROR, failure.message, mcp_failure_json(arena, &failure));
	return false;
}

/*
 * page.c - makes pages and throws them away.
 */
#include "browser/page.h"

#include "json/reading.h"

/* What every page is told before it sees a document. */
static const struct
{
	const char *method;
	const char *params;
} preparations[] = {
	{"Page.enable", "{}"},
	{"Inspector.enable", "{}"}, /* tells when the page's process crashes */
	{"Emulation.setScriptExecutionDisabled", "{\"value\":true}"},
	/* Else what only the printed form shows would be asked for when it is too late. */
	{"Emulation.setEmulatedMedia", "{\"media\":\"print\"}"},
	{"Fetch.enable", "{\"patterns\":[{\"urlPattern\":\"*\"}]}"},
};

#define PREPARATIONS (sizeof(preparations) / sizeof(preparations[0]))

/* Calls a command of the browser and keeps one name out of its result. */
static bool
call_for_name(struct devtools *devtools, struct arena *arena, const char *method, struct output *params, const char *member, char *name)
{
	struct json_object *result = devtools_call(devtools, arena, "", method, params);
	const char *text = json_text(arena, result, member, "");
	bool fits = strlen(text) > 0 && strlen(text) < PAGE_NAME_BYTES;

	if (fits)
		memcpy(name, text, strlen(text) + 1);
	else if (result != NULL)
		devtools->fault = DEVTOOLS_REFUSED;
	json_object_put(result);
	return fits;
}

/* All are sent before the first answer is awaited. */
static bool
prepare(struct page *page, struct devtools *devtools, struct arena *arena)
{
	int first = 0;
	int last = 0;

	for (size_t i = 0; i < PREPARATIONS; i++)
	{
		struct output params;

		output_start(&params, arena);
		output_word(&params, preparations[i].params);
		last = devtools_send(devtools, arena, page->session, preparations[i].method, &params);
		first = first == 0 ? last : first;
		if (last == 0)
			return false;
	}
	return devtools_results(devtools, first, last);
}

bool
page_open(struct page *page, struct devtools *devtools, struct arena *arena)
{
	struct output params;

	*page = (struct page){0};
	output_start(&params, arena);
	output_word(&params, "{\"disposeOnDetach\":true}");
	if (!call_for_name(devtools, arena, "Target.createBrowserContext", &params, "browserContextId", page->context))
		return false;
	page->open = true;
	output_start(&params, arena);
	output_word(&params, "{\"url\":\"about:blank\",\"newWindow\":true,\"browserContextId\":");
	output_quoted(&params, slice_of(page->context));
	output_word(&params, "}");
	if (!call_for_name(devtools, arena, "Target.createTarget", &params, "targetId", page->target))
		return false;
	output_start(&params, arena);
	output_word(&params, "{\"flatten\":true,\"targetId\":");
	output_quoted(&params, slice_of(page->target));
	output_word(&params, "}");
	return call_for_name(devtools, arena, "Target.attachToTarget", &params, "sessionId", page->session) &&
		   prepare(page, devtools, arena);
}

void
page_discard(struct page *page, struct devtools *devtools, struct arena *arena)
{
	struct output params;

	if (!page->open)
		return;
	output_start(&params, arena);
	output_word(&params, "{\"browserContextId\":");
	output_quoted(&params, slice_of(page->context));
	output_word(&params, "}");
	devtools_send(devtools, arena, "", "Target.disposeBrowserContext", &params);
	*page = (struct page){0};
}

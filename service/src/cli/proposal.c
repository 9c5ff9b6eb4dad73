/*
 * proposal.c - `voygen proposal`: a new version of the proposal of a trip, with its documents in files, and on request
 * given to the client under a link.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/caller.h"
#include "cli/command.h"
#include "cli/job_wait.h"
#include "cli/options.h"
#include "json/reading.h"
#include "text/base64.h"
#include "text/write.h"

/* The command line, read. */
struct order
{
	const char *trip;
	const char *template;
	const char *out;
	const char *html;
	const char *days;
	bool draft;
	bool no_images;
	bool final;
	bool share;
};

/* A version at hand. */
struct made
{
	struct session *session;
	struct caller *caller;
	struct failure *failure;
	const char *id;
	const char *version;
	bool printed;
};

static struct json_object *
wish(struct arena *arena, const struct order *order)
{
	struct json_object *arguments = json_new(arena);
	struct json_object *options = json_new(arena);

	json_set_text(arena, arguments, "trip_id", order->trip);
	if (order->template != NULL)
		json_set_text(arena, arguments, "template", order->template);
	if (order->draft)
		json_object_object_add(options, "draft", json_object_new_boolean(true));
	if (order->no_images)
		json_object_object_add(options, "images", json_object_new_boolean(false));
	json_object_object_add(arguments, "options", options);
	return arguments;
}

/* --- making it ------------------------------------------------------------------------------ */

static const char *
begin(struct made *made, const struct order *order)
{
	struct arena *arena = made->session->arena;
	struct json_object *begun = caller_ask(made->session, made->caller, "generate_proposal", wish(arena, order), made->failure);
	const char *job = json_text(arena, begun, "job_id", NULL);

	json_object_put(begun);
	return job;
}

static void
tell_result(struct made *made, struct json_object *result)
{
	struct arena *arena = made->session->arena;
	struct json_object *totals = json_member(result, "totals");
	struct json_object *warnings = json_member(result, "warnings");
	const char *currency = json_text(arena, result, "currency", "");

	printf("proposal %s, version %s\n", made->id, made->version);
	for (size_t i = 0; i < json_count(totals); i++)
	{
		struct json_object *total = json_item(totals, i);

		printf("  %s: %s %s, commission %s\n", json_text(arena, total, "option", "total"),
			   json_text(arena, total, "total", "unknown"), currency, json_text(arena, total, "commission", "unknown"));
	}
	for (size_t i = 0; i < json_count(warnings); i++)
		fprintf(stderr, "voygen proposal: %s\n", json_text_item(arena, warnings, i, ""));
}

static bool
generate(struct made *made, const struct order *order)
{
	struct arena *arena = made->session->arena;
	const char *job;
	const char *text;
	struct json_object *result;

	job_hold_signals();
	job = begin(made, order);
	text = job != NULL ? job_wait(made->session, made->caller, job, made->failure) : NULL;
	if (text == NULL)
		return false;
	result = json_read(text, strlen(text));
	made->id = json_text(arena, result, "proposal_id", "");
	made->version = json_text(arena, result, "version", "");
	made->printed = json_member(result, "pdf_uri") != NULL;
	tell_result(made, result);
	json_object_put(result);
	return true;
}

/* --- its documents ---------------------------------------------------------------------------- */

/* The bytes of a resource: a text, or a blob in base64. They are in the arena. */
static bool
content_bytes(struct arena *arena, struct json_object *content, struct slice *bytes)
{
	struct json_object *text = json_member(content, "text");
	struct json_object *blob = json_member(content, "blob");
	struct json_object *given = text != NULL ? text : blob;
	size_t length = given != NULL ? (size_t) json_object_get_string_len(given) : 0;
	const char *from = given != NULL ? json_object_get_string(given) : NULL;

	if (from == NULL)
		return false;
	if (text == NULL)
		return base64_decode(arena, (struct slice){from, length}, bytes);
	*bytes = (struct slice){arena_copy(arena, from, length), length};
	return true;
}

static bool
save(struct made *made, const char *kind, const char *path)
{
	struct arena *arena = made->session->arena;
	struct json_object *arguments = json_new(arena);
	struct json_object *answer;
	struct slice bytes;
	bool done;

	json_set_text(arena, arguments, "uri", arena_format(arena, "voygen://proposal/%s/%s", made->id, kind));
	answer = caller_ask(made->session, made->caller, "mcp.read_resource", arguments, made->failure);
	if (answer == NULL)
		return false;
	done = content_bytes(arena, json_item(json_member(answer, "contents"), 0), &bytes);
	json_object_put(answer);
	if (!done)
		return failure_set(made->failure, "internal", arena_format(arena, "the %s of proposal %s cannot be read", kind, made->id), NULL);
	if (!write_file(arena, path, bytes, made->failure))
		return false;
	printf("%s: %s\n", kind, path);
	return true;
}

static bool
save_documents(struct made *made, const struct order *order)
{
	struct arena *arena = made->session->arena;
	const char *out = order->out != NULL ? order->out : arena_format(arena, "%s-v%s.pdf", order->trip, made->version);

	if (order->html != NULL && !save(made, "html", order->html))
		return false;
	if (!made->printed)
		return failure_set(made->failure, "unavailable", arena_format(arena, "proposal %s has no PDF", made->id),
						   "the warnings above say why");
	return save(made, "pdf", out);
}

/* --- giving it away ----------------------------------------------------------------------------- */

static bool
make_final(struct made *made)
{
	struct arena *arena = made->session->arena;
	struct json_object *arguments = json_new(arena);
	struct json_object *answer;

	json_set_text(arena, arguments, "proposal_id", made->id);
	json_set_text(arena, arguments, "status", "final");
	answer = caller_ask(made->session, made->caller, "set_proposal_status", arguments, made->failure);
	json_object_put(answer);
	return answer != NULL;
}

static bool
share(struct made *made, const char *days)
{
	struct arena *arena = made->session->arena;
	struct json_object *arguments = json_new(arena);
	struct json_object *answer;
	const char *url;

	json_set_text(arena, arguments, "proposal_id", made->id);
	if (days != NULL)
		json_set_number(arena, arguments, "days", days);
	answer = caller_ask(made->session, made->caller, "share_proposal", arguments, made->failure);
	if (answer == NULL)
		return false;
	url = json_text(arena, answer, "url", NULL);
	if (url != NULL)
		printf("link: %s\n", url);
	else
		printf("link: .../%s (VOYGEN_PUBLIC_URL, or the agency's setting proposals.share_url, says where proposals are served)\n",
			   json_text(arena, answer, "key", ""));
	json_object_put(answer);
	return true;
}

/* A version is not made for files that cannot be written then. */
static bool
files_possible(struct arena *arena, const struct order *order, struct failure *failure)
{
	return write_possible(arena, order->out != NULL ? order->out : order->trip, failure) &&
		   (order->html == NULL || write_possible(arena, order->html, failure));
}

static bool
make_proposal(struct session *session, const struct order *order, struct failure *failure)
{
	struct caller caller = {0};
	struct made made = {.session = session, .caller = &caller, .failure = failure};
	bool done = files_possible(session->arena, order, failure) && caller_open(session, &caller, failure) &&
				generate(&made, order) && save_documents(&made, order);

	if (done && (order->final || order->share))
		done = make_final(&made);
	if (done && order->share)
		done = share(&made, order->days);
	caller_close(&caller);
	return done;
}

static bool
is_number_of_days(const char *text)
{
	return text == NULL || (strspn(text, "0123456789") == strlen(text) && strlen(text) <= 3 && atoi(text) >= 1 && atoi(text) <= 365);
}

static enum command_status
run_proposal(const struct command *self, struct session *session, int argc, char **argv)
{
	struct order order = {0};
	const struct option_value options[] = {
		{"--template", &order.template, NULL},
		{"--out", &order.out, NULL},
		{"--html", &order.html, NULL},
		{"--draft", NULL, &order.draft},
		{"--no-images", NULL, &order.no_images},
		{"--final", NULL, &order.final},
		{"--share", NULL, &order.share},
		{"--days", &order.days, NULL},
		{NULL, NULL, NULL},
	};
	struct failure failure = {0};

	if (!options_read(self, argc, argv, options, &order.trip, 1))
		return COMMAND_USAGE;
	if (order.trip == NULL)
		return command_misused(self, "which trip? its number or slug; `voygen call find_trips` lists them");
	if (order.draft && (order.final || order.share))
		return command_misused(self, "a draft is not given to a client: --draft goes with neither --final nor --share");
	if (!is_number_of_days(order.days))
		return command_misused(self, "--days is a number from 1 to 365, not \"%s\"", order.days);
	if (order.days != NULL && !order.share)
		return command_misused(self, "--days says how long the link of --share works");
	if (!make_proposal(session, &order, &failure))
		return command_failed(self, &failure);
	return command_finished(self);
}

const struct command proposal_command = {
	.name = "proposal",
	.summary = "make a proposal of a trip, and its PDF",
	.help = "usage: voygen proposal TRIP [--template standard|luxury|family|condensed] [--out FILE.pdf] [--html FILE.html]\n"
			"                       [--draft] [--no-images] [--final] [--share [--days N]]\n"
			"\n"
			"Makes a new version of what the client of a trip (number or slug) is offered, from the trip as it is now,\n"
			"with the rights of VOYGEN_TOKEN, and writes its PDF to FILE.pdf, else to TRIP-vN.pdf in this folder. What\n"
			"the client pays and what it earns is printed; what to look at before the client sees it is on stderr.\n"
			"The work is done by `voygen serve` or `voygen work`, which must be running: progress is on stderr, and\n"
			"Ctrl-C cancels.\n"
			"\n"
			"  --template NAME  how it looks: standard unless told\n"
			"  --html FILE      the document the PDF is printed from, too\n"
			"  --draft          with a watermark; such a version cannot become final\n"
			"  --no-images      without pictures\n"
			"  --final          the version becomes final: it never changes any more\n"
			"  --share          final, and a link for the client is printed, which is not shown again\n"
			"  --days N         how long the link works, 30 unless told\n",
	.run = run_proposal,
};

/*
 * errand.c - from the request of a job to the answer in the database.
 */
#include "job/errand.h"

#include <json-c/json.h>
#include <string.h>

#include "json/reading.h"

/* Type number of PostgreSQL's catalogue; it never changes. */
#define TYPE_BYTEA 17

static void
forget(struct errand *errand)
{
	bytes_free(&errand->request);
	bytes_free(&errand->said);
	bytes_free(&errand->parts);
}

static void
end(struct errand *errand, const struct failure *failure)
{
	forget(errand);
	errand->done(errand->owner, failure);
}

static void
end_with(struct errand *errand, const char *code, const char *message)
{
	struct failure failure;

	failure_set(&failure, code, message, NULL);
	end(errand, &failure);
}

/* --- handing back ------------------------------------------------------------------ */

static bool
put_number(struct bytes *out, uint32_t value)
{
	char digits[4];

	for (int i = 0; i < 4; i++)
		digits[i] = (char) (value >> (24 - 8 * i));
	return bytes_add(out, digits, sizeof(digits));
}

/* The pieces behind the first as bytea[]; a list of none has no dimension. */
static bool
put_parts(struct bytes *out, const struct message *answer)
{
	int count = answer->count - 1;
	bool put = put_number(out, count > 0) && put_number(out, 0) && put_number(out, TYPE_BYTEA);

	if (count > 0)
		put = put && put_number(out, (uint32_t) count) && put_number(out, 1);
	for (int i = 1; put && i <= count; i++)
		put = put_number(out, (uint32_t) answer->pieces[i].length) && bytes_add(out, answer->pieces[i].at, answer->pieces[i].length);
	return put;
}

static void
on_handed_back(void *owner, struct query_outcome *outcome)
{
	struct errand *errand = owner;

	errand->asking = false;
	if (outcome->fate != QUERY_DONE)
	{
		end(errand, &outcome->failure);
		return;
	}
	PQclear(outcome->result);
	end(errand, NULL);
}

static void
hand_back(struct errand *errand)
{
	errand->asking = true;
	query_start(&errand->query, &prepared_outside_answer, on_handed_back, errand);
	query_integer(&errand->query, errand->agency);
	query_integer(&errand->query, errand->job);
	query_integer(&errand->query, errand->run);
	query_slice(&errand->query, (struct slice){errand->said.at, errand->said.length});
	query_slice(&errand->query, (struct slice){errand->parts.at, errand->parts.length});
	pool_run_spare(errand->pool, &errand->query);
}

/* --- making ------------------------------------------------------------------------- */

/* What the maker refuses with; false when the answer is none. */
static bool
is_refused(struct errand *errand, struct slice said)
{
	struct json_object *object = json_read(said.at, said.length);
	struct json_object *error = json_member(object, "error");
	struct failure failure = {0};
	const char *text;

	if (object != NULL && error == NULL)
	{
		json_object_put(object);
		return false;
	}
	if (error != NULL)
	{
		text = json_object_to_json_string_ext(error, JSON_C_TO_STRING_PLAIN);
		failure.code = "internal";
		failure.message = text;
		failure.json = text;
		end(errand, &failure);
	}
	else
		end_with(errand, "internal", "whoever made the document answered no JSON");
	json_object_put(object);
	return true;
}

static void
on_made(void *owner, const struct message *answer, const struct failure *failure)
{
	struct errand *errand = owner;

	errand->making = false;
	if (answer == NULL)
		end(errand, failure);
	else if (is_refused(errand, answer->pieces[0]))
		return;
	else if (bytes_add(&errand->said, answer->pieces[0].at, answer->pieces[0].length) && put_parts(&errand->parts, answer))
		hand_back(errand);
	else
		end_with(errand, "unavailable", "out of memory");
}

/* Also true for a document that has such a thing in it, which costs a moment at the end of a process. */
static bool
is_message(struct slice request)
{
	static const char kind[] = "\"kind\": \"mail\"";

	return memmem(request.at, request.length, kind, sizeof(kind) - 1) != NULL;
}

/* --- asking what is wanted ------------------------------------------------------------ */

static void
on_request(void *owner, struct query_outcome *outcome)
{
	struct errand *errand = owner;
	struct slice request;
	bool kept;

	errand->asking = false;
	if (outcome->fate != QUERY_DONE)
	{
		end(errand, &outcome->failure);
		return;
	}
	/* Handed back before, or not held any more: the next step, or letting go, finds out which. */
	if (PQgetisnull(outcome->result, 0, 0))
	{
		PQclear(outcome->result);
		end(errand, NULL);
		return;
	}
	kept = bytes_add(&errand->request, PQgetvalue(outcome->result, 0, 0), (size_t) PQgetlength(outcome->result, 0, 0));
	PQclear(outcome->result);
	if (!kept)
	{
		end_with(errand, "unavailable", "out of memory");
		return;
	}
	request = (struct slice){errand->request.at, errand->request.length};
	errand->once = is_message(request);
	if (errand->ending && !errand->once)
	{
		end(errand, NULL);
		return;
	}
	errand->making = true;
	maker_order(errand->maker, &errand->order, request, on_made, errand);
}

void
errand_start(struct errand *errand, int64_t agency, int64_t job, int64_t run, errand_done *done, void *owner)
{
	errand->agency = agency;
	errand->job = job;
	errand->run = run;
	errand->done = done;
	errand->owner = owner;
	errand->asking = true;
	errand->once = false;
	errand->ending = false;
	query_start(&errand->query, &prepared_outside_request, on_request, errand);
	query_integer(&errand->query, agency);
	query_integer(&errand->query, job);
	query_integer(&errand->query, run);
	pool_run_spare(errand->pool, &errand->query);
}

void
errand_stop(struct errand *errand)
{
	if (errand->asking)
		pool_stop(errand->pool, &errand->query);
	if (errand->making)
		maker_withdraw(errand->maker, &errand->order);
	errand->asking = false;
	errand->making = false;
	forget(errand);
}

bool
errand_wind_up(struct errand *errand)
{
	errand->ending = true;
	if (!errand->making || errand->once)
		return false;
	errand_stop(errand);
	return true;
}

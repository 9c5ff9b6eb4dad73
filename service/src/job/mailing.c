/*
 * mailing.c - from the order to the server's word.
 */
#include "job/mailing.h"

#include <string.h>

#include "config/mail.h"
#include "json/reading.h"
#include "mail/letter.h"
#include "mail/smtp.h"
#include "text/base64.h"

#define RECIPIENTS_MOST 20

/* A letter with the mailboxes it refers to. */
struct mailing
{
	struct letter letter;
	struct mailbox to[RECIPIENTS_MOST];
	struct mailbox cc[RECIPIENTS_MOST];
};

/* --- the order ---------------------------------------------------------------------------- */

static bool
read_mailbox(struct making *making, struct json_object *object, struct mailbox *box, struct failure *failure)
{
	*box = (struct mailbox){json_text(making->arena, object, "name", NULL), json_text(making->arena, object, "address", "")};
	return mailbox_sound(box->address) ||
		   failure_set(failure, "invalid_argument", arena_format(making->arena, "\"%s\" is no address of a mailbox", box->address), NULL);
}

static bool
read_mailboxes(struct making *making, const char *name, struct mailbox *boxes, int *count, struct failure *failure)
{
	struct json_object *list = json_member(making->order, name);

	*count = (int) json_count(list);
	if (*count > RECIPIENTS_MOST)
		return failure_set(failure, "invalid_argument", arena_format(making->arena, "more than %d recipients", RECIPIENTS_MOST), NULL);
	for (int i = 0; i < *count; i++)
	{
		if (!read_mailbox(making, json_item(list, (size_t) i), &boxes[i], failure))
			return false;
	}
	return true;
}

static bool
read_people(struct making *making, struct mailing *mailing, struct failure *failure)
{
	struct letter *letter = &mailing->letter;
	struct json_object *reply_to = json_member(making->order, "reply_to");

	letter->to = mailing->to;
	letter->cc = mailing->cc;
	if (!read_mailbox(making, json_member(making->order, "from"), &letter->from, failure) ||
		(reply_to != NULL && !read_mailbox(making, reply_to, &letter->reply_to, failure)) ||
		!read_mailboxes(making, "to", mailing->to, &letter->to_count, failure) ||
		!read_mailboxes(making, "cc", mailing->cc, &letter->cc_count, failure))
		return false;
	return letter->to_count > 0 || failure_set(failure, "invalid_argument", "there is nobody to send it to", NULL);
}

static bool
read_pdf(struct making *making, struct letter *letter, struct failure *failure)
{
	struct json_object *member = json_member(making->order, "pdf");

	letter->pdf_name = json_text(making->arena, making->order, "file_name", "proposal.pdf");
	if (member == NULL || base64_decode(making->arena, slice_of(json_object_get_string(member)), &letter->pdf))
		return true;
	return failure_set(failure, "invalid_argument", "the PDF is no base64", NULL);
}

/* --- its words ---------------------------------------------------------------------------- */

/* The text that a template wrote as `length` bytes of HTML. */
static const char *
unescaped(struct arena *arena, const char *html, size_t length)
{
	static const struct
	{
		const char *written;
		char meant;
	} entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}, {"&#92;", '\\'}};
	char *text = arena_copy(arena, html, length);
	size_t to = 0;

	for (size_t from = 0; from < length; to++)
	{
		size_t taken = 1;

		text[to] = text[from];
		for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++)
		{
			if (strncmp(text + from, entities[i].written, strlen(entities[i].written)) != 0)
				continue;
			text[to] = entities[i].meant;
			taken = strlen(entities[i].written);
			break;
		}
		from += taken;
	}
	text[to] = '\0';
	return text;
}

static const char *
title_of(struct arena *arena, struct slice html)
{
	static const char start[] = "<title>";
	const char *at = strstr(html.at, start);
	const char *end = at != NULL ? strstr(at, "</title>") : NULL;

	if (end == NULL)
		return "";
	at += sizeof(start) - 1;
	return unescaped(arena, at, (size_t) (end - at));
}

static bool
write_words(struct documents *documents, struct making *making, struct letter *letter, struct failure *failure)
{
	const char *template = json_text(making->arena, making->order, "template", "");
	const char *link = json_text(making->arena, making->order, "link", NULL);

	if (!json_object_is_type(json_member(making->order, "payload"), json_type_object))
		return failure_set(failure, "invalid_argument", "a message without a payload", NULL);
	if (link != NULL)
		json_set_text(making->arena, json_member(making->order, "payload"), "link", link);
	if (!documents_render(documents, making, arena_format(making->arena, "%s.njk", template), &letter->html, failure) ||
		!documents_render(documents, making, arena_format(making->arena, "%s.txt.njk", template), &letter->text, failure))
		return false;
	letter->subject = json_text(making->arena, making->order, "subject", NULL);
	if (letter->subject == NULL)
		letter->subject = title_of(making->arena, letter->html);
	json_set_text(making->arena, making->answer, "subject", letter->subject);
	return true;
}

/* --- sending --------------------------------------------------------------------------------- */

static bool
prepare(struct documents *documents, struct making *making, struct mailing *mailing, struct mail_settings *settings,
		struct failure *failure)
{
	mailing->letter.id = json_text(making->arena, making->order, "message_id", "");
	mailing->letter.date = time(NULL);
	return mail_settings_read(making->arena, settings, failure) && read_people(making, mailing, failure) &&
		   read_pdf(making, &mailing->letter, failure) && write_words(documents, making, &mailing->letter, failure);
}

static struct smtp_result
send_letter(struct making *making, const struct letter *letter, const struct mail_settings *settings)
{
	const char *to[2 * RECIPIENTS_MOST + 1] = {NULL};
	const struct smtp_envelope envelope = {.from = letter->from.address, .to = to};
	struct output message;
	int count = 0;

	for (int i = 0; i < letter->to_count; i++)
		to[count++] = letter->to[i].address;
	for (int i = 0; i < letter->cc_count; i++)
		to[count++] = letter->cc[i].address;
	output_start(&message, making->arena);
	letter_write(&message, letter);
	return smtp_send(making->arena, settings, &envelope, &message);
}

bool
mailing_make(void *owner, struct making *making, struct failure *failure)
{
	static const char *const fates[] = {
		[SMTP_SENT] = "sent", [SMTP_DEFERRED] = "deferred", [SMTP_REFUSED] = "refused", [SMTP_UNKNOWN] = "unknown"};
	struct mailing mailing = {0};
	struct mail_settings settings;
	struct smtp_result result;

	if (prepare(owner, making, &mailing, &settings, failure))
		result = send_letter(making, &mailing.letter, &settings);
	else
		result = (struct smtp_result){.fate = SMTP_REFUSED, .why = failure->message};
	json_set_text(making->arena, making->answer, "outcome", fates[result.fate]);
	if (result.code != 0)
		json_object_object_add(making->answer, "code", json_object_new_int(result.code));
	if (result.why != NULL)
		json_set_text(making->arena, making->answer, "why", result.why);
	return true;
}

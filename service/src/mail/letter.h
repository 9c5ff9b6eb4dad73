/*
 * letter.h - a message put together: text and HTML of the same words, a PDF beside them.
 */
#ifndef VOYGEN_MAIL_LETTER_H
#define VOYGEN_MAIL_LETTER_H

#include <time.h>

#include "mail/header.h"

struct letter
{
	struct mailbox from;
	struct mailbox reply_to; /* without an address: none */
	const struct mailbox *to;
	int to_count;
	const struct mailbox *cc;
	int cc_count;
	const char *subject;
	const char *id; /* of the message, with its angle brackets: the same whenever this one is sent */
	time_t date;
	struct slice text;
	struct slice html;
	struct slice pdf; /* nothing: none */
	const char *pdf_name;
};

/* Adds the whole message, with CRLF at the end of each line. Contents of the letter must live until it was read. */
void letter_write(struct output *out, const struct letter *letter);

#endif

/*
 * smtp.h - hands a message to a mail server, once, and says what became of it.
 */
#ifndef VOYGEN_MAIL_SMTP_H
#define VOYGEN_MAIL_SMTP_H

#include "config/mail.h"
#include "output/output.h"

enum smtp_fate
{
	SMTP_SENT,     /* the server has taken it */
	SMTP_DEFERRED, /* it has not, but may later: said so (4xx), or was not reached */
	SMTP_REFUSED,  /* it never will: said so (5xx), or does not keep to the settings */
	SMTP_UNKNOWN   /* it had all of it, and was not heard of again */
};

struct smtp_result
{
	enum smtp_fate fate;
	int code;        /* of the server's last words; 0: it said none */
	const char *why; /* in plain ASCII; NULL when it was sent */
};

struct smtp_envelope
{
	const char *from;
	const char *const *to; /* all who shall get it; NULL behind the last */
};

/* All of them get it or none does. What is told lies in the arena. */
struct smtp_result smtp_send(struct arena *arena, const struct mail_settings *settings, const struct smtp_envelope *envelope,
							 struct output *message);

#endif

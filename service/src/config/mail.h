/*
 * mail.h - by which server messages go out.
 *
 * Each value comes from the environment; when it is not there, from the file of VOYGEN_SETTINGS, as it is now.
 */
#ifndef VOYGEN_CONFIG_MAIL_H
#define VOYGEN_CONFIG_MAIL_H

#include <stdbool.h>

#include "failure/failure.h"
#include "memory/arena.h"
#include "text/slice.h"

struct mail_settings
{
	const char *url;         /* VOYGEN_SMTP_URL: smtp://HOST:PORT, or smtps:// */
	const char *user;        /* VOYGEN_SMTP_USER; NULL: none */
	const char *password;    /* VOYGEN_SMTP_PASSWORD */
	bool tls;                /* VOYGEN_SMTP_TLS: "required", or "none" for a relay of this machine */
	const char *authorities; /* VOYGEN_SMTP_CA: a file of certificates in the place of the system's; NULL: those */
	int timeout_s;           /* VOYGEN_SMTP_TIMEOUT_S: for all of a message */
};

/* False with the failure filled: no server is set, or a value is wrong. No message says the password. */
bool mail_settings_read(struct arena *arena, struct mail_settings *settings, struct failure *failure);

/* Whether a variable is one of these. */
bool mail_settings_has(struct slice name);

#endif

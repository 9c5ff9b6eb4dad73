/*
 * greeting.c - one text of the process, made once.
 */
#include "db/greeting.h"

#include <stdio.h>
#include <string.h>

#include "text/web_address.h"

#define OPTION "-c voygen_gateway.public_url="

static char option[GREETING_BYTES];

/* Without the slash at its end: paths are put behind it. */
static size_t
length_of(const char *url)
{
	size_t length = strlen(url);

	while (length > 0 && url[length - 1] == '/')
		length--;
	return length;
}

bool
greeting_set(struct arena *arena, const char *public_url, struct failure *failure)
{
	option[0] = '\0';
	if (public_url == NULL)
		return true;
	if (is_web_address(public_url) && strchr(public_url, '?') == NULL && sizeof(OPTION) + length_of(public_url) < GREETING_BYTES)
	{
		snprintf(option, sizeof(option), OPTION "%.*s", (int) length_of(public_url), public_url);
		return true;
	}
	failure_set(failure, "invalid_argument", arena_format(arena, "--public-url (VOYGEN_PUBLIC_URL) is \"%s\"", public_url), NULL);
	failure->expected = "an address such as https://travel.example, without query and fragment";
	return false;
}

const char *
greeting_option(void)
{
	return option;
}

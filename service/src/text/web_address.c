/*
 * web_address.c - looks at an address without taking it apart.
 */
#include "text/web_address.h"

#include <string.h>

bool
is_web_address(const char *text)
{
	bool web = strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0;

	for (const char *at = text; *at != '\0'; at++)
	{
		if (*at <= ' ' || *at >= 0x7f || strchr("\"'<>\\#", *at) != NULL)
			return false;
	}
	return web && strstr(text, "://")[3] != '\0';
}

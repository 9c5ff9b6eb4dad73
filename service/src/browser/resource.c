/*
 * resource.c - paths and media types of what belongs to a document.
 */
#include "browser/resource.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static const struct
{
	const char *ending;
	const char *type;
} types[] = {
	{".css", "text/css; charset=utf-8"},
	{".jpg", "image/jpeg"},
	{".jpeg", "image/jpeg"},
	{".png", "image/png"},
	{".gif", "image/gif"},
	{".webp", "image/webp"},
	{".avif", "image/avif"},
	{".svg", "image/svg+xml"},
	{".ttf", "font/ttf"},
	{".otf", "font/otf"},
	{".woff", "font/woff"},
	{".woff2", "font/woff2"},
};

const char *
resource_type(const char *path)
{
	const char *ending = strrchr(path, '.');

	for (size_t i = 0; ending != NULL && i < sizeof(types) / sizeof(types[0]); i++)
	{
		if (strcasecmp(types[i].ending, ending) == 0)
			return types[i].type;
	}
	return "application/octet-stream";
}

/* The byte two hexadecimal digits stand for; 0 when they are none. */
static char
escaped_byte(const char *digits)
{
	static const char all[] = "0123456789abcdef";
	const char *high = digits[0] != '\0' ? strchr(all, tolower((unsigned char) digits[0])) : NULL;
	const char *low = high != NULL && digits[1] != '\0' ? strchr(all, tolower((unsigned char) digits[1])) : NULL;

	return low != NULL ? (char) ((high - all) * 16 + (low - all)) : '\0';
}

const char *
resource_path(struct arena *arena, const char *base, const char *address)
{
	size_t skip = strlen(base);
	size_t length;
	char *path;
	char *to;

	if (strncmp(address, base, skip) != 0)
		return NULL;
	address += skip;
	length = strcspn(address, "?#");
	if (length == 0)
		return NULL;
	path = arena_copy(arena, address, length);
	to = path;
	for (const char *from = path; *from != '\0'; from++)
	{
		char byte = *from;

		if (byte == '%')
		{
			byte = escaped_byte(from + 1);
			if (byte == '\0')
				return NULL;
			from += 2;
		}
		*to++ = byte;
	}
	*to = '\0';
	return path;
}

/*
 * address.c - tables of the ranges that are not public, and the operator's own.
 *
 * All is judged on the sixteen bytes of IPv6, where an IPv4 address stands mapped (::ffff:0:0/96): so each has one form,
 * however its URL was written. Of IPv6 only 2000::/3 is given out to the public; the rest is refused without being named.
 */
#include "image/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/slice.h"

struct address_range
{
	unsigned char bytes[16];
	unsigned bits;
};

struct special_range
{
	unsigned char bytes[16];
	unsigned bits;
	const char *what;
};

#define MAPPED_BITS 96u
#define V4(a, b, c, d, length, what)                                              \
	{                                                                             \
		{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d}, 96 + length, what \
	}

/* The first that fits counts. 168.63.129.16 is where one of the large clouds answers questions about the machine. */
static const struct special_range special[] = {
	V4(0, 0, 0, 0, 32, "the unspecified address"),
	V4(0, 0, 0, 0, 8, "an address of this network"),
	V4(10, 0, 0, 0, 8, "a private address"),
	V4(100, 64, 0, 0, 10, "an address shared behind a provider"),
	V4(127, 0, 0, 0, 8, "a loopback address"),
	V4(168, 63, 129, 16, 32, "a metadata address"),
	V4(169, 254, 169, 254, 32, "a metadata address"),
	V4(169, 254, 0, 0, 16, "a link-local address"),
	V4(172, 16, 0, 0, 12, "a private address"),
	V4(192, 0, 0, 0, 24, "a reserved address"),
	V4(192, 0, 2, 0, 24, "an address for documentation"),
	V4(192, 88, 99, 0, 24, "a reserved address"),
	V4(192, 168, 0, 0, 16, "a private address"),
	V4(198, 18, 0, 0, 15, "an address for benchmarks"),
	V4(198, 51, 100, 0, 24, "an address for documentation"),
	V4(203, 0, 113, 0, 24, "an address for documentation"),
	V4(224, 0, 0, 0, 4, "a multicast address"),
	V4(255, 255, 255, 255, 32, "a broadcast address"),
	V4(240, 0, 0, 0, 4, "a reserved address"),
	{{0}, 128, "the unspecified address"},
	{{[15] = 1}, 128, "a loopback address"},
	{{0xfd, 0x00, 0x0e, 0xc2, [14] = 0x02, 0x54}, 128, "a metadata address"},
	{{0xfc}, 7, "a private address"},
	{{0xfe, 0x80}, 10, "a link-local address"},
	{{0xfe, 0xc0}, 10, "a private address"},
	{{0xff}, 8, "a multicast address"},
	{{0x20, 0x01}, 23, "a reserved address"}, /* Teredo and other protocols */
	{{0x20, 0x01, 0x0d, 0xb8}, 32, "an address for documentation"},
	{{0x3f, 0xff}, 20, "an address for documentation"},
};

static const struct address_range mapped = {{[10] = 0xff, 0xff}, MAPPED_BITS};
static const struct address_range translated = {{0x00, 0x64, 0xff, 0x9b}, 96}; /* NAT64 */
static const struct address_range six_to_four = {{0x20, 0x02}, 16};
static const struct address_range public_six = {{0x20}, 3};

static bool
lies_in(const unsigned char *address, const unsigned char *range, unsigned bits)
{
	unsigned whole = bits / 8;
	unsigned char mask = (unsigned char) (0xff00u >> (bits % 8));

	return memcmp(address, range, whole) == 0 && (bits % 8 == 0 || ((address[whole] ^ range[whole]) & mask) == 0);
}

static bool
is_in(const unsigned char *address, const struct address_range *range)
{
	return lies_in(address, range->bytes, range->bits);
}

/* The sixteen bytes of an address; false for one that is not of the internet. */
static bool
bytes_of(const struct sockaddr *address, unsigned char bytes[16])
{
	if (address->sa_family == AF_INET)
	{
		struct sockaddr_in four;

		memcpy(&four, address, sizeof(four));
		memcpy(bytes, mapped.bytes, 12);
		memcpy(bytes + 12, &four.sin_addr, 4);
		return true;
	}
	if (address->sa_family == AF_INET6)
	{
		struct sockaddr_in6 six;

		memcpy(&six, address, sizeof(six));
		memcpy(bytes, &six.sin6_addr, 16);
		return true;
	}
	return false;
}

/* Ranges of IPv6 say nothing about IPv4, not even ::/0. */
static bool
is_allowed(const unsigned char *address, const struct address_ranges *ranges)
{
	bool four = is_in(address, &mapped);

	for (size_t i = 0; i < ranges->count; i++)
	{
		if ((!four || ranges->at[i].bits >= MAPPED_BITS) && is_in(address, &ranges->at[i]))
			return true;
	}
	return false;
}

static const char *
refusal_of_bytes(const unsigned char *address)
{
	unsigned char inner[16];

	if (is_in(address, &translated) || is_in(address, &six_to_four))
	{
		memcpy(inner, mapped.bytes, 12);
		memcpy(inner + 12, address + (is_in(address, &translated) ? 12 : 2), 4);
		return refusal_of_bytes(inner);
	}
	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
	{
		if (lies_in(address, special[i].bytes, special[i].bits))
			return special[i].what;
	}
	return is_in(address, &mapped) || is_in(address, &public_six) ? NULL : "a reserved address";
}

const char *
address_refusal(const struct sockaddr *address, const struct address_ranges *ranges)
{
	unsigned char bytes[16];

	if (!bytes_of(address, bytes))
		return "no address of the internet";
	return is_allowed(bytes, ranges) ? NULL : refusal_of_bytes(bytes);
}

void
address_text(const struct sockaddr *address, char text[ADDRESS_TEXT_BYTES])
{
	unsigned char bytes[16];

	if (!bytes_of(address, bytes) ||
		(address->sa_family == AF_INET ? inet_ntop(AF_INET, bytes + 12, text, ADDRESS_TEXT_BYTES)
									   : inet_ntop(AF_INET6, bytes, text, ADDRESS_TEXT_BYTES)) == NULL)
		snprintf(text, ADDRESS_TEXT_BYTES, "(unknown)");
}

/* The length behind the slash, or all of the address; false when it is no number from 0 to `most`. */
static bool
read_bits(struct slice text, unsigned most, unsigned *bits)
{
	unsigned number = 0;

	if (text.at == NULL)
	{
		*bits = most;
		return true;
	}
	for (size_t i = 0; i < text.length; i++)
	{
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
		number = number * 10 + (unsigned) (text.at[i] - '0');
		if (number > most)
			return false;
	}
	*bits = number;
	return text.length > 0;
}

/* One entry; NULL, or what is wrong with it. */
static const char *
read_range(struct slice entry, struct address_range *range)
{
	const char *slash = memchr(entry.at, '/', entry.length);
	size_t length = slash != NULL ? (size_t) (slash - entry.at) : entry.length;
	struct slice behind = {0};
	char address[ADDRESS_TEXT_BYTES];
	bool four;

	if (slash != NULL)
		behind = (struct slice){slash + 1, entry.length - length - 1};
	if (length == 0 || length >= sizeof(address))
		return "is no range of addresses";
	memcpy(address, entry.at, length);
	address[length] = '\0';
	memcpy(range->bytes, mapped.bytes, 12);
	four = inet_pton(AF_INET, address, range->bytes + 12) == 1;
	if (!four && inet_pton(AF_INET6, address, range->bytes) != 1)
		return "is no range of addresses";
	if (!read_bits(behind, four ? 32 : 128, &range->bits))
		return four ? "has a length that is not 0 to 32" : "has a length that is not 0 to 128";
	range->bits += four ? MAPPED_BITS : 0;
	for (unsigned bit = range->bits; bit < 128; bit++)
	{
		if ((range->bytes[bit / 8] & 0x80u >> bit % 8) != 0)
			return "has bits beyond its length";
	}
	return NULL;
}

bool
address_ranges_read(struct arena *arena, const char *text, struct address_ranges *ranges, struct failure *failure)
{
	struct address_range *at;
	size_t most = 1;

	*ranges = (struct address_ranges){0};
	if (text == NULL || slice_trimmed(slice_of(text)).length == 0)
		return true;
	for (const char *comma = strchr(text, ','); comma != NULL; comma = strchr(comma + 1, ','))
		most++;
	at = arena_alloc(arena, most * sizeof(*at));
	for (size_t i = 0; i < most; i++)
	{
		struct slice entry = slice_trimmed((struct slice){text, strcspn(text, ",")});
		const char *wrong = read_range(entry, &at[i]);

		if (wrong != NULL)
		{
			failure_set(failure, "invalid_argument", arena_format(arena, "\"%.*s\" %s", (int) entry.length, entry.at, wrong), NULL);
			failure->expected = "ranges like 10.1.0.0/16, fd00:1::/32";
			return false;
		}
		text += strcspn(text, ",") + 1;
	}
	*ranges = (struct address_ranges){at, most};
	return true;
}

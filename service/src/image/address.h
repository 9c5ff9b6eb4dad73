/*
 * address.h - which addresses of the network pictures may come from.
 */
#ifndef VOYGEN_IMAGE_ADDRESS_H
#define VOYGEN_IMAGE_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "failure/failure.h"
#include "memory/arena.h"

/* Ranges an operator has allowed beside the public addresses; all zero: none. */
struct address_ranges
{
	const struct address_range *at;
	size_t count;
};

/*
 * Reads ranges like "10.1.0.0/16, fd00:1::/32"; an address without a length stands for itself. NULL or blank is none.
 * False with the failure filled when an entry is none, or has bits beyond its length.
 */
bool address_ranges_read(struct arena *arena, const char *text, struct address_ranges *ranges, struct failure *failure);

/*
 * Why no connection may be made to that address, as "a loopback address"; NULL when it may: it is public, or lies in one
 * of the ranges. Sources: the registries of IANA for special-purpose addresses of IPv4 and IPv6 (RFC 6890). An
 * IPv4 address inside one of IPv6 (mapped, NAT64 of RFC 6052, 6to4 of RFC 3056) is judged as what it is.
 */
const char *address_refusal(const struct sockaddr *address, const struct address_ranges *ranges);

#define ADDRESS_TEXT_BYTES 64

/* The address as people write it. */
void address_text(const struct sockaddr *address, char text[ADDRESS_TEXT_BYTES]);

#endif

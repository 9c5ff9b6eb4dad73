/*
 * download.h - pictures fetched from the web, several at once: http and https, public addresses and allowed ranges
 * alone, within limits of size, time and redirects.
 *
 * The address is checked where a connection is made, whatever name or redirect led to it, so a name that means another
 * address the second time gains nothing. Neither proxies nor cookies nor names and passwords of anybody are used.
 */
#ifndef VOYGEN_IMAGE_DOWNLOAD_H
#define VOYGEN_IMAGE_DOWNLOAD_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "image/address.h"
#include "memory/arena.h"
#include "memory/bytes.h"

struct download_limits
{
	struct address_ranges allowed;
	size_t bytes;   /* of one picture */
	int connect_ms; /* for a connection, with its TLS */
	int total_ms;   /* for all of it, redirects too */
	int stall_s;    /* seconds that less than 1 kB/s may come */
	int redirects;
};

struct downloads;

/* Why an address of a picture is not even tried, in words that follow "the picture could not be fetched:"; else NULL. */
const char *download_url_fault(struct arena *arena, const char *url);

/* NULL when the library is not there. What is said of pictures is said in this arena; limits are kept. */
struct downloads *downloads_open(struct arena *arena, const struct download_limits *limits);
void downloads_close(struct downloads *downloads);

/* Begins; false without memory. The URL is kept. */
bool downloads_add(struct downloads *downloads, const char *url, void *owner);

#define DOWNLOADS_ALSO_MOST 16

/*
 * Waits until something can go on, here or on one of the descriptors (at most DOWNLOADS_ALSO_MOST), or for so many
 * milliseconds, and moves the bytes of the transfers.
 */
void downloads_wait(struct downloads *downloads, const struct pollfd *also, size_t count, int milliseconds);

struct downloaded
{
	void *owner;
	struct bytes bytes; /* the caller's from now on */
	const char *why;    /* NULL: it is there; else words that follow "the picture could not be fetched:" */
};

/* The next that has ended; false when there is none. */
bool downloads_next(struct downloads *downloads, struct downloaded *ended);

#endif

/*
 * download.c - libcurl's transfers side by side, each with its own bytes and its own reason when it is refused.
 */
#include "image/download.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "image/sniff.h"
#include "library/curl.h"

#define URL_BYTES ((size_t) 8192)
#define SLOW_BYTES_S 1024L
/* What most of the web would send to us in one of the formats that are taken. */
#define ACCEPT "Accept: image/jpeg, image/png, image/webp, image/gif"

struct downloads
{
	struct arena *arena;
	struct download_limits limits;
	CURLM *multi;
	struct curl_slist *headers;
	struct transfer *first; /* those under way */
};

struct transfer
{
	struct downloads *downloads;
	struct transfer *next;
	CURL *easy;
	void *owner;
	struct bytes bytes;
	bool too_large;
	const char *other;   /* what it is when it is no picture */
	const char *refused; /* why its address was refused */
	char address[ADDRESS_TEXT_BYTES];
};

const char *
download_url_fault(struct arena *arena, const char *url)
{
	size_t scheme = strspn(url, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

	if (strncasecmp(url, "data:", 5) == 0)
		return "its address holds the picture itself (data:); give one that begins with http:// or https://";
	if (strlen(url) > URL_BYTES)
		return "its address is longer than 8192 bytes";
	if (strncasecmp(url, "http://", 7) == 0 || strncasecmp(url, "https://", 8) == 0)
		return NULL;
	if (url[scheme] != ':' || scheme == 0 || scheme > 20)
		return "its address does not begin with http:// or https://";
	return arena_format(arena, "only http:// and https:// are fetched, not %.*s:", (int) scheme, url);
}

/* A connection is about to be made: to the address itself, after names have been looked up. */
static curl_socket_t
open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct transfer *transfer = context;
	const char *refusal = address_refusal(&to->addr, &transfer->downloads->limits.allowed);

	(void) purpose;
	if (refusal == NULL)
		return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
	transfer->refused = refusal;
	address_text(&to->addr, transfer->address);
	return CURL_SOCKET_BAD;
}

/* Counts what comes, since a server may state no length or a wrong one; the first bytes say whether more are worth having. */
static size_t
take_bytes(char *at, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	struct slice all;
	size_t length = size * count;
	bool judged = transfer->bytes.length >= IMAGE_SNIFF_BYTES;

	transfer->too_large = length > transfer->downloads->limits.bytes - transfer->bytes.length;
	if (transfer->too_large || !bytes_add(&transfer->bytes, at, length))
		return 0;
	all = (struct slice){transfer->bytes.at, transfer->bytes.length};
	if (!judged && all.length >= IMAGE_SNIFF_BYTES && image_sniff(all) == IMAGE_KIND_NONE)
	{
		transfer->other = image_sniff_other(all);
		return 0;
	}
	return length;
}

static bool
set_up(struct transfer *transfer, const char *url)
{
	const struct download_limits *limits = &transfer->downloads->limits;
	CURL *easy = transfer->easy;

	return curl.easy_setopt(easy, CURLOPT_URL, url) == CURLE_OK && curl.easy_setopt(easy, CURLOPT_PRIVATE, transfer) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https") == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_MAXREDIRS, (long) limits->redirects) == CURLE_OK &&
		   /* an empty one is none; without it the environment's would see the address in our place */
		   curl.easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_NETRC, (long) CURL_NETRC_IGNORED) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->downloads->headers) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_FAILONERROR, 1L) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long) limits->connect_ms) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long) limits->total_ms) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, SLOW_BYTES_S) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long) limits->stall_s) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t) limits->bytes) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_USERAGENT, "voygen/" VOYGEN_VERSION) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_bytes) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_WRITEDATA, transfer) == CURLE_OK;
}

struct downloads *
downloads_open(struct arena *arena, const struct download_limits *limits)
{
	struct downloads *downloads = arena_alloc(arena, sizeof(*downloads));

	*downloads = (struct downloads){.arena = arena, .limits = *limits};
	if (!curl_load() || curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return NULL;
	downloads->multi = curl.multi_init();
	downloads->headers = curl.slist_append(NULL, ACCEPT);
	if (downloads->multi == NULL || downloads->headers == NULL)
	{
		downloads_close(downloads);
		return NULL;
	}
	return downloads;
}

/* Takes a transfer out of those under way and gives back all but its bytes. */
static void
end_transfer(struct transfer *transfer)
{
	struct transfer **at = &transfer->downloads->first;

	while (*at != transfer)
		at = &(*at)->next;
	*at = transfer->next;
	curl.multi_remove_handle(transfer->downloads->multi, transfer->easy);
	curl.easy_cleanup(transfer->easy);
	free(transfer);
}

void
downloads_close(struct downloads *downloads)
{
	if (downloads == NULL)
		return;
	while (downloads->first != NULL)
	{
		bytes_free(&downloads->first->bytes);
		end_transfer(downloads->first);
	}
	curl.multi_cleanup(downloads->multi);
	curl.slist_free_all(downloads->headers);
	curl.global_cleanup();
}

bool
downloads_add(struct downloads *downloads, const char *url, void *owner)
{
	struct transfer *transfer = calloc(1, sizeof(*transfer));

	if (transfer == NULL)
		return false;
	transfer->downloads = downloads;
	transfer->owner = owner;
	transfer->easy = curl.easy_init();
	if (transfer->easy == NULL || !set_up(transfer, url) || curl.multi_add_handle(downloads->multi, transfer->easy) != CURLM_OK)
	{
		curl.easy_cleanup(transfer->easy);
		free(transfer);
		return false;
	}
	transfer->next = downloads->first;
	downloads->first = transfer;
	return true;
}

void
downloads_wait(struct downloads *downloads, const struct pollfd *also, size_t count, int milliseconds)
{
	struct curl_waitfd watched[DOWNLOADS_ALSO_MOST];
	int running;

	for (size_t i = 0; i < count; i++)
		watched[i] = (struct curl_waitfd){.fd = also[i].fd, .events = CURL_WAIT_POLLIN};
	curl.multi_poll(downloads->multi, watched, (unsigned) count, milliseconds, NULL);
	curl.multi_perform(downloads->multi, &running);
}

/* "2.5 MB" without what is not there. */
static const char *
size_text(struct arena *arena, size_t bytes)
{
	if (bytes % 1000000 == 0)
		return arena_format(arena, "%zu MB", bytes / 1000000);
	return arena_format(arena, "%zu bytes", bytes);
}

/* Too slow at the end of its time, or stalled before. */
static const char *
why_late(const struct transfer *transfer)
{
	curl_off_t taken = 0;
	curl_off_t connected = 0;
	const struct download_limits *limits = &transfer->downloads->limits;

	curl.easy_getinfo(transfer->easy, CURLINFO_TOTAL_TIME_T, &taken);
	curl.easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &connected);
	if (connected == 0)
		return "the server cannot be reached in time";
	return taken / 1000 >= limits->total_ms ? "the server took too long" : "the server stopped sending";
}

/* Words for the ends of a transfer that a person may do something about. */
static const char *
why_failed(const struct transfer *transfer, CURLcode result)
{
	struct arena *arena = transfer->downloads->arena;
	long status = 0;

	if (transfer->too_large || result == CURLE_FILESIZE_EXCEEDED)
		return arena_format(arena, "it is larger than %s", size_text(arena, transfer->downloads->limits.bytes));
	if (transfer->other != NULL)
		return arena_format(arena, "it is %s", transfer->other);
	switch (result)
	{
		case CURLE_HTTP_RETURNED_ERROR:
			curl.easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
			return arena_format(arena, "the server answered %ld", status);
		case CURLE_COULDNT_CONNECT:
			if (transfer->refused != NULL)
				return arena_format(arena, "its server's address, %s, is %s", transfer->address, transfer->refused);
			return "no connection to its server could be made";
		case CURLE_COULDNT_RESOLVE_HOST:
			return "the name of its server is not known";
		case CURLE_OPERATION_TIMEDOUT:
			return why_late(transfer);
		case CURLE_TOO_MANY_REDIRECTS:
			return arena_format(arena, "its server sent us on more than %d times", transfer->downloads->limits.redirects);
		case CURLE_UNSUPPORTED_PROTOCOL:
			return "its server sent us on to an address that is neither http:// nor https://";
		case CURLE_URL_MALFORMAT:
			return "its address is malformed";
		case CURLE_LOGIN_DENIED:
			return "its address holds a user's name";
		case CURLE_PARTIAL_FILE:
		case CURLE_RECV_ERROR:
		case CURLE_GOT_NOTHING:
			return "its server broke off";
		case CURLE_PEER_FAILED_VERIFICATION:
		case CURLE_SSL_CONNECT_ERROR:
			return "its server does not prove by a certificate who it is";
		case CURLE_OUT_OF_MEMORY:
			return "there is not enough memory";
		default:
			return arena_format(arena, "the transfer failed (%s)", curl.easy_strerror(result));
	}
}

/* Why there is no picture although something was sent; NULL when there may be one. */
static const char *
why_not_taken(const struct transfer *transfer)
{
	struct slice all = {transfer->bytes.at, transfer->bytes.length};
	struct arena *arena = transfer->downloads->arena;
	long status = 0;

	curl.easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200)
		return arena_format(arena, "the server answered %ld", status);
	if (image_sniff(all) == IMAGE_KIND_NONE)
		return arena_format(arena, "it is %s", image_sniff_other(all));
	return NULL;
}

bool
downloads_next(struct downloads *downloads, struct downloaded *ended)
{
	CURLMsg *message;
	int left;

	while ((message = curl.multi_info_read(downloads->multi, &left)) != NULL)
	{
		CURLcode result = message->data.result;
		char *own = NULL;
		struct transfer *transfer;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &own);
		transfer = (struct transfer *) (void *) own;
		*ended = (struct downloaded){.owner = transfer->owner, .bytes = transfer->bytes};
		ended->why = result == CURLE_OK ? why_not_taken(transfer) : why_failed(transfer, result);
		if (ended->why != NULL)
			bytes_free(&ended->bytes);
		end_transfer(transfer);
		return true;
	}
	return false;
}

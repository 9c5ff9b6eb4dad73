/*
 * fetch.c - libcurl on the loop: the library says which sockets to watch and when to wake it.
 */
#include "loop/fetch.h"

#include <event2/event.h>
#include <stdlib.h>

#include "library/curl.h"
#include "memory/bytes.h"

#define CONNECT_MS 3000

struct fetcher
{
	struct loop *loop;
	const char *url;
	struct fetch_limits limits;
	fetch_done *done;
	void *owner;
	CURLM *multi;
	CURL *easy; /* NULL while nothing is under way */
	struct event *timer;
	struct bytes document;
	bool too_large;
};

/* Tells how the transfer ended, if it has. */
static void
look_whether_done(struct fetcher *fetcher)
{
	CURLMsg *message;
	int left;

	while ((message = curl.multi_info_read(fetcher->multi, &left)) != NULL)
	{
		CURLcode result = message->data.result;
		long status = 0;
		struct bytes document = fetcher->document;
		const char *why = fetcher->too_large ? "it is too large" : curl.easy_strerror(result);

		if (message->msg != CURLMSG_DONE)
			continue;
		curl.easy_getinfo(fetcher->easy, CURLINFO_RESPONSE_CODE, &status);
		curl.multi_remove_handle(fetcher->multi, fetcher->easy);
		curl.easy_cleanup(fetcher->easy);
		fetcher->easy = NULL;
		fetcher->document = (struct bytes){0};
		if (result == CURLE_OK && status != 200)
			why = "the server does not answer 200";
		fetcher->done(fetcher->owner, result == CURLE_OK && status == 200,
					  (struct slice){document.at != NULL ? document.at : "", document.length}, why);
		bytes_free(&document);
		return;
	}
}

static void
on_socket(evutil_socket_t socket, short what, void *context)
{
	struct fetcher *fetcher = context;
	int running;

	loop_look_at_clock(fetcher->loop);
	curl.multi_socket_action(fetcher->multi, socket,
							 ((what & EV_READ) != 0 ? CURL_CSELECT_IN : 0) | ((what & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0),
							 &running);
	look_whether_done(fetcher);
}

static void
on_timer(evutil_socket_t socket, short what, void *context)
{
	struct fetcher *fetcher = context;
	int running;

	(void) socket;
	(void) what;
	loop_look_at_clock(fetcher->loop);
	curl.multi_socket_action(fetcher->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	look_whether_done(fetcher);
}

/* The library wants a socket watched, otherwise than before or no more. */
static int
watch(CURL *easy, curl_socket_t socket, int what, void *context, void *before)
{
	struct fetcher *fetcher = context;
	struct event *event = before;
	short wanted = (short) (((what & CURL_POLL_IN) != 0 ? EV_READ : 0) | ((what & CURL_POLL_OUT) != 0 ? EV_WRITE : 0) | EV_PERSIST);

	(void) easy;
	if (event != NULL)
		event_free(event);
	event = what != CURL_POLL_REMOVE ? event_new(fetcher->loop->base, socket, wanted, on_socket, fetcher) : NULL;
	curl.multi_assign(fetcher->multi, socket, event);
	return event == NULL || event_add(event, NULL) == 0 ? 0 : -1;
}

static int
wake_after(CURLM *multi, long milliseconds, void *context)
{
	struct fetcher *fetcher = context;
	struct timeval delay = {milliseconds / 1000, milliseconds % 1000 * 1000};

	(void) multi;
	if (milliseconds < 0)
		event_del(fetcher->timer);
	else
		event_add(fetcher->timer, &delay);
	return 0;
}

static size_t
collect(char *bytes, size_t size, size_t count, void *context)
{
	struct fetcher *fetcher = context;
	size_t length = size * count;

	fetcher->too_large = fetcher->document.length + length > fetcher->limits.bytes;
	if (fetcher->too_large || !bytes_add(&fetcher->document, bytes, length))
		return 0;
	return length;
}

struct fetcher *
fetcher_open(struct loop *loop, const char *url, const struct fetch_limits *limits, fetch_done *done, void *owner)
{
	struct fetcher *fetcher = arena_alloc(loop->arena, sizeof(*fetcher));

	*fetcher = (struct fetcher){.loop = loop, .url = url, .limits = *limits, .done = done, .owner = owner};
	if (!curl_load() || curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return NULL;
	fetcher->multi = curl.multi_init();
	fetcher->timer = event_new(loop->base, -1, 0, on_timer, fetcher);
	if (fetcher->multi == NULL || fetcher->timer == NULL)
	{
		fetcher_close(fetcher);
		return NULL;
	}
	curl.multi_setopt(fetcher->multi, CURLMOPT_SOCKETFUNCTION, watch);
	curl.multi_setopt(fetcher->multi, CURLMOPT_SOCKETDATA, fetcher);
	curl.multi_setopt(fetcher->multi, CURLMOPT_TIMERFUNCTION, wake_after);
	curl.multi_setopt(fetcher->multi, CURLMOPT_TIMERDATA, fetcher);
	/* none is kept for the next time, which is minutes away */
	curl.multi_setopt(fetcher->multi, CURLMOPT_MAXCONNECTS, 0L);
	return fetcher;
}

void
fetcher_close(struct fetcher *fetcher)
{
	if (fetcher == NULL)
		return;
	if (fetcher->easy != NULL)
	{
		curl.multi_remove_handle(fetcher->multi, fetcher->easy);
		curl.easy_cleanup(fetcher->easy);
	}
	curl.multi_cleanup(fetcher->multi);
	if (fetcher->timer != NULL)
		event_free(fetcher->timer);
	bytes_free(&fetcher->document);
	curl.global_cleanup();
}

/* False when one of the options is refused. */
static bool
set_up(struct fetcher *fetcher, CURL *easy)
{
	bool secure = strncasecmp(fetcher->url, "https:", 6) == 0;

	return curl.easy_setopt(easy, CURLOPT_URL, fetcher->url) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, secure ? "https" : "http,https") == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_MAXREDIRS, (long) fetcher->limits.redirects) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long) fetcher->limits.total_ms) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long) CONNECT_MS) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_USERAGENT, "voygen/" VOYGEN_VERSION) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_WRITEFUNCTION, collect) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_WRITEDATA, fetcher) == CURLE_OK;
}

bool
fetcher_start(struct fetcher *fetcher)
{
	if (fetcher->easy != NULL)
		return false;
	fetcher->too_large = false;
	fetcher->easy = curl.easy_init();
	if (fetcher->easy != NULL && set_up(fetcher, fetcher->easy) && curl.multi_add_handle(fetcher->multi, fetcher->easy) == CURLM_OK)
		return true;
	curl.easy_cleanup(fetcher->easy);
	fetcher->easy = NULL;
	return false;
}

bool
fetcher_busy(const struct fetcher *fetcher)
{
	return fetcher->easy != NULL;
}

/*
 * pictures.c - each request goes from WAITING to FETCHING to FETCHED to DECODING to DONE, some steps left out.
 *
 * Requests for the same address share one download: the first of them is the source of the others. Those of the same key
 * share one decoder likewise: the first to come is the maker of the others. New downloads begin only while few fetched
 * pictures wait for a decoder, so the memory of a hundred pictures is that of a handful.
 */
#include "image/pictures.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "image/decoder.h"
#include "image/download.h"
#include "image/sniff.h"

#define CONNECT_MS 5000
#define REDIRECTS 3
#define DECODE_CPU_S 10
#define DECODE_WALL_MS 30000
#define DECODE_MEMORY (UINT64_C(512) * 1024 * 1024)
#define PIXELS_MOST UINT64_C(40000000)
#define PIXELS_HELD_MOST UINT64_C(15000000)
#define DECODERS_MOST DOWNLOADS_ALSO_MOST
#define WAIT_MS 1000

const struct picture_options picture_options_default = {.total_ms = 20000, .stall_s = 5, .fetches = 5, .decoders = 2};

enum item_state
{
	ITEM_WAITING,  /* for its download, or for that of its source */
	ITEM_FETCHING, /* its own download is under way */
	ITEM_FETCHED,  /* for a decoder */
	ITEM_DECODING, /* in its own decoder, or that of its maker */
	ITEM_DONE
};

struct item
{
	const struct picture_request *request;
	struct picture *picture;
	enum item_state state;
	struct item *source; /* whose download this is, perhaps its own */
	struct item *maker;  /* whose decoder this is, perhaps its own; NULL before it is known */
	struct bytes bytes;  /* of a source, while somebody needs them */
};

struct batch
{
	struct arena *arena;
	const struct picture_options *options;
	struct item *items;
	size_t count;
	struct downloads *downloads; /* NULL until one is needed */
	struct decoder decoders[DECODERS_MOST];
	struct item *decoding[DECODERS_MOST]; /* NULL: that place is free */
	int fetching;
};

static int
within(int number, int least, int most)
{
	return number < least ? least : number > most ? most
												  : number;
}

static void
fail(struct batch *batch, struct item *item, const char *what, const char *why)
{
	item->picture->error = arena_format(batch->arena, "The picture could not be %s: %s", what, why);
	item->state = ITEM_DONE;
}

static struct slice
bytes_of(const struct item *item)
{
	const struct item *source = item->source;

	return source->request->url == NULL ? source->request->bytes : (struct slice){source->bytes.at, source->bytes.length};
}

/* Gives back downloads that nobody waits for any more. */
static void
release_bytes(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
	{
		struct item *source = &batch->items[i];
		bool needed = false;

		if (source->bytes.at == NULL)
			continue;
		for (size_t j = i; j < batch->count && !needed; j++)
			needed = batch->items[j].source == source && batch->items[j].state == ITEM_FETCHED;
		if (!needed)
			bytes_free(&source->bytes);
	}
}

/* The item that makes a result of this key already, or will. */
static struct item *
maker_of(struct batch *batch, struct item *item)
{
	for (size_t i = 0; i < batch->count; i++)
	{
		struct item *other = &batch->items[i];

		if (other != item && other->maker == other && other->state != ITEM_DONE && strcmp(other->picture->key, item->picture->key) == 0)
			return other;
	}
	return item;
}

/* The same key made earlier in this run. */
static const struct picture *
made_before(struct batch *batch, const struct item *item)
{
	for (size_t i = 0; i < batch->count; i++)
	{
		const struct item *other = &batch->items[i];

		if (other != item && other->maker == other && other->state == ITEM_DONE && strcmp(other->picture->key, item->picture->key) == 0)
			return other->picture;
	}
	return NULL;
}

/* The bytes are there: is the result, too, or who makes it? */
static void
take_fetched(struct batch *batch, struct item *item, const char *hash)
{
	struct picture *picture = item->picture;
	const struct picture *before;

	memcpy(picture->hash, hash, IMAGE_HASH_TEXT);
	image_key(hash, &item->request->want, picture->key);
	before = made_before(batch, item);
	if (before != NULL)
	{
		*picture = *before;
		item->state = ITEM_DONE;
		return;
	}
	item->maker = maker_of(batch, item);
	item->state = item->maker == item ? ITEM_FETCHED : ITEM_DECODING;
}

/* A source has its bytes, or never will: what that means for all whose source it is. */
static void
source_is_done(struct batch *batch, struct item *source, const char *why)
{
	struct slice bytes = bytes_of(source);
	char hash[IMAGE_HASH_TEXT];
	const char *kind = why == NULL && image_sniff(bytes) == IMAGE_KIND_NONE ? image_sniff_other(bytes) : NULL;

	if (why == NULL)
		image_hash(bytes.at, bytes.length, hash);
	for (size_t i = 0; i < batch->count; i++)
	{
		struct item *item = &batch->items[i];

		if (item->source != source || item->state == ITEM_DONE)
			continue;
		if (why != NULL)
			fail(batch, item, "fetched", why);
		else if (kind != NULL)
			fail(batch, item, "used", arena_format(batch->arena, "it is %s", kind));
		else
			take_fetched(batch, item, hash);
	}
}

static void
start_download(struct batch *batch, struct item *source)
{
	if (batch->downloads == NULL)
	{
		struct download_limits limits = {.allowed = batch->options->allowed,
										 .bytes = PICTURE_BYTES_MOST,
										 .connect_ms = CONNECT_MS,
										 .total_ms = batch->options->total_ms,
										 .stall_s = batch->options->stall_s,
										 .redirects = REDIRECTS};

		batch->downloads = downloads_open(batch->arena, &limits);
	}
	if (batch->downloads == NULL)
		source_is_done(batch, source, "libcurl, which fetches pictures, is not installed");
	else if (!downloads_add(batch->downloads, source->request->url, source))
		source_is_done(batch, source, "there is not enough memory");
	else
	{
		source->state = ITEM_FETCHING;
		batch->fetching++;
	}
}

static int
count_fetched(const struct batch *batch)
{
	int fetched = 0;

	for (size_t i = 0; i < batch->count; i++)
		fetched += batch->items[i].state == ITEM_FETCHED;
	return fetched;
}

static void
start_downloads(struct batch *batch)
{
	int most = within(batch->options->fetches, 1, 64);

	for (size_t i = 0; i < batch->count && batch->fetching < most && count_fetched(batch) < most; i++)
	{
		struct item *item = &batch->items[i];

		if (item->source != item || item->state != ITEM_WAITING)
			continue;
		if (item->request->url != NULL)
			start_download(batch, item);
		else if (item->request->bytes.length > PICTURE_BYTES_MOST)
			source_is_done(batch, item, "it is larger than 20 MB");
		else
			source_is_done(batch, item, NULL);
	}
}

/* Those that waited for the same result get it, or the same reason. */
static void
share(struct batch *batch, struct item *maker)
{
	for (size_t i = 0; i < batch->count; i++)
	{
		struct item *item = &batch->items[i];

		if (item->maker != maker || item == maker)
			continue;
		*item->picture = *maker->picture;
		item->state = ITEM_DONE;
	}
}

static void
start_decoder(struct batch *batch, int place, struct item *item)
{
	const struct decode_request request = {.magic = DECODE_MAGIC,
										   .cpu_s = DECODE_CPU_S,
										   .memory = DECODE_MEMORY,
										   .pixels = PIXELS_MOST,
										   .held_pixels = PIXELS_HELD_MOST,
										   .want = item->request->want};
	const char *why = decoder_start(&batch->decoders[place], &request, bytes_of(item), DECODE_WALL_MS);

	item->state = ITEM_DECODING;
	if (why == NULL)
	{
		batch->decoding[place] = item;
		return;
	}
	fail(batch, item, "used", why);
	share(batch, item);
}

static void
start_decoders(struct batch *batch)
{
	int most = within(batch->options->decoders, 1, DECODERS_MOST);

	for (int place = 0; place < most; place++)
	{
		for (size_t i = 0; i < batch->count && batch->decoding[place] == NULL; i++)
		{
			if (batch->items[i].state == ITEM_FETCHED)
				start_decoder(batch, place, &batch->items[i]);
		}
	}
	release_bytes(batch);
}

/* What its decoder has said of a picture. */
static void
take_reply(struct batch *batch, struct decoder *decoder, struct item *item)
{
	struct picture *picture = item->picture;
	struct slice result;
	const char *why;
	const struct decode_reply *reply = decoder_reply(decoder, &result, &why);

	if (reply == NULL)
	{
		fail(batch, item, "used", why);
		return;
	}
	picture->bytes = (struct slice){arena_copy(batch->arena, result.at, result.length), result.length};
	picture->mime = reply->format == IMAGE_WEBP ? "image/webp" : "image/jpeg";
	picture->width = reply->width;
	picture->height = reply->height;
	item->state = ITEM_DONE;
}

static void
end_decoders(struct batch *batch)
{
	for (int place = 0; place < DECODERS_MOST; place++)
	{
		struct item *item = batch->decoding[place];

		if (item == NULL || !decoder_ended(&batch->decoders[place]))
			continue;
		take_reply(batch, &batch->decoders[place], item);
		decoder_close(&batch->decoders[place]);
		batch->decoding[place] = NULL;
		share(batch, item);
	}
}

static void
end_downloads(struct batch *batch)
{
	struct downloaded ended;

	while (batch->downloads != NULL && downloads_next(batch->downloads, &ended))
	{
		struct item *source = ended.owner;

		batch->fetching--;
		source->bytes = ended.bytes;
		source_is_done(batch, source, ended.why);
	}
}

/* Until a download moves or a decoder speaks. */
static void
wait_for_either(struct batch *batch)
{
	struct pollfd watched[DECODERS_MOST];
	size_t count = 0;
	int patience = WAIT_MS;

	for (int place = 0; place < DECODERS_MOST; place++)
	{
		if (batch->decoding[place] == NULL)
			continue;
		watched[count++] = (struct pollfd){.fd = batch->decoders[place].answer, .events = POLLIN};
		patience = within(decoder_patience(&batch->decoders[place]), 0, patience);
	}
	if (batch->downloads != NULL)
		downloads_wait(batch->downloads, watched, count, patience);
	else if (count > 0)
		poll(watched, (nfds_t) count, patience);
}

static bool
all_done(const struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
	{
		if (batch->items[i].state != ITEM_DONE)
			return false;
	}
	return true;
}

/* The first request for the same address. */
static struct item *
source_of(struct batch *batch, size_t at)
{
	const char *url = batch->items[at].request->url;

	for (size_t i = 0; url != NULL && i < at; i++)
	{
		const struct item *other = &batch->items[i];

		if (other->request->url != NULL && other->state == ITEM_WAITING && strcmp(other->request->url, url) == 0)
			return other->source;
	}
	return &batch->items[at];
}

static void
open_items(struct batch *batch, const struct picture_request *requests, struct picture *pictures)
{
	for (size_t i = 0; i < batch->count; i++)
	{
		struct item *item = &batch->items[i];
		const char *url = requests[i].url;
		const char *fault = image_want_fault(&requests[i].want);

		pictures[i] = (struct picture){0};
		*item = (struct item){.request = &requests[i], .picture = &pictures[i]};
		item->source = source_of(batch, i);
		if (fault != NULL)
			fail(batch, item, "used", fault);
		else if (url != NULL && (fault = download_url_fault(batch->arena, url)) != NULL)
			fail(batch, item, "fetched", fault);
	}
}

void
pictures_prepare(struct arena *arena, const struct picture_request *requests, struct picture *pictures, size_t count,
				 const struct picture_options *options)
{
	struct batch *batch = arena_alloc(arena, sizeof(*batch));

	*batch = (struct batch){.arena = arena, .options = options, .count = count};
	batch->items = arena_alloc(arena, count * sizeof(*batch->items));
	open_items(batch, requests, pictures);
	for (;;)
	{
		start_downloads(batch);
		start_decoders(batch);
		if (all_done(batch))
			break;
		wait_for_either(batch);
		end_downloads(batch);
		end_decoders(batch);
	}
	downloads_close(batch->downloads);
}

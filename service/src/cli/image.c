/*
 * image.c - `voygen image`: one picture as the proposals would have it, for an operator who wants to see why one fails.
 */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/options.h"
#include "image/pictures.h"
#include "text/read.h"
#include "text/write.h"

/* The command line, as words. */
struct asked
{
	const char *width, *crop, *format, *allow, *timeout_ms, *stall_s;
	bool attention;
	const char *words[2]; /* what and where to */
};

/* A number and nothing else; false when it is none from 1 to `most`. */
static bool
read_number(const char *text, int most, int *number)
{
	char *end;
	long value;

	if (!isdigit((unsigned char) text[0]))
		return false;
	errno = 0;
	value = strtol(text, &end, 10);
	*number = (int) value;
	return *end == '\0' && errno == 0 && value >= 1 && value <= most;
}

/* "W:H" */
static bool
read_aspect(struct session *session, const char *text, struct image_want *want)
{
	const char *colon = strchr(text, ':');

	return colon != NULL &&
		   read_number(arena_copy(session->arena, text, (size_t) (colon - text)), IMAGE_ASPECT_MOST, &want->aspect_width) &&
		   read_number(colon + 1, IMAGE_ASPECT_MOST, &want->aspect_height);
}

/* What the options wish for; NULL, or what is wrong with them. */
static const char *
read_want(struct session *session, const struct asked *asked, struct image_want *want)
{
	*want = (struct image_want){.width = IMAGE_WIDTH_DEFAULT};
	if (asked->width != NULL && !read_number(asked->width, IMAGE_WIDTH_MOST, &want->width))
		return arena_format(session->arena, "--width must be 1 to %d, not \"%s\"", IMAGE_WIDTH_MOST, asked->width);
	if (asked->crop != NULL && !read_aspect(session, asked->crop, want))
		return arena_format(session->arena, "--crop must be like 3:2, not \"%s\"", asked->crop);
	if (asked->crop == NULL && asked->attention)
		return "--attention says where to cut: it goes with --crop";
	if (asked->crop != NULL)
		want->crop = asked->attention ? IMAGE_CROP_ATTENTION : IMAGE_CROP_CENTRE;
	if (asked->format != NULL && strcmp(asked->format, "webp") != 0 && strcmp(asked->format, "jpeg") != 0)
		return arena_format(session->arena, "--format must be jpeg or webp, not \"%s\"", asked->format);
	if (asked->format != NULL && strcmp(asked->format, "webp") == 0)
		want->format = IMAGE_WEBP;
	return NULL;
}

/* The same for what it may cost, and whom it may ask. */
static const char *
read_limits(struct session *session, const struct asked *asked, struct picture_options *options)
{
	const char *allow = asked->allow != NULL ? asked->allow : getenv("VOYGEN_IMAGE_ALLOW");
	struct failure failure;

	if (asked->timeout_ms != NULL && !read_number(asked->timeout_ms, 600000, &options->total_ms))
		return arena_format(session->arena, "--timeout-ms must be 1 to 600000, not \"%s\"", asked->timeout_ms);
	if (asked->stall_s != NULL && !read_number(asked->stall_s, 600, &options->stall_s))
		return arena_format(session->arena, "--stall-s must be 1 to 600, not \"%s\"", asked->stall_s);
	if (!address_ranges_read(session->arena, allow, &options->allowed, &failure))
		return arena_format(session->arena, "allowed addresses (--allow, VOYGEN_IMAGE_ALLOW): %s; expected %s", failure.message,
							failure.expected);
	return NULL;
}

/* Has it a scheme in front, as https: or data:? */
static bool
is_url(const char *what)
{
	size_t length = strcspn(what, ":");

	if (what[length] == '\0' || !isalpha((unsigned char) what[0]))
		return false;
	for (size_t i = 0; i < length; i++)
	{
		if (!isalnum((unsigned char) what[i]) && strchr("+-.", what[i]) == NULL)
			return false;
	}
	return true;
}

static bool
read_request(struct session *session, const char *what, struct picture_request *request, struct failure *failure)
{
	struct text text;

	if (is_url(what))
	{
		request->url = what;
		return true;
	}
	if (!read_text(session->arena, what, &text, failure))
		return false;
	request->bytes = (struct slice){text.bytes, text.length};
	return true;
}

static bool
make_picture(struct session *session, const struct picture_request *request, const struct picture_options *options, const char *out,
			 struct failure *failure)
{
	struct picture picture;

	pictures_prepare(session->arena, request, &picture, 1, options);
	if (picture.error != NULL)
		return failure_set(failure, "invalid_argument", picture.error, NULL);
	if (!write_file(session->arena, out, picture.bytes, failure))
		return false;
	printf("%s: %d x %d, %s, %zu bytes\nsource: %s\nkey: %s\n", out, picture.width, picture.height, picture.mime, picture.bytes.length,
		   picture.hash, picture.key);
	return true;
}

static enum command_status
run_image(const struct command *self, struct session *session, int argc, char **argv)
{
	struct asked asked = {0};
	struct picture_options options = picture_options_default;
	struct picture_request request = {0};
	struct failure failure;
	const char *wrong;
	const struct option_value known[] = {
		{"--width", &asked.width, NULL},
		{"--crop", &asked.crop, NULL},
		{"--attention", NULL, &asked.attention},
		{"--format", &asked.format, NULL},
		{"--allow", &asked.allow, NULL},
		{"--timeout-ms", &asked.timeout_ms, NULL},
		{"--stall-s", &asked.stall_s, NULL},
		{NULL, NULL, NULL},
	};

	if (!options_read(self, argc, argv, known, asked.words, 2))
		return COMMAND_USAGE;
	wrong = read_want(session, &asked, &request.want);
	if (wrong == NULL)
		wrong = read_limits(session, &asked, &options);
	if (wrong == NULL && asked.words[1] == NULL)
		wrong = "which picture, and where to?";
	if (wrong != NULL)
		return command_misused(self, "%s", wrong);
	if (!read_request(session, asked.words[0], &request, &failure) ||
		!make_picture(session, &request, &options, asked.words[1], &failure))
		return command_failed(self, &failure);
	return command_finished(self);
}

const struct command image_command = {
	.name = "image",
	.summary = "fetch, check and resize one picture as proposals do",
	.help = "usage: voygen image [--width N] [--crop W:H [--attention]] [--format jpeg|webp] [--allow RANGES]\n"
			"                    [--timeout-ms N] [--stall-s N] URL|FILE OUT\n"
			"\n"
			"Makes of a JPEG, PNG, WebP, GIF (its first frame), HEIC or AVIF a picture for proposals, writes it to OUT and prints\n"
			"its size, the SHA-256 of what was fetched, and the key under which the result would be kept.\n"
			"What has a scheme in front (https:) is an address, everything else a local file.\n"
			"\n"
			"  --width N          pixels that neither side exceeds (1200); a picture is never enlarged\n"
			"  --crop W:H         cut to these proportions, from the centre, or with --attention where the eye goes first\n"
			"  --format jpeg      JPEG of quality 85, progressive (what is not said otherwise)\n"
			"  --format webp      WebP where it is smaller than that JPEG, or the picture is transparent\n"
			"  --allow RANGES     addresses of servers in the house that may be asked, as 10.1.0.0/16,fd00:1::/32\n"
			"                     (VOYGEN_IMAGE_ALLOW); others that are not public never are\n"
			"  --timeout-ms N     for fetching (20000)\n"
			"  --stall-s N        seconds with less than 1 kB/s after which a server is given up (5)\n"
			"\n"
			"  voygen image --crop 3:2 https://cdn.example/hotel.jpg hotel.jpg\n",
	.run = run_image,
};

/*
 * resize.c - the limits first, then one run of libvips' thumbnail, which decodes no more of a JPEG than it needs.
 *
 * Measured on libvips 8.14: `fail_on` must be given in the option string, as an option of the thumbnail it is ignored; an
 * export profile costs nearly as much as the rest and is only asked for where the picture has a profile.
 */
#include "image/resize.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "image/sniff.h"
#include "library/vips.h"

#define STRICTLY "fail_on=truncated"
#define JPEG_QUALITY 85
#define WEBP_QUALITY 80
#define WHITE 255.0

/* The loader that each kind must lead to; the library looks for itself, and knows many more. */
static const char *const loaders[] = {
	[IMAGE_KIND_JPEG] = "VipsForeignLoadJpegBuffer",
	[IMAGE_KIND_PNG] = "VipsForeignLoadPngBuffer",
	[IMAGE_KIND_WEBP] = "VipsForeignLoadWebpBuffer",
	[IMAGE_KIND_GIF] = "VipsForeignLoadNsgifBuffer",
	[IMAGE_KIND_HEIF] = "VipsForeignLoadHeifBuffer",
};

struct size
{
	int width, height;
};

/* Whether code may be made while running, which a service can be forbidden (MemoryDenyWriteExecute of systemd). */
static bool
code_can_be_made(void)
{
	void *at = mmap(NULL, 1, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at != MAP_FAILED)
		munmap(at, 1);
	return at != MAP_FAILED;
}

bool
resize_start(void)
{
	if (!vips_load() || vips.init("voygen") != 0)
		return false;
	/* One thread: two pictures in two processes are faster than two threads on one. Nothing is asked twice. */
	vips.concurrency_set(1);
	vips.cache_set_max(0);
	vips.block_untrusted_set(TRUE);
	/* Orc, which makes code for each size of picture, ends the process when it may not */
	vips.vector_set_enabled(code_can_be_made());
	return true;
}

__attribute__((format(printf, 2, 3))) static bool
refuse(struct decode_reply *reply, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reply->why, sizeof(reply->why), format, arguments);
	va_end(arguments);
	return false;
}

/* Refuses with the first line of what the library says: in ASCII, since it may quote the picture. */
static bool
refuse_as_damaged(struct decode_reply *reply)
{
	char said[80];
	size_t length = 0;

	for (const char *at = vips.error_buffer(); *at != '\0' && *at != '\n' && length < sizeof(said) - 1; at++)
		said[length++] = *at >= ' ' && *at <= '~' ? *at : '?';
	said[length] = '\0';
	if (strstr(said, "memory") != NULL)
		return refuse(reply, "decoding it takes too much memory");
	return refuse(reply, "it is damaged or cut off (%s)", said);
}

/* Opens the picture as far as its header; NULL with the reason when it is none that is taken. */
static VipsImage *
open_header(struct slice bytes, struct decode_reply *reply)
{
	enum image_kind kind = image_sniff(bytes);
	const char *loader;
	VipsImage *image;

	if (kind == IMAGE_KIND_NONE)
	{
		refuse(reply, "it is %s", image_sniff_other(bytes));
		return NULL;
	}
	loader = vips.foreign_find_load_buffer(bytes.at, bytes.length);
	if (loader == NULL || strcmp(loader, loaders[kind]) != 0)
	{
		refuse(reply, "its format cannot be read here");
		return NULL;
	}
	image = vips.image_new_from_buffer(bytes.at, bytes.length, STRICTLY, NULL);
	if (image == NULL)
		refuse_as_damaged(reply);
	return image;
}

static bool
check_size(const struct decode_request *request, VipsImage *image, struct decode_reply *reply)
{
	int width = vips.image_get_width(image);
	int height = vips.image_get_height(image);
	bool held = vips.image_get_typeof(image, "jpeg-multiscan") != 0 || vips.image_get_typeof(image, "interlaced") != 0;
	uint64_t most = held ? request->held_pixels : request->pixels;
	uint64_t pixels = (uint64_t) width * (uint64_t) height;

	if (pixels <= most)
		return true;
	return refuse(reply, "it has %d x %d pixels; %llu million are the most%s", width, height, (unsigned long long) (most / 1000000),
				  held ? " for a progressive one" : "");
}

static int
at_least_one(double size)
{
	return size < 1 ? 1 : (int) (size + 0.5);
}

/* The size of the result: the largest part of the slot's proportions, or all, made to fit. */
static struct size
target_size(const struct image_want *want, struct size upright)
{
	double width = upright.width;
	double height = upright.height;
	double scale;

	if (want->crop != IMAGE_CROP_NONE)
	{
		double ratio = (double) want->aspect_width / want->aspect_height;

		if (width > height * ratio)
			width = height * ratio;
		else
			height = width / ratio;
	}
	scale = want->width / (width > height ? width : height);
	if (scale > 1)
		scale = 1;
	return (struct size){at_least_one(width * scale), at_least_one(height * scale)};
}

static VipsImage *
make_smaller(const struct image_want *want, VipsImage *header, struct slice bytes)
{
	struct size size = {vips.image_get_width(header), vips.image_get_height(header)};
	bool profiled = vips.image_get_typeof(header, VIPS_META_ICC_NAME) != 0;
	VipsInteresting crop = want->crop == IMAGE_CROP_NONE        ? VIPS_INTERESTING_NONE
						   : want->crop == IMAGE_CROP_ATTENTION ? VIPS_INTERESTING_ATTENTION
																: VIPS_INTERESTING_CENTRE;
	VipsImage *smaller = NULL;
	/* the library takes what it only reads without const */
	void *at = (void *) (uintptr_t) bytes.at;
	int failed;

	if (vips.image_get_orientation_swap(header))
		size = (struct size){size.height, size.width};
	size = target_size(want, size);
	if (profiled)
		failed = vips.thumbnail_buffer(at, bytes.length, &smaller, size.width, "height", size.height, "size", VIPS_SIZE_DOWN, "crop",
									   crop, "option_string", STRICTLY, "export_profile", "srgb", NULL);
	else
		failed = vips.thumbnail_buffer(at, bytes.length, &smaller, size.width, "height", size.height, "size", VIPS_SIZE_DOWN, "crop",
									   crop, "option_string", STRICTLY, NULL);
	return failed == 0 ? smaller : NULL;
}

/* In the colours of the web, grey where it is grey; NULL when that fails. */
static VipsImage *
in_srgb(VipsImage *image)
{
	VipsInterpretation now = vips.image_get_interpretation(image);
	VipsImage *changed = NULL;

	if (now == VIPS_INTERPRETATION_sRGB || now == VIPS_INTERPRETATION_B_W)
		return image;
	return vips.colourspace(image, &changed, VIPS_INTERPRETATION_sRGB, NULL) == 0 ? changed : NULL;
}

struct encoded
{
	void *at; /* NULL: it failed */
	size_t length;
};

/* On white, which is what paper is. */
static struct encoded
as_jpeg(VipsImage *image)
{
	struct encoded jpeg = {0};
	VipsImage *flat = image;

	if (vips.image_hasalpha(image) && vips.flatten(image, &flat, "background", vips.array_double_newv(1, WHITE), NULL) != 0)
		return jpeg;
	if (vips.jpegsave_buffer(flat, &jpeg.at, &jpeg.length, "Q", JPEG_QUALITY, "interlace", TRUE, "optimize_coding", TRUE, "strip", TRUE,
							 NULL) != 0)
		jpeg.at = NULL;
	return jpeg;
}

static struct encoded
as_webp(VipsImage *image)
{
	struct encoded webp = {0};

	if (vips.webpsave_buffer(image, &webp.at, &webp.length, "Q", WEBP_QUALITY, "strip", TRUE, NULL) != 0)
		webp.at = NULL;
	return webp;
}

/* The result in the format that is wanted, or in the smaller of both. */
static struct encoded
encode(const struct image_want *want, VipsImage *image, enum image_format *format)
{
	struct encoded webp;
	struct encoded jpeg;

	*format = IMAGE_JPEG;
	if (want->format == IMAGE_JPEG)
		return as_jpeg(image);
	/* the rows come once; two encoders want them */
	image = vips.image_copy_memory(image);
	if (image == NULL)
		return (struct encoded){0};
	*format = IMAGE_WEBP;
	webp = as_webp(image);
	if (webp.at == NULL || vips.image_hasalpha(image))
		return webp;
	jpeg = as_jpeg(image);
	if (jpeg.at == NULL || jpeg.length > webp.length)
		return webp;
	*format = IMAGE_JPEG;
	return jpeg;
}

bool
resize_picture(const struct decode_request *request, struct slice bytes, struct decode_reply *reply, const void **result)
{
	VipsImage *image = open_header(bytes, reply);
	enum image_format format;
	struct encoded encoded;

	if (image == NULL || !check_size(request, image, reply))
		return false;
	image = make_smaller(&request->want, image, bytes);
	if (image != NULL)
		image = in_srgb(image);
	if (image == NULL)
		return refuse_as_damaged(reply);
	encoded = encode(&request->want, image, &format);
	if (encoded.at == NULL)
		return refuse_as_damaged(reply);
	reply->made = 1;
	reply->format = format;
	reply->length = encoded.length;
	reply->width = vips.image_get_width(image);
	reply->height = vips.image_get_height(image);
	*result = encoded.at;
	return true;
}

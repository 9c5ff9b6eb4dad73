/*
 * decoder_process.c - libraries first, then the confinement, and only then the first look at the picture.
 */
#include "image/decoder_process.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/confine.h"
#include "image/resize.h"

/* All that stands in descriptor 0; without bytes when it is no file, or too short. */
static struct slice
map_request(void)
{
	struct stat about;
	void *at;

	if (fstat(STDIN_FILENO, &about) != 0 || !S_ISREG(about.st_mode) || (size_t) about.st_size < sizeof(struct decode_request))
		return (struct slice){0};
	at = mmap(NULL, (size_t) about.st_size, PROT_READ, MAP_PRIVATE, STDIN_FILENO, 0);
	return at != MAP_FAILED ? (struct slice){at, (size_t) about.st_size} : (struct slice){0};
}

static void
decode(const struct decode_request *request, struct slice picture, struct decode_reply *reply, const void **result)
{
	if (!resize_start())
		snprintf(reply->why, sizeof(reply->why), "libvips, which reads pictures, is not installed");
	else if (!confine_process(request->memory, request->cpu_s))
		snprintf(reply->why, sizeof(reply->why), "this system does not let its decoder be confined");
	else
		resize_picture(request, picture, reply, result);
}

void
decoder_process(void)
{
	struct decode_reply reply = {.magic = DECODE_MAGIC};
	struct decode_request request;
	struct slice whole = map_request();
	const void *result = NULL;

	if (whole.at == NULL)
		return;
	memcpy(&request, whole.at, sizeof(request));
	if (request.magic != DECODE_MAGIC)
		return;
	/* it ends with whoever asked; nothing else of that process reaches it */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close_range(STDERR_FILENO + 1, ~0u, 0);
	decode(&request, (struct slice){whole.at + sizeof(request), whole.length - sizeof(request)}, &reply, &result);
	/* without the handlers of exit: eighty libraries have nothing to tidy up that the system does not */
	_exit(exchange_write(STDOUT_FILENO, &reply, sizeof(reply)) && exchange_write(STDOUT_FILENO, result, reply.length) ? 0 : 1);
}

/*
 * smtp.c - one connection, one message (libcurl).
 *
 * Whether a message that failed may be sent again depends on one thing: whether the server can have had all of it. It cannot before the
 * library has asked for the last byte.
 */
#include "mail/smtp.h"

#include <string.h>

#include "library/curl.h"

#define CONNECT_MS 10000L
#define FAREWELL_S 2L /* what comes after "taken" is worth no more */
#define FAREWELL 221  /* the reply to it, also after a failure: not why */
#define WORDS_MOST 500

struct transfer
{
	CURL *easy;
	struct output *message;
	bool whole; /* all of the message was handed out */
	int code;
	char words[WORDS_MOST]; /* of the server's last reply */
	size_t length;
	bool more; /* that reply goes on */
};

/* --- what the library asks for and tells ------------------------------------------------- */

static size_t
hand_out(char *into, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	size_t length = output_read(transfer->message, into, size * count);

	transfer->whole = transfer->message->unread == 0;
	return length;
}

/* Printable ASCII, one blank for what is not. */
static void
keep_words(struct transfer *transfer, const char *words, size_t length)
{
	if (transfer->length > 0 && transfer->length < WORDS_MOST - 1)
		transfer->words[transfer->length++] = ' ';
	for (size_t i = 0; i < length && words[i] != '\r' && words[i] != '\n' && transfer->length < WORDS_MOST - 1; i++)
		transfer->words[transfer->length++] = words[i] >= 0x20 && words[i] < 0x7F ? words[i] : ' ';
	transfer->words[transfer->length] = '\0';
}

static int
code_of(const char *line, size_t length)
{
	int code = 0;

	if (length < 3)
		return 0;
	for (size_t i = 0; i < 3; i++)
	{
		if (line[i] < '0' || line[i] > '9')
			return 0;
		code = 10 * code + line[i] - '0';
	}
	return code;
}

/* A line the server said. */
static size_t
listen_to(char *line, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	size_t length = size * count;
	int code = code_of(line, length);

	if (code == 0 || code == FAREWELL)
		return length;
	if (!transfer->more)
		transfer->length = 0;
	transfer->code = code;
	transfer->more = length > 3 && line[3] == '-';
	/* the code once is enough, and without the sign of more to come */
	if (transfer->length == 0)
		keep_words(transfer, line, 3);
	if (length > 4)
		keep_words(transfer, line + 4, length - 4);
	/* All is said: a server that does not answer to the farewell holds up nobody. */
	if (transfer->whole && !transfer->more)
		curl.easy_setopt(transfer->easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, FAREWELL_S);
	return length;
}

/* --- the transfer --------------------------------------------------------------------------- */

static bool
set_up_server(CURL *easy, const struct mail_settings *settings)
{
	return curl.easy_setopt(easy, CURLOPT_URL, settings->url) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps") == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_USE_SSL, (long) (settings->tls ? CURLUSESSL_ALL : CURLUSESSL_NONE)) == CURLE_OK &&
		   /* asked for nothing, the library would trust nobody */
		   (settings->authorities == NULL || curl.easy_setopt(easy, CURLOPT_CAINFO, settings->authorities) == CURLE_OK) &&
		   curl.easy_setopt(easy, CURLOPT_USERNAME, settings->user) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_PASSWORD, settings->password) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_NETRC, (long) CURL_NETRC_IGNORED) == CURLE_OK &&
		   /* an empty one is none; without it the environment's would count */
		   curl.easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_TIMEOUT_MS, settings->timeout_s * 1000L) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long) settings->timeout_s) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L) == CURLE_OK;
}

static bool
set_up_message(struct transfer *transfer, const struct smtp_envelope *envelope, struct curl_slist *to)
{
	CURL *easy = transfer->easy;

	return curl.easy_setopt(easy, CURLOPT_MAIL_FROM, envelope->from) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_MAIL_RCPT, to) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t) transfer->message->length) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_READFUNCTION, hand_out) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_READDATA, transfer) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_HEADERFUNCTION, listen_to) == CURLE_OK &&
		   curl.easy_setopt(easy, CURLOPT_HEADERDATA, transfer) == CURLE_OK;
}

/* --- what became of it ------------------------------------------------------------------------ */

/* What a server or the settings are wrong with for good; NULL for what may go by. */
static const char *
why_never(CURLcode result)
{
	switch (result)
	{
		case CURLE_PEER_FAILED_VERIFICATION:
			return "the mail server does not prove by a certificate who it is";
		case CURLE_USE_SSL_FAILED:
			return "the mail server offers no encryption (STARTTLS), which VOYGEN_SMTP_TLS requires";
		case CURLE_SSL_CACERT_BADFILE:
			return "the file of VOYGEN_SMTP_CA cannot be read";
		case CURLE_LOGIN_DENIED:
			return "the mail server does not take VOYGEN_SMTP_USER and its password";
		case CURLE_URL_MALFORMAT:
		case CURLE_UNSUPPORTED_PROTOCOL:
			return "VOYGEN_SMTP_URL is no address of a mail server";
		default:
			return NULL;
	}
}

static const char *
why_not_now(CURLcode result)
{
	switch (result)
	{
		case CURLE_COULDNT_CONNECT:
			return "no connection to the mail server could be made";
		case CURLE_COULDNT_RESOLVE_HOST:
			return "the name of the mail server is not known";
		case CURLE_OPERATION_TIMEDOUT:
			return "the mail server took too long";
		default:
			return curl.easy_strerror(result);
	}
}

static struct smtp_result
judge(struct arena *arena, const struct transfer *transfer, CURLcode result)
{
	const char *words = arena_string(arena, transfer->words);
	const char *never = why_never(result);

	if (result == CURLE_OK)
		return (struct smtp_result){.fate = SMTP_SENT, .code = transfer->code};
	if (transfer->code / 100 == 4)
		return (struct smtp_result){SMTP_DEFERRED, transfer->code, words};
	if (transfer->code / 100 == 5)
		return (struct smtp_result){SMTP_REFUSED, transfer->code, words};
	if (transfer->whole)
		return (struct smtp_result){SMTP_UNKNOWN, 0, "the mail server had the whole message and did not say whether it took it"};
	if (never != NULL)
		return (struct smtp_result){SMTP_REFUSED, 0, never};
	return (struct smtp_result){SMTP_DEFERRED, 0, arena_string(arena, why_not_now(result))};
}

static struct curl_slist *
list_of(const char *const *texts)
{
	struct curl_slist *list = NULL;

	for (; *texts != NULL; texts++)
	{
		struct curl_slist *longer = curl.slist_append(list, *texts);

		if (longer == NULL)
		{
			curl.slist_free_all(list);
			return NULL;
		}
		list = longer;
	}
	return list;
}

struct smtp_result
smtp_send(struct arena *arena, const struct mail_settings *settings, const struct smtp_envelope *envelope, struct output *message)
{
	struct transfer transfer = {.message = message};
	struct smtp_result told = {SMTP_DEFERRED, 0, "libcurl cannot be used"};
	struct curl_slist *to;

	if (!curl_load() || curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return told;
	transfer.easy = curl.easy_init();
	to = list_of(envelope->to);
	if (transfer.easy != NULL && to != NULL && set_up_server(transfer.easy, settings) && set_up_message(&transfer, envelope, to))
		told = judge(arena, &transfer, curl.easy_perform(transfer.easy));
	curl.easy_cleanup(transfer.easy);
	curl.slist_free_all(to);
	curl.global_cleanup();
	return told;
}

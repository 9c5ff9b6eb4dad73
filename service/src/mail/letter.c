/*
 * letter.c - head and parts of a message.
 *
 * Both kinds of contents have no "=_" in them, so these boundaries stand in none.
 */
#include "mail/letter.h"

#include "mail/content.h"

#define MIXED "=_voygen_mixed"
#define ALTERNATIVE "=_voygen_alternative"

/* In English whatever the locale (RFC 5322), by the clock of Greenwich. */
static void
write_date(struct output *out, time_t date)
{
	static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct tm at;

	if (gmtime_r(&date, &at) == NULL)
		return;
	header_plain(out, "Date",
				 arena_format(out->arena, "%s, %d %s %d %02d:%02d:%02d +0000", days[at.tm_wday], at.tm_mday, months[at.tm_mon],
							  at.tm_year + 1900, at.tm_hour, at.tm_min, at.tm_sec));
}

static void
write_head(struct output *out, const struct letter *letter)
{
	write_date(out, letter->date);
	header_mailboxes(out, "From", &letter->from, 1);
	header_mailboxes(out, "Reply-To", &letter->reply_to, letter->reply_to.address != NULL);
	header_mailboxes(out, "To", letter->to, letter->to_count);
	header_mailboxes(out, "Cc", letter->cc, letter->cc_count);
	header_text(out, "Subject", letter->subject);
	header_plain(out, "Message-ID", letter->id);
	header_plain(out, "Auto-Submitted", "no");
	header_plain(out, "MIME-Version", "1.0");
}

/* The line end in front of it belongs to the boundary, not to the contents before. */
static void
write_boundary(struct output *out, const char *boundary, const char *behind)
{
	output_word(out, "\r\n--");
	output_word(out, boundary);
	output_word(out, behind);
	output_word(out, "\r\n");
}

static void
write_text_part(struct output *out, const char *type, struct slice text)
{
	write_boundary(out, ALTERNATIVE, "");
	header_plain(out, "Content-Type", type);
	header_plain(out, "Content-Transfer-Encoding", "quoted-printable");
	output_word(out, "\r\n");
	content_text(out, text);
}

static void
write_words(struct output *out, const struct letter *letter)
{
	header_plain(out, "Content-Type", "multipart/alternative; boundary=\"" ALTERNATIVE "\"");
	write_text_part(out, "text/plain; charset=utf-8", letter->text);
	write_text_part(out, "text/html; charset=utf-8", letter->html);
	write_boundary(out, ALTERNATIVE, "--");
}

static void
write_pdf(struct output *out, const struct letter *letter)
{
	header_plain(out, "Content-Type", "application/pdf");
	header_attachment(out, letter->pdf_name);
	header_plain(out, "Content-Transfer-Encoding", "base64");
	output_word(out, "\r\n");
	content_bytes(out, letter->pdf);
}

void
letter_write(struct output *out, const struct letter *letter)
{
	write_head(out, letter);
	if (letter->pdf.length == 0)
	{
		write_words(out, letter);
		return;
	}
	header_plain(out, "Content-Type", "multipart/mixed; boundary=\"" MIXED "\"");
	write_boundary(out, MIXED, "");
	write_words(out, letter);
	write_boundary(out, MIXED, "");
	write_pdf(out, letter);
	write_boundary(out, MIXED, "--");
}

/*
 * mailing.h - a message to a client: rendered, put together, and handed to the mail server.
 *
 * The order has `template` (its HTML; the text is that of .txt), `payload`, `link` (its address, which goes into the payload),
 * `from` and, if there is one, `reply_to` {name, address}, `to` and `cc` [{name, address}], `subject` (else the title of the
 * HTML), `message_id`, `pdf` (base64) and `file_name` of it. The answer has `outcome` (sent, deferred, refused, unknown: smtp.h),
 * `code` of the server's last words, `why`, and `subject`. Whatever goes wrong before the server has the message is refused, so that
 * no answer at all means that nobody knows.
 */
#ifndef VOYGEN_MAILING_H
#define VOYGEN_MAILING_H

#include "job/documents.h"

/* A make_work whose owner is a struct documents. */
bool mailing_make(void *owner, struct making *making, struct failure *failure);

#endif

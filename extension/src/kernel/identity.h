/*
 * identity.h: when two listings inside one trip are the same hotel. "g:" and the GIATA id when there is one, else "n:" and
 * the name with ASCII letters in lower case and ASCII punctuation, blanks and control characters left out; bytes above
 * 0x7f (accents, kanji) are kept as they are. A name with nothing left has no identity and is never merged.
 */
#ifndef VOYGEN_KERNEL_IDENTITY_H
#define VOYGEN_KERNEL_IDENTITY_H

#include "kernel.h"

/* Bytes that `out` of identity_hotel must hold. */
#define IDENTITY_SIZE(giata_length, name_length) \
	(2 + ((giata_length) > (name_length) ? (giata_length) : (name_length)))

/* Writes the identity (no NUL) and answers its length; 0 when there is none. Blanks around the GIATA id are dropped and
 * an id of blanks only counts as not given. */
size_t identity_hotel(kernel_text giata_id, kernel_text name, char *out);

#endif

/*
 * key.c - reads the secret of a link.
 */
#include "share/key.h"

#include <stdlib.h>

#define PREFIX "vs_"
#define AGENCY_DIGITS_MOST 18
#define SECRET_BYTES 32

static int
digit_of(char sign)
{
	if (sign >= '0' && sign <= '9')
		return sign - '0';
	return sign >= 'a' && sign <= 'f' ? sign - 'a' + 10 : -1;
}

bool
share_hex_read(struct slice text, unsigned char *bytes, size_t count)
{
	if (text.length != 2 * count)
		return false;
	for (size_t i = 0; i < count; i++)
	{
		int high = digit_of(text.at[2 * i]);
		int low = digit_of(text.at[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		bytes[i] = (unsigned char) (high << 4 | low);
	}
	return true;
}

bool
share_key_read(struct slice text, struct share_key *key)
{
	const size_t prefix = sizeof(PREFIX) - 1;
	unsigned char secret[SECRET_BYTES];
	size_t at = prefix;

	if (!slice_starts(text, PREFIX) || text.length == prefix || text.at[prefix] == '0')
		return false;
	*key = (struct share_key){.text = text};
	for (; at < text.length && at - prefix < AGENCY_DIGITS_MOST && text.at[at] >= '0' && text.at[at] <= '9'; at++)
		key->agency_id = key->agency_id * 10 + (text.at[at] - '0');
	if (at == prefix || at == text.length || text.at[at] != '_')
		return false;
	digest_of(text.at, text.length, key->digest);
	return share_hex_read((struct slice){text.at + at + 1, text.length - at - 1}, secret, sizeof(secret));
}

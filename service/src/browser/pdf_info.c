/*
 * pdf_info.c - finds the information dictionary by the trailer and the table of offsets, and writes into its strings.
 *
 * Only the form Chromium writes is understood: one classic cross-reference table and strings in parentheses. The words
 * of a page can look like a dictionary, so nothing is searched for in the body.
 */
#include "browser/pdf_info.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define ENTRY_BYTES 20 /* of the table of offsets: nnnnnnnnnn ggggg n and two bytes of line end */
#define VALUES 4

struct reader
{
	const char *at;
	const char *end;
};

/* A string in the file: from its opening parenthesis, the parenthesis behind it included. */
struct place
{
	char *at;
	size_t length;
};

static bool
is_blank(char byte)
{
	return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t' || byte == '\f' || byte == '\0';
}

static void
skip_blanks(struct reader *reader)
{
	while (reader->at < reader->end && is_blank(*reader->at))
		reader->at++;
}

/* Takes the word, if it comes next. */
static bool
take_word(struct reader *reader, const char *word)
{
	size_t length = strlen(word);

	skip_blanks(reader);
	if ((size_t) (reader->end - reader->at) < length || memcmp(reader->at, word, length) != 0)
		return false;
	reader->at += length;
	return true;
}

static bool
take_number(struct reader *reader, size_t *number)
{
	const char *start;

	skip_blanks(reader);
	start = reader->at;
	*number = 0;
	while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9')
	{
		if (*number > SIZE_MAX / 10 - 1)
			return false;
		*number = *number * 10 + (size_t) (*reader->at++ - '0');
	}
	return reader->at > start;
}

/* Where the last of a word begins in the text; NULL when it is not there. */
static const char *
find_last(const char *text, size_t length, const char *word)
{
	size_t word_length = strlen(word);

	for (size_t at = length; at >= word_length; at--)
	{
		if (memcmp(text + at - word_length, word, word_length) == 0)
			return text + at - word_length;
	}
	return NULL;
}

/* A reader at a place of the file that the file itself gives. */
static bool
read_from(struct reader *reader, const char *pdf, size_t length, size_t offset)
{
	*reader = (struct reader){pdf + (offset < length ? offset : length), pdf + length};
	return offset < length;
}

/* Skips one value of a dictionary; false when it is of a kind, or nested as deep, as this one has no use for. */
static bool
skip_value(struct reader *reader)
{
	int depth = 0;

	skip_blanks(reader);
	for (; reader->at < reader->end; reader->at++)
	{
		char byte = *reader->at;

		if (byte == '\\' && depth > 0)
			reader->at++;
		else if (byte == '(')
			depth++;
		else if (byte == ')' && --depth == 0)
		{
			reader->at++;
			return true;
		}
		else if (depth <= 0 && (byte == '/' || (byte == '>' && reader->end - reader->at > 1 && reader->at[1] == '>')))
			return true;
		else if (depth <= 0 && byte == '<' && reader->end - reader->at > 1 && reader->at[1] == '<')
			return false;
	}
	return false;
}

/* Finds the strings of the four names in the dictionary that comes next; those it does not have stay NULL. */
static bool
find_strings(struct reader *reader, char *pdf, const char *const names[VALUES], struct place places[VALUES])
{
	const char *start = pdf;

	if (!take_word(reader, "<<"))
		return false;
	while (!take_word(reader, ">>"))
	{
		const char *name;
		size_t length = 0;
		const char *value;

		if (!take_word(reader, "/"))
			return false;
		name = reader->at;
		while (reader->at < reader->end && !is_blank(*reader->at) && strchr("/()<>[]", *reader->at) == NULL)
		{
			reader->at++;
			length++;
		}
		skip_blanks(reader);
		value = reader->at;
		if (!skip_value(reader))
			return false;
		for (int i = 0; i < VALUES; i++)
		{
			if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0 && *value == '(')
				places[i] = (struct place){pdf + (value - start), (size_t) (reader->at - value)};
		}
	}
	return true;
}

/* Brings the reader to the information dictionary: trailer, its /Info, and that object's offset in the table. */
static bool
go_to_info(struct reader *reader, const char *pdf, size_t length)
{
	const char *trailer = find_last(pdf, length, "trailer");
	const char *start = find_last(pdf, length, "startxref");
	const char *info = trailer != NULL && start > trailer ? find_last(trailer, (size_t) (start - trailer), "/Info") : NULL;
	size_t object;
	size_t table;
	size_t first;
	size_t count;
	size_t number;

	if (info == NULL)
		return false;
	*reader = (struct reader){info, start};
	if (!take_word(reader, "/Info") || !take_number(reader, &object))
		return false;
	*reader = (struct reader){start, pdf + length};
	if (!take_word(reader, "startxref") || !take_number(reader, &table) || !read_from(reader, pdf, length, table) ||
		!take_word(reader, "xref") || !take_number(reader, &first) || !take_number(reader, &count) ||
		object < first || object - first >= count)
		return false;
	skip_blanks(reader);
	if ((size_t) (reader->end - reader->at) / ENTRY_BYTES <= object - first)
		return false;
	reader->at += (object - first) * ENTRY_BYTES;
	return take_number(reader, &table) && read_from(reader, pdf, length, table) && take_number(reader, &number) &&
		   number == object && take_number(reader, &number) && take_word(reader, "obj");
}

static void
write_string(struct place place, const char *value)
{
	size_t length = strlen(value);

	memset(place.at, ' ', place.length);
	place.at[0] = '(';
	memcpy(place.at + 1, value, length);
	place.at[length + 1] = ')';
}

bool
pdf_info_set(char *pdf, size_t length, const char *date, const char *name)
{
	static const char *const names[VALUES] = {"CreationDate", "ModDate", "Creator", "Producer"};
	struct place places[VALUES] = {{0}};
	struct reader reader;
	char moment[40];
	const char *values[VALUES] = {moment, moment, name, name};

	snprintf(moment, sizeof(moment), "D:%.*s000000+00'00'", PDF_DATE_LENGTH, date != NULL ? date : "");
	if (!go_to_info(&reader, pdf, length) || !find_strings(&reader, pdf, names, places))
		return false;
	for (int i = 0; i < VALUES; i++)
	{
		if (places[i].at == NULL || places[i].length < strlen(values[i]) + 2)
			return false;
	}
	for (int i = date != NULL ? 0 : 2; i < VALUES; i++)
		write_string(places[i], values[i]);
	return true;
}

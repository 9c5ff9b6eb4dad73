/*
 * json_fuzz.c: any bytes as JSON. What is read is what the grammar of RFC 8259, told here once more, allows; what is
 * refused says where and why; what was read is written and read again without loss; memory refused is told.
 *
 * Layout of an input: one byte for the request that is refused (255: none), one for the limits, then the text.
 */
#include "allocation.h"
#include "fuzz_input.h"
#include "kernel/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---- the grammar ------------------------------------------------ */

typedef struct text
{
	const unsigned char *at;
	const unsigned char *end;
} text;

static bool grammar_value(text *t, int depth);

static int
byte_at(const text *t, ptrdiff_t ahead)
{
	return t->end - t->at > ahead ? t->at[ahead] : -1;
}

static bool
took(text *t, int byte)
{
	if (byte_at(t, 0) != byte)
		return false;
	t->at++;
	return true;
}

static bool
between(int byte, int low, int high)
{
	return byte >= low && byte <= high;
}

static void
grammar_blanks(text *t)
{
	while (took(t, ' ') || took(t, '\t') || took(t, '\n') || took(t, '\r'))
		;
}

static bool
grammar_digits(text *t)
{
	const unsigned char *begin = t->at;

	while (between(byte_at(t, 0), '0', '9'))
		t->at++;
	return t->at > begin;
}

static bool
grammar_number(text *t)
{
	took(t, '-');
	if (!took(t, '0') && !grammar_digits(t))
		return false;
	if (took(t, '.') && !grammar_digits(t))
		return false;
	if (!took(t, 'e') && !took(t, 'E'))
		return true;
	if (!took(t, '+'))
		took(t, '-');
	return grammar_digits(t);
}

/* Four hex digits as a number; -1 for anything else. */
static int
grammar_hex(text *t)
{
	int value = 0;

	for (int i = 0; i < 4; i++)
	{
		int c = byte_at(t, 0);

		if (between(c, '0', '9'))
			value = value * 16 + c - '0';
		else if (between(c | 0x20, 'a', 'f'))
			value = value * 16 + (c | 0x20) - 'a' + 10;
		else
			return -1;
		t->at++;
	}
	return value;
}

/* Behind the backslash. */
static bool
grammar_escape(text *t, bool keep_nul)
{
	int unit;

	if (!took(t, 'u'))
		return byte_at(t, 0) > 0 && strchr("\"\\/bfnrt", *t->at++) != NULL;
	unit = grammar_hex(t);
	if (between(unit, 0xDC00, 0xDFFF) || unit < 0 || (unit == 0 && !keep_nul))
		return false;
	if (!between(unit, 0xD800, 0xDBFF))
		return true;
	return took(t, '\\') && took(t, 'u') && between(grammar_hex(t), 0xDC00, 0xDFFF);
}

/* One character of UTF-8 by decoding it: the shortest form of a code point that is no surrogate. */
static bool
grammar_character(text *t)
{
	static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned first = *t->at;
	int length = first < 0x80 ? 1 : first >> 5 == 6 ? 2
								: first >> 4 == 14  ? 3
								: first >> 3 == 30  ? 4
													: 0;
	unsigned point = length == 1 ? first : first & (0x7fu >> length);

	if (length == 0 || t->end - t->at < length)
		return false;
	for (int i = 1; i < length; i++)
	{
		if ((t->at[i] & 0xC0) != 0x80)
			return false;
		point = point << 6 | (t->at[i] & 0x3F);
	}
	t->at += length;
	return point >= least[length] && point <= 0x10FFFF && !between((int) point, 0xD800, 0xDFFF);
}

static bool grammar_keeps_nul;

static bool
grammar_string(text *t)
{
	if (!took(t, '"'))
		return false;
	while (!took(t, '"'))
	{
		if (byte_at(t, 0) < 0x20) /* the end too */
			return false;
		if (took(t, '\\') ? !grammar_escape(t, grammar_keeps_nul) : !grammar_character(t))
			return false;
	}
	return true;
}

static bool
grammar_list(text *t, int depth, bool named)
{
	int close = named ? '}' : ']';

	t->at++;
	grammar_blanks(t);
	if (took(t, close))
		return depth > 0;
	do
	{
		grammar_blanks(t);
		if (named && !grammar_string(t))
			return false;
		grammar_blanks(t);
		if ((named && !took(t, ':')) || !grammar_value(t, depth - 1))
			return false;
	} while (took(t, ','));
	return took(t, close) && depth > 0;
}

static bool
grammar_word(text *t, const char *word)
{
	while (*word != '\0')
		if (!took(t, *word++))
			return false;
	return true;
}

static bool
grammar_value(text *t, int depth)
{
	bool fine;

	grammar_blanks(t);
	switch (byte_at(t, 0))
	{
		case '{':
		case '[':
			fine = depth > 0 && grammar_list(t, depth, *t->at == '{');
			break;
		case '"':
			fine = grammar_string(t);
			break;
		case 't':
			fine = grammar_word(t, "true");
			break;
		case 'f':
			fine = grammar_word(t, "false");
			break;
		case 'n':
			fine = grammar_word(t, "null");
			break;
		default:
			fine = grammar_number(t);
	}
	grammar_blanks(t);
	return fine;
}

static bool
is_json(const char *bytes, size_t length, const jdoc_limits *limits)
{
	text t = {(const unsigned char *) bytes, (const unsigned char *) bytes + length};

	grammar_keeps_nul = limits->keep_nul;
	return grammar_value(&t, limits->depth == 0 ? 64 : (int) limits->depth) && t.at == t.end;
}

/* ---- what was read ------------------------------------------------ */

static const jdoc_limits any = {.depth = 512, .keep_nul = true};

/* Reads text that the kernel wrote or has read before. */
static const jdoc_value *
read_again(arena *memory, const char *bytes, size_t length)
{
	jdoc_error error;
	const jdoc_value *value = jdoc_parse(memory, bytes, length, &any, &error);

	FUZZ_DEMAND(value != NULL || error.fault == JDOC_NO_MEMORY);
	return value;
}

/* A decoded text, quoted and read again, has the same bytes. */
static void
demand_text(arena *memory, const char *bytes, size_t length)
{
	jdoc_text out;
	const jdoc_value *again;

	jdoc_text_start(&out, memory);
	jdoc_text_add_quoted(&out, bytes, length);
	again = out.failed ? NULL : read_again(memory, out.bytes, out.length);
	FUZZ_DEMAND(again == NULL || (again->kind == JDOC_STRING && again->count == length && memcmp(again->is.text, bytes, length) == 0));
	FUZZ_DEMAND(jdoc_code_points(bytes, length) <= length);
}

static void
demand_number(const jdoc_value *value)
{
	jdoc_decimal number;
	int64_t whole;

	FUZZ_DEMAND(jdoc_decimal_read(value->is.text, value->count, &number));
	FUZZ_DEMAND(jdoc_decimal_compare(&number, &number) == 0);
	FUZZ_DEMAND(jdoc_decimal_is_integer(&number) == (jdoc_decimal_scale(&number) == 0));
	FUZZ_DEMAND(!jdoc_decimal_to_int64(&number, &whole) || jdoc_decimal_is_integer(&number));
}

static void demand_value(arena *memory, const char *input, size_t length, const jdoc_value *value);

static void
demand_members(arena *memory, const char *input, size_t length, const jdoc_value *object)
{
	for (uint32_t i = 0; i < object->count; i++)
	{
		const jdoc_member *member = &object->is.members[i];

		FUZZ_DEMAND(jdoc_find(object, member->name, member->name_length) == &member->value);
		demand_text(memory, member->name, member->name_length);
		demand_value(memory, input, length, &member->value);
	}
}

/* The value, and all within it, is where it says it is and as it says. */
static void
demand_value(arena *memory, const char *input, size_t length, const jdoc_value *value)
{
	char words[40];

	FUZZ_DEMAND(value->start < value->end && value->end <= length);
	FUZZ_DEMAND(value->kind != JDOC_NUMBER || value->is.text == input + value->start);
	jdoc_describe(value, words, sizeof words);
	FUZZ_DEMAND(memchr(words, '\0', sizeof words) != NULL);
	if (value->kind == JDOC_NUMBER)
		demand_number(value);
	if (value->kind == JDOC_STRING)
		demand_text(memory, value->is.text, value->count);
	for (uint32_t i = 0; value->kind == JDOC_ARRAY && i < value->count; i++)
		demand_value(memory, input, length, &value->is.items[i]);
	if (value->kind == JDOC_OBJECT)
		demand_members(memory, input, length, value);
}

/* Its own bytes and its canonical text are read as the same value, and one canonical text is had from both. */
static void
demand_round_trip(arena *memory, const char *input, const jdoc_value *value)
{
	const jdoc_value *own = read_again(memory, input + value->start, value->end - value->start);
	const jdoc_value *again;
	jdoc_text first;
	jdoc_text second;

	FUZZ_DEMAND(own == NULL || (jdoc_equal(own, value) && jdoc_equal(value, own)));
	jdoc_text_start(&first, memory);
	jdoc_text_add_canonical(&first, value);
	again = first.failed ? NULL : read_again(memory, first.bytes, first.length);
	if (again == NULL)
		return;
	FUZZ_DEMAND(jdoc_equal(value, again) && jdoc_equal(again, value) && jdoc_hash(value) == jdoc_hash(again));
	jdoc_text_start(&second, memory);
	jdoc_text_add_canonical(&second, again);
	FUZZ_DEMAND(second.failed || (second.length == first.length && memcmp(second.bytes, first.bytes, first.length) == 0));
}

/* ---- what was refused ------------------------------------------------ */

static void
demand_refusal(const jdoc_error *error, const allocation *state, const char *input, size_t length, const jdoc_limits *limits)
{
	FUZZ_DEMAND(error->fault > JDOC_FINE && error->fault <= JDOC_NO_MEMORY && error->offset <= length);
	FUZZ_DEMAND(memchr(error->path, '\0', sizeof error->path) != NULL);
	FUZZ_DEMAND(error->expected[0] != '\0' && memchr(error->expected, '\0', sizeof error->expected) != NULL);
	FUZZ_DEMAND(error->got[0] != '\0' && memchr(error->got, '\0', sizeof error->got) != NULL);
	if (error->fault == JDOC_NO_MEMORY)
		FUZZ_DEMAND(state->refuse > 0 && state->requests >= state->refuse);
	else if (error->fault != JDOC_DUPLICATE && error->fault < JDOC_TOO_LONG)
		FUZZ_DEMAND(!is_json(input, length, limits));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	allocation state = {0};
	jdoc_limits limits = {0};
	jdoc_error error;
	arena memory;
	const jdoc_value *value;
	char *text;

	if (size < 2)
		return 0;
	state.refuse = data[0] == 255 ? 0 : data[0] + 1u;
	limits.depth = data[1] & 7;
	limits.values = data[1] >> 3 & 7;
	limits.number_bytes = data[1] >> 4 & 12;
	limits.keep_nul = (data[1] & 1) != 0;
	size -= 2;
	text = malloc(size > 0 ? size : 1); /* of exactly its size: the sanitizer watches the end */
	if (text == NULL)
		abort();
	memcpy(text, data + 2, size);
	arena_start(&memory, allocation_source(&state));
	value = jdoc_parse(&memory, text, size, &limits, &error);
	if (value == NULL)
		demand_refusal(&error, &state, text, size, &limits);
	else
	{
		FUZZ_DEMAND(error.fault == JDOC_FINE && is_json(text, size, &limits));
		demand_value(&memory, text, size, value);
		demand_round_trip(&memory, text, value);
	}
	arena_end(&memory);
	FUZZ_DEMAND(state.live == 0);
	free(text);
	return 0;
}

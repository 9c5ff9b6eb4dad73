/*
 * placeholder_fuzz.c: any template, schema, defaults, context and variables. What is opened can be filled in or says why not; what came out
 * keeps to its limits, in HTML no value opens a tag, and the same request gives the same again; memory refused is told.
 *
 * Layout of an input: the request that is refused (255: none), the kinds, then five texts, each but the last up to a zero byte.
 */
#include "allocation.h"
#include "fuzz_input.h"
#include "kernel/kernel_text.h"
#include "kernel/placeholder.h"

#define OUTPUT_MOST 20000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The next text, in memory of exactly its size; not given when it is empty. */
static kernel_text
next_text(fuzz_input *input, char **owned)
{
	const uint8_t *end = memchr(input->bytes, 0, input->left);
	size_t length = end != NULL ? (size_t) (end - input->bytes) : input->left;

	*owned = malloc(length > 0 ? length : 1);
	if (*owned == NULL)
		abort();
	memcpy(*owned, input->bytes, length);
	input->bytes += length + (end != NULL);
	input->left -= length + (end != NULL);
	return (kernel_text){length > 0 ? *owned : NULL, length};
}

static void
demand_fault(const placeholder_fault *fault, const allocation *state, kernel_text content)
{
	FUZZ_DEMAND(fault->failure > PLACEHOLDER_FINE && fault->failure <= PLACEHOLDER_NO_MEMORY && fault->message[0] != '\0');
	FUZZ_DEMAND(memchr(fault->message, '\0', sizeof fault->message) != NULL && memchr(fault->excerpt, '\0', sizeof fault->excerpt) != NULL);
	FUZZ_DEMAND(memchr(fault->path, '\0', sizeof fault->path) != NULL && memchr(fault->expected, '\0', sizeof fault->expected) != NULL);
	FUZZ_DEMAND(fault->line <= content.length + 1 && fault->column <= content.length + 1);
	if (fault->failure == PLACEHOLDER_SYNTAX || fault->failure == PLACEHOLDER_NESTING || fault->failure == PLACEHOLDER_RUNNING)
		FUZZ_DEMAND(fault->line > 0 && fault->column > 0);
	if (fault->failure == PLACEHOLDER_NO_MEMORY)
		FUZZ_DEMAND(state->refuse > 0 && state->requests >= state->refuse);
}

static bool
contains(kernel_text text, const char *word)
{
	size_t length = strlen(word);

	for (size_t i = 0; i + length <= text.length; i++)
		if (memcmp(text.bytes + i, word, length) == 0)
			return true;
	return false;
}

/* Of a template without a sign of markup nothing that is one comes out. */
static void
demand_escaped(kernel_text content, const placeholder_result *result)
{
	if (!contains(content, "<") && !contains(content, "list"))
		FUZZ_DEMAND(!contains(result->content, "<"));
}

static void
demand_result(const placeholder_template *template, const placeholder_result *result)
{
	FUZZ_DEMAND(result->content.length <= OUTPUT_MOST && result->content.bytes != NULL);
	FUZZ_DEMAND(result->used.count <= placeholder_used(template).count && result->defaulted.count <= placeholder_used(template).count);
	for (size_t i = 0; i < result->warnings.count; i++)
		FUZZ_DEMAND(result->warnings.texts[i].length > 0);
}

static void
fill_in(const placeholder_template *template, placeholder_request *request, kernel_text content, allocation *state)
{
	kernel_alloc memory = allocation_of(state);
	placeholder_fault fault;
	placeholder_result result;
	placeholder_result again;

	if (!placeholder_render(template, request, &memory, &result, &fault))
	{
		demand_fault(&fault, state, content);
		return;
	}
	demand_result(template, &result);
	if (request->output == PLACEHOLDER_HTML && request->written == PLACEHOLDER_HTML)
		demand_escaped(content, &result);
	state->refuse = 0;
	FUZZ_DEMAND(placeholder_render(template, request, &memory, &again, &fault));
	FUZZ_DEMAND(kernel_text_equal(result.content, again.content));
	placeholder_result_close(&again);
	placeholder_result_close(&result);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_input input = {data, size};
	allocation state = {0};
	kernel_alloc memory = allocation_of(&state);
	placeholder_request request = {.limits = {.steps = 50000, .output = OUTPUT_MOST}};
	placeholder_template *template;
	placeholder_fault fault;
	kernel_text texts[5];
	char *owned[5];
	uint64_t refuse = fuzz_bits(&input, 1);
	uint64_t kinds = fuzz_bits(&input, 1);

	request.written = (placeholder_kind) (kinds & 3);
	request.output = (placeholder_kind) ((kinds >> 2 & 1) != 0 ? kinds >> 3 & 3 : kinds & 3);
	for (int i = 0; i < 5; i++)
		texts[i] = next_text(&input, &owned[i]);
	request.context = texts[3];
	request.variables = texts[4];
	state.refuse = refuse == 255 ? 0 : 4 * refuse + 1;
	template = placeholder_open(&memory, texts[0], texts[1], texts[2], &fault);
	if (template == NULL)
		demand_fault(&fault, &state, texts[0]);
	else
	{
		fill_in(template, &request, texts[0], &state);
		placeholder_close(template);
	}
	FUZZ_DEMAND(state.live == 0);
	for (int i = 0; i < 5; i++)
		free(owned[i]);
	return 0;
}

/*
 * placeholder_run.c: runs a program over values.
 *
 * A run ends by a jump, whatever it was in: all its memory is the arena's, so nothing has to be given back.
 */
#include "placeholder_inside.h"

#include <stdarg.h>
#include <stdio.h>

#define BYTES_OF_A_STEP 16

void
placeholder_fail(placeholder_run *run, placeholder_failure failure, size_t offset, const char *format, ...)
{
	char message[512];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	placeholder_fault_set(run->fault, failure, PLACEHOLDER_OF_CONTENT, "%s", message);
	placeholder_fault_place(run->fault, run->program->source, offset);
	longjmp(run->leave, 1);
}

void
placeholder_fail_memory(placeholder_run *run)
{
	placeholder_fault_memory(run->fault);
	longjmp(run->leave, 1);
}

void *
placeholder_take(placeholder_run *run, size_t count, size_t size)
{
	void *piece = arena_take_many(run->memory, count, size);

	if (piece == NULL)
		placeholder_fail_memory(run);
	return piece;
}

void
placeholder_charge(placeholder_run *run, size_t bytes, size_t offset)
{
	uint64_t most = run->request->limits.steps != 0 ? run->request->limits.steps : 1000000;

	run->steps += 1 + bytes / BYTES_OF_A_STEP;
	if (run->steps > most)
		placeholder_fail(run, PLACEHOLDER_STEPS, offset, "filling the template in takes more than %llu steps", (unsigned long long) most);
}

void
placeholder_warn(placeholder_run *run, size_t offset, const char *format, ...)
{
	placeholder_fault place;
	char message[400];
	va_list args;
	int length;
	char *kept;

	for (size_t i = 0; i < run->warning_count; i++)
		if (run->warned[i] == offset)
			return;
	if (run->warning_count == PLACEHOLDER_REMARKS_MOST)
		return;
	placeholder_fault_place(&place, run->program->source, offset);
	length = snprintf(message, sizeof(message), "line %u, column %u: ", place.line, place.column);
	va_start(args, format);
	vsnprintf(message + length, sizeof(message) - (size_t) length, format, args);
	va_end(args);
	kept = placeholder_take(run, strlen(message) + 1, 1);
	run->warned[run->warning_count] = offset;
	run->warnings[run->warning_count++] = kernel_text_of(strcpy(kept, message));
}

/* ---- values of variables ---- */

static const jdoc_value *
start_of(const placeholder_run *run, kernel_text name)
{
	for (const placeholder_scope *scope = run->scope; scope != NULL; scope = scope->outer)
		if (kernel_text_equal(scope->name, name))
			return scope->value;
	return jdoc_find(run->values->all, name.bytes, name.length);
}

static placeholder_value
length_of(placeholder_run *run, const jdoc_value *value)
{
	const jdoc_value *named = value != NULL ? jdoc_find_word(value, "length") : NULL;
	char *text;
	size_t length;

	if (value == NULL || named != NULL || (value->kind != JDOC_ARRAY && value->kind != JDOC_STRING))
		return placeholder_value_of(named);
	text = placeholder_take(run, 24, 1);
	length = value->kind == JDOC_ARRAY ? value->count : jdoc_code_points(value->is.text, value->count);
	return (placeholder_value){.kind = PLACEHOLDER_NUMBER, .text = {text, (size_t) snprintf(text, 24, "%zu", length)}};
}

static placeholder_value
path_value(placeholder_run *run, const placeholder_expression *path)
{
	const jdoc_value *value = start_of(run, path->steps[0].name);

	if (path->variable != NULL)
		run->asked[path->variable->number] = true;
	for (size_t i = 1; i < path->count && value != NULL; i++)
	{
		const placeholder_step *step = &path->steps[i];

		if (step->kind == PLACEHOLDER_STEP_LENGTH && i + 1 == path->count)
			return length_of(run, value);
		if (step->kind == PLACEHOLDER_STEP_INDEX)
			value = value->kind == JDOC_ARRAY && step->index < value->count ? &value->is.items[step->index] : NULL;
		else
			value = jdoc_find(value, step->name.bytes, step->name.length);
	}
	return placeholder_value_of(value);
}

/* ---- expressions ---- */

/* The path a missing value comes from; NULL when it is none. */
static const placeholder_expression *
missing_path(const placeholder_expression *expression)
{
	while (expression->operation == PLACEHOLDER_OP_FILTER || expression->operation == PLACEHOLDER_OP_QUOTED)
		expression = expression->left;
	return expression->operation == PLACEHOLDER_OP_PATH ? expression : NULL;
}

/* Tells of a value that is printed and not there. */
static void
note_missing(placeholder_run *run, const placeholder_expression *expression, const placeholder_value *value)
{
	const placeholder_expression *path = missing_path(expression);
	const char *begin;
	size_t length = 0;

	if (value->kind != PLACEHOLDER_NOTHING || path == NULL)
		return;
	begin = run->program->source.bytes + path->offset;
	while (length < run->program->source.length - path->offset && strchr("|?}+:)&=!<> \t\n", begin[length]) == NULL)
		length++;
	placeholder_warn(run, path->offset, "%.*s has no value, nothing stands in its place",
					 placeholder_shown((kernel_text){begin, length}, 80), begin);
}

static placeholder_value
truth(bool is)
{
	return (placeholder_value){.kind = is ? PLACEHOLDER_TRUE : PLACEHOLDER_FALSE};
}

static placeholder_value
join(placeholder_run *run, const placeholder_expression *expression)
{
	placeholder_value *pieces = placeholder_take(run, 2, sizeof(*pieces));

	pieces[0] = placeholder_evaluate(run, expression->left);
	pieces[1] = placeholder_evaluate(run, expression->right);
	note_missing(run, expression->left, &pieces[0]);
	note_missing(run, expression->right, &pieces[1]);
	if (pieces[0].kind == PLACEHOLDER_NUMBER && pieces[1].kind == PLACEHOLDER_NUMBER)
		placeholder_fail(run, PLACEHOLDER_RUNNING, expression->offset,
						 "+ joins texts, and here are the numbers %.*s and %.*s: a template does not add",
						 placeholder_shown(pieces[0].text, 40), pieces[0].text.bytes,
						 placeholder_shown(pieces[1].text, 40), pieces[1].text.bytes);
	return (placeholder_value){.kind = PLACEHOLDER_PIECES, .pieces = pieces, .count = 2};
}

static placeholder_value
ordered(placeholder_run *run, const placeholder_expression *expression)
{
	placeholder_value left = placeholder_evaluate(run, expression->left);
	placeholder_value right = placeholder_evaluate(run, expression->right);
	int order = placeholder_value_compare(run, &left, &right, expression->offset);

	switch (expression->operation)
	{
		case PLACEHOLDER_OP_LESS:
			return truth(order == -1);
		case PLACEHOLDER_OP_LESS_EQUAL:
			return truth(order == -1 || order == 0);
		case PLACEHOLDER_OP_GREATER:
			return truth(order == 1);
		default:
			return truth(order == 1 || order == 0);
	}
}

static placeholder_value
equality(placeholder_run *run, const placeholder_expression *expression)
{
	placeholder_value left = placeholder_evaluate(run, expression->left);
	placeholder_value right = placeholder_evaluate(run, expression->right);
	bool equal = placeholder_value_equal(run, &left, &right, expression->offset);

	return truth(equal == (expression->operation == PLACEHOLDER_OP_EQUAL));
}

/* Words of its own stand for a value that is missing. */
static placeholder_value
default_words(placeholder_run *run, const placeholder_expression *expression, kernel_text words)
{
	const placeholder_expression *path = missing_path(expression);

	if (path != NULL && path->variable != NULL)
		run->defaulted[path->variable->number] = true;
	return placeholder_value_text(words, PLACEHOLDER_WRITTEN);
}

/* |'text' */
static placeholder_value
quoted(placeholder_run *run, const placeholder_expression *expression)
{
	placeholder_value value = placeholder_evaluate(run, expression->left);
	placeholder_format format = placeholder_date_format(expression->text);
	kernel_text plain;
	kernel_text written;
	const char *why;

	if (value.kind == PLACEHOLDER_NOTHING)
		return format == PLACEHOLDER_SURE_FORMAT ? value : default_words(run, expression, expression->text);
	if (format == PLACEHOLDER_NO_FORMAT)
		return value;
	plain = placeholder_value_plain(run, &value, expression->offset);
	if (format == PLACEHOLDER_PERHAPS_FORMAT && !placeholder_date_reads(plain))
		return value;
	if (placeholder_date_write(run->memory, plain, expression->text, &written, &why))
		return placeholder_value_text(written, PLACEHOLDER_GIVEN);
	if (why == NULL)
		placeholder_fail_memory(run);
	placeholder_warn(run, expression->offset, "%.*s stands as it is: %s",
					 placeholder_shown(plain, 80), plain.bytes, why);
	return value;
}

static placeholder_value
filtered(placeholder_run *run, const placeholder_expression *expression)
{
	placeholder_value value = placeholder_evaluate(run, expression->left);

	if (value.kind == PLACEHOLDER_NOTHING && strcmp(expression->filter->name, "default") == 0)
	{
		placeholder_value words = expression->count > 0 ? placeholder_evaluate(run, expression->arguments[0])
														: placeholder_value_text((kernel_text){"", 0}, PLACEHOLDER_WRITTEN);

		default_words(run, expression, words.text);
		return words;
	}
	if (value.kind == PLACEHOLDER_NOTHING || expression->filter->apply == NULL)
		return value;
	return expression->filter->apply(run, expression, value);
}

placeholder_value
placeholder_evaluate(placeholder_run *run, const placeholder_expression *expression)
{
	placeholder_value left;

	placeholder_charge(run, 0, expression->offset);
	switch (expression->operation)
	{
		case PLACEHOLDER_OP_TEXT:
			return placeholder_value_text(expression->text, PLACEHOLDER_WRITTEN);
		case PLACEHOLDER_OP_NUMBER:
			return (placeholder_value){.kind = PLACEHOLDER_NUMBER, .text = expression->text};
		case PLACEHOLDER_OP_TRUE:
		case PLACEHOLDER_OP_FALSE:
			return truth(expression->operation == PLACEHOLDER_OP_TRUE);
		case PLACEHOLDER_OP_NULL:
			return placeholder_value_of(NULL);
		case PLACEHOLDER_OP_PATH:
			return path_value(run, expression);
		case PLACEHOLDER_OP_NOT:
			left = placeholder_evaluate(run, expression->left);
			return truth(!placeholder_value_true(&left));
		case PLACEHOLDER_OP_OR:
		case PLACEHOLDER_OP_AND:
			left = placeholder_evaluate(run, expression->left);
			if (placeholder_value_true(&left) == (expression->operation == PLACEHOLDER_OP_OR))
				return left;
			return placeholder_evaluate(run, expression->right);
		case PLACEHOLDER_OP_EQUAL:
		case PLACEHOLDER_OP_UNEQUAL:
			return equality(run, expression);
		case PLACEHOLDER_OP_LESS:
		case PLACEHOLDER_OP_LESS_EQUAL:
		case PLACEHOLDER_OP_GREATER:
		case PLACEHOLDER_OP_GREATER_EQUAL:
			return ordered(run, expression);
		case PLACEHOLDER_OP_JOIN:
			return join(run, expression);
		case PLACEHOLDER_OP_CHOICE:
			left = placeholder_evaluate(run, expression->left);
			return placeholder_evaluate(run, placeholder_value_true(&left) ? expression->right : expression->otherwise);
		case PLACEHOLDER_OP_FILTER:
			return filtered(run, expression);
		case PLACEHOLDER_OP_QUOTED:
			return quoted(run, expression);
	}
	return placeholder_value_of(NULL);
}

/* ---- nodes ---- */

static void run_nodes(placeholder_run *run, const placeholder_node *node);

static void
print_value(placeholder_run *run, const placeholder_value *value, size_t offset)
{
	if (value->kind != PLACEHOLDER_PIECES)
		placeholder_emit(run, placeholder_value_plain(run, value, offset), value->origin, offset);
	for (size_t i = 0; value->kind == PLACEHOLDER_PIECES && i < value->count; i++)
		print_value(run, &value->pieces[i], offset);
}

static void
run_each(placeholder_run *run, const placeholder_node *node)
{
	placeholder_value list = placeholder_evaluate(run, node->expression);
	placeholder_scope scope = {node->text, NULL, run->scope};

	if (list.kind != PLACEHOLDER_NOTHING && list.kind != PLACEHOLDER_LIST)
	{
		kernel_text plain = placeholder_value_plain(run, &list, node->expression->offset);

		placeholder_fail(run, PLACEHOLDER_RUNNING, node->expression->offset, "{{#each}} goes over a list, and this is %.*s",
						 placeholder_shown(plain, 80), plain.bytes);
	}
	if (!placeholder_value_true(&list))
	{
		run_nodes(run, node->otherwise);
		return;
	}
	run->scope = &scope;
	for (uint32_t i = 0; i < list.json->count; i++)
	{
		scope.value = &list.json->is.items[i];
		placeholder_charge(run, 0, node->expression->offset);
		run_nodes(run, node->body);
	}
	run->scope = scope.outer;
}

static void
run_nodes(placeholder_run *run, const placeholder_node *node)
{
	for (; node != NULL; node = node->next)
	{
		placeholder_value value;

		if (node->kind == PLACEHOLDER_NODE_TEXT)
		{
			placeholder_emit(run, node->text, PLACEHOLDER_WRITTEN, (size_t) (node->text.bytes - run->program->source.bytes));
			continue;
		}
		if (node->kind == PLACEHOLDER_NODE_EACH)
		{
			run_each(run, node);
			continue;
		}
		value = placeholder_evaluate(run, node->expression);
		if (node->kind == PLACEHOLDER_NODE_IF)
		{
			run_nodes(run, placeholder_value_true(&value) ? node->body : node->otherwise);
			continue;
		}
		note_missing(run, node->expression, &value);
		print_value(run, &value, node->expression->offset);
	}
}

bool
placeholder_run_program(placeholder_run *run)
{
	if (setjmp(run->leave) != 0)
		return false;
	jdoc_text_start(&run->output, run->memory);
	run_nodes(run, run->program->nodes);
	return true;
}

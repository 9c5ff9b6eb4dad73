/*
 * execute.c - walks statements.
 */
#include "render/runtime.h"

#include <string.h>

#include "render/number_text.h"

void
print_value(struct render *run, struct value value)
{
	char digits[NUMBER_TEXT_ROOM];
	struct value text;

	switch (value.kind)
	{
		case VALUE_UNDEFINED:
		case VALUE_NULL:
			if (run->throw_undefined)
				render_fail(run, "attempted to output null or undefined value");
			return;
		case VALUE_NUMBER:
			output_text(run, digits, number_text(value.number, digits));
			return;
		case VALUE_BOOLEAN:
			output_text(run, value.boolean ? "true" : "false", value.boolean ? 4 : 5);
			return;
		default:
			text = value_to_string(run, value);
			if (run->autoescape && !text.safe)
				output_escaped(run, value_slice(text));
			else
				output_text(run, text.bytes, text.length);
	}
}

static void
execute_output(struct scope *scope, const struct expression *expression)
{
	bool printed = false;
	struct value value;

	if (expression->kind == EXPRESSION_CALL)
		value = call_expression(scope, expression, &printed);
	else
		value = evaluate(scope, expression);
	if (printed)
		return;
	scope->run->position = expression->position;
	print_value(scope->run, value);
}

static void
execute_if(struct scope *scope, const struct statement *statement)
{
	for (const struct branch *branch = statement->choice.branches; branch != NULL; branch = branch->next)
	{
		if (branch->condition == NULL || value_truth(evaluate(scope, branch->condition)))
		{
			execute(scope, branch->body);
			return;
		}
	}
}

/* As in JavaScript: ===, and a case without a body falls through to the next. */
static void
execute_switch(struct scope *scope, const struct statement *statement)
{
	struct value subject = evaluate(scope, statement->choice.subject);
	const struct branch *branch = statement->choice.branches;

	while (branch != NULL && branch->condition != NULL && !value_same(subject, evaluate(scope, branch->condition)))
		branch = branch->next;
	while (branch != NULL && branch->body == NULL)
		branch = branch->next;
	if (branch != NULL)
		execute(scope, branch->body);
}

static void
execute_set(struct scope *scope, const struct statement *statement)
{
	struct value value = evaluate(scope, statement->set.value);

	for (uint32_t i = 0; i < statement->set.name_count; i++)
	{
		struct key name = statement->set.names[i];

		frame_set(scope->run, scope->frame, name, value);
		if (scope->frame->top)
		{
			context_set(scope->run, scope->context, name, value);
			context_export(scope->run, scope->context, name);
		}
	}
}

/* A name an import or a macro brings: at the root of a template or a block it becomes part of the context, too. */
static void
bring_name(struct scope *scope, const struct statement *statement, struct key name, struct value value)
{
	frame_bind(scope->run, scope->frame, name, value, false);
	if (statement->at_root)
		context_set(scope->run, scope->context, name, value);
}

static void
execute_macro(struct scope *scope, const struct statement *statement)
{
	bring_name(scope, statement, statement->macro->name, macro_value(scope, statement->macro, NULL));
	if (statement->at_root)
		context_export(scope->run, scope->context, statement->macro->name);
}

/* Blocks. */

static void
run_block(const struct scope *outer, const struct block_link *link)
{
	struct render *run = outer->run;
	const struct template *template_before = run->template;
	struct scope scope = {.run = run, .context = outer->context, .template = link->template};

	render_enter(run);
	scope.frame = frame_push(run, outer->frame, true);
	run->template = link->template;
	run->position = link->block->position;
	if (link->block->uses_super)
	{
		size_t mark = run->output.length;

		if (link->next == NULL)
			render_fail(run, "no super block available for \"%.*s\"", (int) link->block->name.length, link->block->name.bytes);
		run_block(&scope, link->next);
		frame_bind(run, scope.frame, super_key(), take_output(run, mark, true), true);
	}
	execute(&scope, link->block->body);
	run->template = template_before;
	render_leave(run);
}

static void
execute_block(struct scope *scope, const struct statement *statement)
{
	const struct block_chain *chain = scope->context->blocks;

	/* what is extended runs it */
	if (scope->parent != NULL && !statement->in_block)
		return;
	while (chain != NULL && !key_equal(&chain->name, &statement->block->name))
		chain = chain->next;
	if (chain != NULL)
		run_block(scope, chain->first);
	else
		render_fail(scope->run, "unknown block \"%.*s\"", (int) statement->block->name.length, statement->block->name.bytes);
}

/* Other templates. */

static const struct template *
need_template(struct scope *scope, const struct expression *reference)
{
	struct value name = evaluate(scope, reference);
	const struct template *template;

	scope->run->position = reference->position;
	template = find_template(scope->run, scope->template, name);
	if (template == NULL)
		render_fail(scope->run, "template not found: %.*s", (int) name.length, name.bytes);
	return template;
}

static void
execute_extends(struct scope *scope, const struct statement *statement)
{
	scope->parent = need_template(scope, statement->reference);
	context_add_blocks(scope->run, scope->context, scope->parent);
}

void
run_template(struct render *run, const struct template *template, struct context *context, struct frame *frame)
{
	const struct template *template_before = run->template;
	size_t mark = run->output.length;
	unsigned levels = 0;

	render_enter(run);
	for (;;)
	{
		struct scope scope = {.run = run, .frame = frame, .context = context, .template = template};

		run->template = template;
		execute(&scope, template->body);
		if (scope.parent == NULL)
			break;
		if (++levels > run->depth_most)
			render_fail(run, "a template extends more than %u others", run->depth_most);
		/* nothing that a template prints outside of its blocks is seen when it extends another */
		run->output.length = mark;
		template = scope.parent;
	}
	run->template = template_before;
	render_leave(run);
}

static void
execute_include(struct scope *scope, const struct statement *statement)
{
	struct render *run = scope->run;
	const struct template *template;
	struct frame *frame;

	if (statement->ignore_missing)
	{
		template = find_template(run, scope->template, evaluate(scope, statement->reference));
		if (template == NULL)
			return;
	}
	else
		template = need_template(scope, statement->reference);
	frame = frame_push(run, scope->frame, true);
	frame->top = true;
	run_template(run, template, context_new(run, template, scope->context), frame);
}

/* Runs a template for what it exports. */
static struct dict *
import_template(struct scope *scope, const struct statement *statement)
{
	struct render *run = scope->run;
	const struct template *template = need_template(scope, statement->import.reference);
	struct context *context = context_new(run, template, statement->with_context ? scope->context : NULL);
	struct frame *frame = frame_push(run, statement->with_context ? scope->frame : NULL, false);
	size_t mark = run->output.length;

	frame->top = true;
	run_template(run, template, context, frame);
	run->output.length = mark;
	return context_exports(run, context);
}

static void
execute_from(struct scope *scope, const struct statement *statement)
{
	struct dict *exports = import_template(scope, statement);

	for (uint32_t i = 0; i < statement->import.name_count; i++)
	{
		const struct import_name *name = &statement->import.names[i];
		const struct value *value = dict_get(exports, name->name);

		scope->run->position = name->position;
		if (value != NULL)
			bring_name(scope, statement, name->alias, *value);
		else
			render_fail(scope->run, "cannot import '%.*s'", (int) name->name.length, name->name.bytes);
	}
}

void
execute(struct scope *scope, const struct statement *statement)
{
	struct render *run = scope->run;

	for (; statement != NULL; statement = statement->next)
	{
		render_step(run, 1);
		run->position = statement->position;
		switch ((enum statement_kind) statement->kind)
		{
			case STATEMENT_TEXT:
				output_text(run, statement->text.at, statement->text.length);
				break;
			case STATEMENT_OUTPUT:
				execute_output(scope, statement->output);
				break;
			case STATEMENT_IF:
				execute_if(scope, statement);
				break;
			case STATEMENT_FOR:
				execute_loop(scope, statement);
				break;
			case STATEMENT_SWITCH:
				execute_switch(scope, statement);
				break;
			case STATEMENT_SET:
				execute_set(scope, statement);
				break;
			case STATEMENT_BLOCK:
				execute_block(scope, statement);
				break;
			case STATEMENT_EXTENDS:
				execute_extends(scope, statement);
				break;
			case STATEMENT_INCLUDE:
				execute_include(scope, statement);
				break;
			case STATEMENT_IMPORT:
				bring_name(scope, statement, statement->import.names->alias, value_dict(import_template(scope, statement)));
				break;
			case STATEMENT_FROM:
				execute_from(scope, statement);
				break;
			case STATEMENT_MACRO:
				execute_macro(scope, statement);
				break;
		}
	}
}

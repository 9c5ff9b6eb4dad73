/*
 * parser.c - tags and the text between them.
 */
#include "render/parser_inside.h"

#include <stdarg.h>
#include <string.h>

#include "render/space.h"

void
parser_fail(struct parser *parser, size_t position, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fault_fill(parser->fault, parser->template, position, format, arguments);
	va_end(arguments);
	longjmp(parser->end, 1);
}

void
parser_unexpected(struct parser *parser, const struct token *token)
{
	parser_fail(parser, token->position, "unexpected token: %.*s", (int) token->text.length, token->text.at);
}

const struct token *
parser_peek(struct parser *parser)
{
	if (parser->ahead_count == 0)
	{
		parser->ahead[0] = lexer_next(&parser->lexer);
		parser->ahead_count = 1;
	}
	if (parser->ahead[0].kind == TOKEN_FAULT)
		parser_fail(parser, parser->ahead[0].position, "%s", parser->ahead[0].text.at);
	return &parser->ahead[0];
}

struct token
parser_take(struct parser *parser)
{
	struct token token = *parser_peek(parser);

	parser->position = token.position;
	parser->ahead[0] = parser->ahead[1];
	parser->ahead_count--;
	return token;
}

bool
parser_skip(struct parser *parser, enum token_kind kind)
{
	if (parser_peek(parser)->kind != kind)
		return false;
	parser_take(parser);
	return true;
}

bool
parser_at_symbol(struct parser *parser, const char *word)
{
	return parser_peek(parser)->kind == TOKEN_SYMBOL && slice_is(parser_peek(parser)->text, word);
}

bool
parser_skip_symbol(struct parser *parser, const char *word)
{
	if (!parser_at_symbol(parser, word))
		return false;
	parser_take(parser);
	return true;
}

bool
parser_skip_operator(struct parser *parser, const char *sign)
{
	if (parser_peek(parser)->kind != TOKEN_OPERATOR || !slice_is(parser_peek(parser)->text, sign))
		return false;
	parser_take(parser);
	return true;
}

void
parser_enter(struct parser *parser)
{
	if (++parser->depth > parser->depth_most)
		parser_fail(parser, parser->position, "tags and expressions are nested more than %u deep", parser->depth_most);
}

void
parser_leave(struct parser *parser)
{
	parser->depth--;
}

void
parser_link(struct parser *parser, unsigned *links)
{
	if (++*links > CHAIN_MOST)
		parser_fail(parser, parser->position, "an expression has more than %u parts in a row", (unsigned) CHAIN_MOST);
}

/* The end of a tag; `tag` is for the error. */
static void
end_tag(struct parser *parser, struct slice tag)
{
	struct token token = *parser_peek(parser);

	if (token.kind != TOKEN_BLOCK_END)
		parser_fail(parser, token.position, "expected block end in %.*s statement", (int) tag.length, tag.at);
	parser_take(parser);
	if (token.trims)
		parser->drop_space = true;
}

/* The name of the tag that ended the statements before it, and the end of that tag. */
static void
end_closing_tag(struct parser *parser)
{
	struct token token = parser_take(parser);

	if (token.kind == TOKEN_END)
		parser_fail(parser, token.position, "unexpected end of file");
	end_tag(parser, token.text);
}

static void parse_nodes(struct parser *parser);

/* Statements up to a tag of that list, which is not taken. */
static struct statement *
parse_until(struct parser *parser, const char *const *ends)
{
	const char *const *ends_before = parser->ends;
	struct statement_list *list_before = parser->list;
	struct statement_list list = {0};

	parser_enter(parser);
	parser->ends = ends;
	parser->list = &list;
	parse_nodes(parser);
	parser->ends = ends_before;
	parser->list = list_before;
	parser_leave(parser);
	return list.first;
}

static struct branch *
add_branch(struct parser *parser, struct branch ***link)
{
	struct branch *branch = arena_alloc(parser->arena, sizeof(*branch));

	**link = branch;
	*link = &branch->next;
	return branch;
}

static void
parse_if(struct parser *parser, struct token tag)
{
	static const char *const ends[] = {"elif", "elseif", "else", "endif", NULL};
	static const char *const last[] = {"endif", NULL};
	struct statement *statement = compile_statement(parser, STATEMENT_IF, tag.position);
	struct branch **link = &statement->choice.branches;

	for (;;)
	{
		struct branch *branch = add_branch(parser, &link);

		branch->condition = parse_expression(parser);
		end_tag(parser, tag.text);
		branch->body = parse_until(parser, ends);
		if (parser_at_symbol(parser, "endif"))
			break;
		if (parser_at_symbol(parser, "else"))
		{
			end_closing_tag(parser);
			add_branch(parser, &link)->body = parse_until(parser, last);
			break;
		}
		tag = parser_take(parser);
		if (tag.kind == TOKEN_END)
			parser_fail(parser, tag.position, "parseIf: expected elif, else, or endif, got end of file");
	}
	end_closing_tag(parser);
}

/* Names with commas between them, at least one. */
static struct key *
parse_names(struct parser *parser, const char *what, uint32_t *count)
{
	struct key names[64];
	struct key *copy;

	*count = 0;
	do
	{
		if (*count == sizeof(names) / sizeof(names[0]))
			parser_fail(parser, parser->position, "more than %zu names", sizeof(names) / sizeof(names[0]));
		names[(*count)++] = parse_name(parser, what);
	} while (parser_skip(parser, TOKEN_COMMA));
	copy = arena_alloc(parser->arena, *count * sizeof(*copy));
	memcpy(copy, names, *count * sizeof(*copy));
	return copy;
}

static void
parse_for(struct parser *parser, struct token tag, const char *end)
{
	const char *const ends[] = {end, "else", NULL};
	const char *const last[] = {end, NULL};
	struct statement *statement = compile_statement(parser, STATEMENT_FOR, tag.position);

	statement->asynchronous = end[3] != 'f';
	statement->loop.names = parse_names(parser, "parseFor: variable name expected for loop", &statement->loop.name_count);
	if (!parser_skip_symbol(parser, "in"))
		parser_fail(parser, parser_peek(parser)->position, "parseFor: expected \"in\" keyword for loop");
	statement->loop.list = parse_expression(parser);
	end_tag(parser, tag.text);
	parser->frames++;
	statement->loop.body = parse_until(parser, ends);
	if (parser_at_symbol(parser, "else"))
	{
		end_closing_tag(parser);
		statement->loop.otherwise = parse_until(parser, last);
	}
	parser->frames--;
	end_closing_tag(parser);
}

static void
parse_switch(struct parser *parser, struct token tag)
{
	static const char *const ends[] = {"case", "default", "endswitch", NULL};
	static const char *const last[] = {"endswitch", NULL};
	struct statement *statement = compile_statement(parser, STATEMENT_SWITCH, tag.position);
	struct branch **link = &statement->choice.branches;

	statement->choice.subject = parse_expression(parser);
	end_tag(parser, tag.text);
	parse_until(parser, ends);
	while (parser_at_symbol(parser, "case"))
	{
		struct branch *branch = add_branch(parser, &link);

		parser_take(parser);
		branch->condition = parse_expression(parser);
		end_tag(parser, tag.text);
		branch->body = parse_until(parser, ends);
	}
	if (parser_at_symbol(parser, "default"))
	{
		end_closing_tag(parser);
		add_branch(parser, &link)->body = parse_until(parser, last);
	}
	if (parser_peek(parser)->kind == TOKEN_END)
		parser_fail(parser, parser_peek(parser)->position, "parseSwitch: expected \"case,\" \"default\" or \"endswitch,\" got EOF.");
	end_closing_tag(parser);
}

static struct expression *
parse_capture(struct parser *parser, const char *end, size_t position)
{
	const char *const ends[] = {end, NULL};
	struct expression *capture = compile_expression(parser, EXPRESSION_CAPTURE, position);

	capture->body = parse_until(parser, ends);
	end_closing_tag(parser);
	return capture;
}

static void
parse_set(struct parser *parser, struct token tag)
{
	struct statement *statement = compile_statement(parser, STATEMENT_SET, tag.position);

	statement->set.names = parse_names(parser, "parseSet: expected a variable name", &statement->set.name_count);
	if (parser_skip_operator(parser, "="))
	{
		statement->set.value = parse_expression(parser);
		end_tag(parser, tag.text);
	}
	else if (parser_skip(parser, TOKEN_BLOCK_END))
		statement->set.value = parse_capture(parser, "endset", tag.position);
	else
		parser_fail(parser, parser_peek(parser)->position, "parseSet: expected = or block end in set tag");
}

static void
parse_block(struct parser *parser, struct token tag)
{
	static const char *const ends[] = {"endblock", NULL};
	struct key name = parse_name(parser, "parseBlock: variable name expected");
	struct statement *statement = compile_statement(parser, STATEMENT_BLOCK, tag.position);
	struct block *block_before = parser->block;
	unsigned frames_before = parser->frames;
	struct block *block = compile_block(parser, name, tag.position);

	end_tag(parser, tag.text);
	statement->block = block;
	parser->block = block;
	parser->frames = 0;
	block->body = parse_until(parser, ends);
	parser->block = block_before;
	parser->frames = frames_before;
	if (parser_peek(parser)->kind == TOKEN_END)
		parser_fail(parser, parser_peek(parser)->position, "parseBlock: expected endblock, got end of file");
	parser_take(parser);
	if (parser_peek(parser)->kind == TOKEN_SYMBOL && slice_equal(parser_peek(parser)->text, (struct slice){name.bytes, name.length}))
		parser_take(parser);
	end_tag(parser, SLICE_OF("endblock"));
}

static void
parse_reference(struct parser *parser, struct token tag, enum statement_kind kind)
{
	struct statement *statement = compile_statement(parser, kind, tag.position);

	statement->reference = parse_expression(parser);
	if (kind == STATEMENT_INCLUDE && parser_skip_symbol(parser, "ignore"))
	{
		if (!parser_skip_symbol(parser, "missing"))
			parser_fail(parser, parser_peek(parser)->position, "parseInclude: expected missing after ignore");
		statement->ignore_missing = true;
	}
	end_tag(parser, tag.text);
}

static bool
parse_with_context(struct parser *parser)
{
	bool with = parser_skip_symbol(parser, "with");

	if ((with || parser_skip_symbol(parser, "without")) && !parser_skip_symbol(parser, "context"))
		parser_fail(parser, parser_peek(parser)->position, "parseFrom: expected context after with/without");
	return with;
}

static void
parse_import(struct parser *parser, struct token tag)
{
	struct statement *statement = compile_statement(parser, STATEMENT_IMPORT, tag.position);

	statement->import.reference = parse_expression(parser);
	if (!parser_skip_symbol(parser, "as"))
		parser_fail(parser, parser_peek(parser)->position, "parseImport: expected \"as\" keyword");
	statement->import.names = arena_alloc(parser->arena, sizeof(struct import_name));
	statement->import.name_count = 1;
	statement->import.names->alias = parse_name(parser, "parseImport: expected a variable name after \"as\"");
	statement->with_context = parse_with_context(parser);
	end_tag(parser, tag.text);
}

static void
parse_import_name(struct parser *parser, struct import_name *name)
{
	struct token token = *parser_peek(parser);

	name->position = (uint32_t) token.position;
	name->name = name->alias = parse_name(parser, "parseFrom: expected the name of what is imported");
	if (token.text.at[0] == '_')
		parser_fail(parser, token.position, "parseFrom: names starting with an underscore cannot be imported");
	if (parser_skip_symbol(parser, "as"))
		name->alias = parse_name(parser, "parseFrom: expected a variable name after \"as\"");
}

static void
parse_from(struct parser *parser, struct token tag)
{
	struct statement *statement = compile_statement(parser, STATEMENT_FROM, tag.position);
	struct import_name names[64];
	uint32_t count = 0;

	statement->import.reference = parse_expression(parser);
	if (!parser_skip_symbol(parser, "import"))
		parser_fail(parser, parser_peek(parser)->position, "parseFrom: expected import");
	while (parser_peek(parser)->kind != TOKEN_BLOCK_END)
	{
		if (count > 0 && !parser_skip(parser, TOKEN_COMMA))
			parser_fail(parser, parser_peek(parser)->position, "parseFrom: expected comma");
		if (count == sizeof(names) / sizeof(names[0]))
			parser_fail(parser, parser->position, "more than %zu names", sizeof(names) / sizeof(names[0]));
		parse_import_name(parser, &names[count++]);
		statement->with_context = parse_with_context(parser);
	}
	if (count == 0)
		parser_fail(parser, tag.position, "parseFrom: Expected at least one import name");
	end_tag(parser, tag.text);
	statement->import.names = arena_alloc(parser->arena, count * sizeof(struct import_name));
	statement->import.name_count = count;
	memcpy(statement->import.names, names, count * sizeof(struct import_name));
}

/* Parameters of a macro or a call block, from arguments that are all names; keyword arguments have defaults. */
static void
take_parameters(struct parser *parser, struct macro *macro, const struct operands *signature)
{
	macro->parameters = arena_alloc(parser->arena, (signature->count + 1) * sizeof(struct key));
	macro->parameter_count = signature->count;
	for (uint32_t i = 0; i < signature->count; i++)
	{
		if (signature->at[i]->kind != EXPRESSION_NAME)
			parser_fail(parser, signature->at[i]->position, "expected the name of a parameter");
		macro->parameters[i] = signature->at[i]->name.key;
	}
	macro->keyword_count = signature->keyword_count;
	macro->keywords = signature->keywords;
}

static struct statement *
parse_macro_body(struct parser *parser, const char *end, unsigned frames)
{
	const char *const ends[] = {end, NULL};
	unsigned frames_before = parser->frames;
	struct statement *body;

	parser->frames = frames;
	body = parse_until(parser, ends);
	parser->frames = frames_before;
	end_closing_tag(parser);
	return body;
}

static void
parse_macro(struct parser *parser, struct token tag)
{
	struct statement *statement = compile_statement(parser, STATEMENT_MACRO, tag.position);
	struct macro *macro = arena_alloc(parser->arena, sizeof(*macro));
	struct operands signature = {0};

	macro->position = (uint32_t) tag.position;
	macro->name = parse_name(parser, "expected the name of the macro");
	if (parser_peek(parser)->kind != TOKEN_LEFT_PAREN)
		parser_fail(parser, parser_peek(parser)->position, "expected arguments");
	parse_arguments(parser, &signature);
	take_parameters(parser, macro, &signature);
	end_tag(parser, tag.text);
	macro->body = parse_macro_body(parser, "endmacro", 0);
	statement->macro = macro;
}

/* {% call(a) m(b) %}…{% endcall %} is {{ m(b, caller=…) }}. */
static void
parse_call(struct parser *parser, struct token tag)
{
	struct statement *statement = compile_statement(parser, STATEMENT_OUTPUT, tag.position);
	struct macro *macro = arena_alloc(parser->arena, sizeof(*macro));
	struct operands signature = {0};
	struct expression *call;
	struct expression *caller;

	macro->position = (uint32_t) tag.position;
	macro->name = compile_key(parser, SLICE_OF("caller"));
	if (parser_peek(parser)->kind == TOKEN_LEFT_PAREN)
		parse_arguments(parser, &signature);
	take_parameters(parser, macro, &signature);
	call = parse_primary(parser);
	if (call->kind != EXPRESSION_CALL)
		parser_fail(parser, call->position, "expected a call of a macro");
	end_tag(parser, tag.text);
	macro->body = parse_macro_body(parser, "endcall", parser->frames + 1);
	caller = compile_expression(parser, EXPRESSION_CALLER, tag.position);
	caller->macro = macro;
	operands_add_keyword(parser, &call->call.operands, macro->name, caller);
	statement->output = call;
}

static void
parse_filter_tag(struct parser *parser, struct token tag)
{
	struct statement *statement = compile_statement(parser, STATEMENT_OUTPUT, tag.position);
	struct expression *filter = parse_filter(parser, NULL);

	end_tag(parser, tag.text);
	filter->applied.operands.at[0] = parse_capture(parser, "endfilter", tag.position);
	statement->output = filter;
}

static void
parse_raw(struct parser *parser, struct token tag)
{
	struct slice text;

	end_tag(parser, tag.text);
	if (!lexer_raw(&parser->lexer, tag.text, &text))
		parser_fail(parser, tag.position, "expected end%.*s, got end of file", (int) tag.text.length, tag.text.at);
	compile_text(parser, text, tag.position);
}

static bool
ends_here(const struct parser *parser, struct slice name)
{
	for (const char *const *end = parser->ends; end != NULL && *end != NULL; end++)
	{
		if (slice_is(name, *end))
			return true;
	}
	return false;
}

static void
parse_tag(struct parser *parser)
{
	struct token tag = parser_take(parser);

	if (slice_is(tag.text, "if") || slice_is(tag.text, "ifAsync"))
		parse_if(parser, tag);
	else if (slice_is(tag.text, "for"))
		parse_for(parser, tag, "endfor");
	else if (slice_is(tag.text, "asyncEach"))
		parse_for(parser, tag, "endeach");
	else if (slice_is(tag.text, "asyncAll"))
		parse_for(parser, tag, "endall");
	else if (slice_is(tag.text, "set"))
		parse_set(parser, tag);
	else if (slice_is(tag.text, "block"))
		parse_block(parser, tag);
	else if (slice_is(tag.text, "extends"))
		parse_reference(parser, tag, STATEMENT_EXTENDS);
	else if (slice_is(tag.text, "include"))
		parse_reference(parser, tag, STATEMENT_INCLUDE);
	else if (slice_is(tag.text, "import"))
		parse_import(parser, tag);
	else if (slice_is(tag.text, "from"))
		parse_from(parser, tag);
	else if (slice_is(tag.text, "macro"))
		parse_macro(parser, tag);
	else if (slice_is(tag.text, "call"))
		parse_call(parser, tag);
	else if (slice_is(tag.text, "filter"))
		parse_filter_tag(parser, tag);
	else if (slice_is(tag.text, "switch"))
		parse_switch(parser, tag);
	else if (slice_is(tag.text, "raw") || slice_is(tag.text, "verbatim"))
		parse_raw(parser, tag);
	else
		parser_fail(parser, tag.position, "unknown block tag: %.*s", (int) tag.text.length, tag.text.at);
}

/* Text, without the blanks that a `-` on either side takes away. */
static void
parse_text(struct parser *parser, const struct token *token)
{
	const struct token *next = parser_peek(parser);
	const char *start = token->text.at;
	const char *end = start + token->text.length;

	if (parser->drop_space)
		start = space_skip(start, end);
	parser->drop_space = false;
	if (((next->kind == TOKEN_BLOCK_START || next->kind == TOKEN_VARIABLE_START) && next->trims) ||
		(next->kind == TOKEN_COMMENT && next->trims_before))
		end = space_skip_back(start, end);
	compile_text(parser, (struct slice){start, (size_t) (end - start)}, token->position);
}

static void
parse_output(struct parser *parser, const struct token *token)
{
	struct statement *statement = compile_statement(parser, STATEMENT_OUTPUT, token->position);
	struct token end;

	statement->output = parse_expression(parser);
	statement->position = statement->output->position;
	end = *parser_peek(parser);
	if (end.kind == TOKEN_END)
		parser_fail(parser, end.position, "expected variable end, got end of file");
	if (end.kind != TOKEN_VARIABLE_END)
		parser_fail(parser, end.position, "expected variable end");
	parser_take(parser);
	parser->drop_space = end.trims;
}

static void
parse_nodes(struct parser *parser)
{
	for (;;)
	{
		struct token token = *parser_peek(parser);

		if (token.kind == TOKEN_END)
			return;
		parser_take(parser);
		if (token.kind == TOKEN_TEXT)
			parse_text(parser, &token);
		else if (token.kind == TOKEN_COMMENT)
			parser->drop_space = token.trims;
		else if (token.kind == TOKEN_VARIABLE_START)
			parse_output(parser, &token);
		else
		{
			parser->drop_space = false;
			if (parser_peek(parser)->kind != TOKEN_SYMBOL)
				parser_fail(parser, parser_peek(parser)->position, "tag name expected");
			if (ends_here(parser, parser_peek(parser)->text))
				return;
			parse_tag(parser);
		}
	}
}

bool
parse_template(struct template *template, const struct parser_options *options, struct fault *fault)
{
	struct parser parser = {.arena = &template->arena, .template = template, .depth_most = options->depth_most, .fault = fault};
	struct statement_list list = {0};
	const char *wrong;

	wrong = lexer_open(&parser.lexer, &template->arena, template->source, &options->tags, options->trim_blocks, options->lstrip_blocks);
	if (wrong != NULL)
	{
		fault_set(fault, template, 0, "%s", wrong);
		return false;
	}
	parser.list = &list;
	if (setjmp(parser.end) != 0)
		return false;
	parse_nodes(&parser);
	template->body = list.first;
	return true;
}

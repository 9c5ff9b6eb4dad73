/*
 * call.c - calls of macros and built-ins.
 */
#include "render/runtime.h"

#include <string.h>

/* So many arguments stand on the machine's stack, more in the heap. */
#define FEW_ARGUMENTS 6
#define FEW_KEYWORDS 3

struct gathered
{
	struct arguments arguments;
	struct value few[FEW_ARGUMENTS];
	struct dict keywords;
	struct dict_entry few_keywords[FEW_KEYWORDS];
};

static void
gather(struct scope *scope, const struct operands *operands, struct gathered *gathered)
{
	struct render *run = scope->run;
	struct value *at;

	at = operands->count > FEW_ARGUMENTS ? render_alloc(run, operands->count * sizeof(*at)) : gathered->few;
	for (uint32_t i = 0; i < operands->count; i++)
		at[i] = evaluate(scope, operands->at[i]);
	gathered->arguments = (struct arguments){.at = at, .count = operands->count};
	if (operands->keyword_count == 0)
		return;
	/* a dict without an index, whose room is here: enough for those who only read it */
	gathered->keywords = (struct dict){.entries = gathered->few_keywords, .room = FEW_KEYWORDS};
	if (operands->keyword_count > FEW_KEYWORDS)
		gathered->keywords = *dict_new(run, operands->keyword_count);
	for (uint32_t i = 0; i < operands->keyword_count; i++)
		dict_set(run, &gathered->keywords, operands->keywords[i].name, evaluate(scope, operands->keywords[i].value));
	gathered->arguments.keywords = &gathered->keywords;
}

struct value
argument_named(const struct arguments *arguments, unsigned index, const char *name)
{
	const struct value *value;

	if (index < arguments->count)
		return arguments->at[index];
	value = arguments->keywords != NULL ? dict_get(arguments->keywords, key_of_word(name)) : NULL;
	return value != NULL ? *value : value_undefined();
}

struct value
callable_new(struct render *run, const struct builtin *builtin, struct value self, void *state)
{
	struct callable *callable = render_alloc(run, sizeof(*callable));

	*callable = (struct callable){.builtin = builtin, .self = self, .state = state};
	return value_callable(callable);
}

struct value
macro_value(struct scope *scope, const struct macro *macro, struct frame *frame)
{
	struct callable *callable = render_alloc(scope->run, sizeof(*callable));

	*callable = (struct callable){.macro = macro, .template = scope->template, .context = scope->context, .frame = frame};
	return value_callable(callable);
}

struct value
take_output(struct render *run, size_t mark, bool safe)
{
	size_t length = run->output.length - mark;
	struct value text = value_copy(run, run->output.at + mark, length);

	render_step(run, length / 64);
	run->output.length = mark;
	text.safe = safe;
	return text;
}

static const struct value *
keyword_of(const struct arguments *arguments, struct key name)
{
	return arguments->keywords != NULL ? dict_get(arguments->keywords, name) : NULL;
}

/*
 * Parameters get their values as Nunjucks deals them out: positional arguments first, those too many go to the keyword parameters in
 * order, a positional parameter without one may be named.
 */
static void
bind_parameters(struct scope *scope, const struct macro *macro, const struct arguments *arguments)
{
	struct render *run = scope->run;
	struct key caller = key_of_word("caller");
	const struct value *named = keyword_of(arguments, caller);

	if (named != NULL)
		frame_bind(run, scope->frame, caller, *named, false);
	for (uint32_t i = 0; i < macro->parameter_count; i++)
	{
		named = i < arguments->count ? &arguments->at[i] : keyword_of(arguments, macro->parameters[i]);
		frame_bind(run, scope->frame, macro->parameters[i], named != NULL ? *named : value_undefined(), true);
	}
	for (uint32_t i = 0; i < macro->keyword_count; i++)
	{
		const struct keyword *keyword = &macro->keywords[i];
		uint32_t position = macro->parameter_count + i;

		named = position < arguments->count ? &arguments->at[position] : keyword_of(arguments, keyword->name);
		frame_bind(run, scope->frame, keyword->name, named != NULL ? *named : evaluate(scope, keyword->value), false);
	}
}

/* Prints what the macro prints. */
static void
run_macro(struct render *run, const struct callable *callable, const struct arguments *arguments)
{
	const struct template *template_before = run->template;
	uint32_t position_before = run->position;
	struct scope scope = {.run = run, .context = callable->context, .template = callable->template};

	render_enter(run);
	scope.frame = frame_push(run, callable->frame, true);
	run->template = callable->template;
	run->position = callable->macro->position;
	bind_parameters(&scope, callable->macro, arguments);
	execute(&scope, callable->macro->body);
	run->template = template_before;
	run->position = position_before;
	render_leave(run);
}

static struct value
call_callable(struct render *run, const struct callable *callable, struct arguments *arguments)
{
	size_t mark = run->output.length;

	if (callable->builtin != NULL)
	{
		arguments->self = callable->self;
		arguments->callee = callable;
		return callable->builtin->call(run, arguments);
	}
	run_macro(run, callable, arguments);
	return take_output(run, mark, true);
}

/* The key of a member that is called; made from the index when it is no field. */
static struct key
member_key(struct scope *scope, const struct expression *callee)
{
	struct value text;

	if (callee->kind == EXPRESSION_FIELD)
		return callee->field.key;
	text = value_to_string(scope->run, evaluate(scope, callee->pair.right));
	return key_of(text.bytes, text.length);
}

/* What is called: a value, or a built-in with the value it is a method of, found without making a callable. */
struct target
{
	struct value value;
	const struct builtin *method;
	struct value self;
};

static struct target
find_target(struct scope *scope, const struct expression *callee)
{
	struct target target = {.value = value_undefined()};
	const struct value *entry;
	struct key key;

	if (callee->kind != EXPRESSION_FIELD && callee->kind != EXPRESSION_ITEM)
	{
		target.value = evaluate(scope, callee);
		return target;
	}
	target.self = evaluate(scope, callee->kind == EXPRESSION_FIELD ? callee->field.target : callee->pair.left);
	key = member_key(scope, callee);
	entry = target.self.kind == VALUE_DICT ? dict_get(target.self.dict, key) : NULL;
	if (entry != NULL)
		target.value = *entry;
	else if (!value_is_nothing(target.self))
		target.method = builtin_method(target.self, key.bytes, key.length);
	if (entry == NULL && target.method == NULL)
		target.value = get_field(scope->run, target.self, key);
	return target;
}

static struct value
call_target(struct render *run, const struct target *target, const char *label, struct arguments *arguments, bool *printed)
{
	if (target->method != NULL)
	{
		arguments->self = target->self;
		return target->method->call(run, arguments);
	}
	if (target->value.kind != VALUE_CALLABLE)
		render_fail(run, "Unable to call `%s`, which is %s", label, value_truth(target->value) ? "not a function" : "undefined or falsey");
	if (printed != NULL && target->value.callable->macro != NULL)
	{
		*printed = true;
		run_macro(run, target->value.callable, arguments);
		return value_undefined();
	}
	return call_callable(run, target->value.callable, arguments);
}

struct value
call_expression(struct scope *scope, const struct expression *expression, bool *printed)
{
	struct target target = find_target(scope, expression->call.callee);
	struct gathered gathered;

	gather(scope, &expression->call.operands, &gathered);
	scope->run->position = expression->position;
	return call_target(scope->run, &target, expression->call.label, &gathered.arguments, printed);
}

static const struct builtin *
need_builtin(struct render *run, const struct expression *expression)
{
	struct slice name = expression->applied.name;

	if (expression->applied.builtin != NULL)
		return expression->applied.builtin;
	run->position = expression->position;
	render_fail(run, "%s not found: %.*s", expression->kind == EXPRESSION_TEST ? "test" : "filter", (int) name.length, name.at);
}

struct value
apply_expression(struct scope *scope, const struct expression *expression)
{
	const struct builtin *builtin = need_builtin(scope->run, expression);
	struct gathered gathered;
	struct value result;

	gather(scope, &expression->applied.operands, &gathered);
	scope->run->position = expression->position;
	result = builtin->call(scope->run, &gathered.arguments);
	return expression->kind == EXPRESSION_TEST ? value_boolean(result.kind == VALUE_BOOLEAN && result.boolean) : result;
}

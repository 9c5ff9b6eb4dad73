/*
 * placeholder.c: templates with placeholders as others use them: opened once, filled in often.
 */
#include "placeholder_inside.h"

#include <stdio.h>

#include "kernel_arena.h"

#define OUTPUT_MOST ((size_t) 1024 * 1024)

struct placeholder_template
{
	arena memory;
	placeholder_program program;
	placeholder_rules rules;
	placeholder_list used;
	placeholder_list undefined;
	placeholder_list unused;
	placeholder_list remarks;
	kernel_alloc alloc;
};

/* ---- lists of names ---- */

static bool
list_start(arena *memory, placeholder_list *list, size_t most)
{
	list->count = 0;
	list->texts = arena_take_many(memory, most + 1, sizeof(*list->texts));
	return list->texts != NULL;
}

static void
list_add(placeholder_list *list, kernel_text text)
{
	((kernel_text *) list->texts)[list->count++] = text;
}

static bool
list_copy(arena *memory, placeholder_list *list, const kernel_text *texts, size_t count)
{
	if (!list_start(memory, list, count))
		return false;
	for (size_t i = 0; i < count; i++)
		list_add(list, texts[i]);
	return true;
}

/* ---- what a template and its schema say of each other ---- */

/* Does the template use the variable, a part of it, or an object it is a part of? */
static bool
uses(const placeholder_program *program, kernel_text name)
{
	for (const placeholder_variable *variable = program->variables; variable != NULL; variable = variable->next)
	{
		kernel_text shorter = variable->name.length < name.length ? variable->name : name;
		kernel_text longer = variable->name.length < name.length ? name : variable->name;

		if (memcmp(shorter.bytes, longer.bytes, shorter.length) == 0 &&
			(shorter.length == longer.length || longer.bytes[shorter.length] == '.'))
			return true;
	}
	return false;
}

static size_t
declared_count(const placeholder_declared *declared)
{
	size_t count = 0;

	for (const placeholder_declared *child = declared->children; child != NULL; child = child->next)
		count += 1 + declared_count(child);
	return count;
}

/* Adds the declarations without parts that are not used; `prefix` is the dotted name of where they are. */
static bool
find_unused(placeholder_template *template, const placeholder_declared *declared, kernel_text prefix)
{
	for (const placeholder_declared *child = declared->children; child != NULL; child = child->next)
	{
		kernel_text name = child->name;

		if (prefix.length > 0)
		{
			char *whole = arena_take(&template->memory, prefix.length + name.length + 1);

			if (whole == NULL)
				return false;
			memcpy(whole, prefix.bytes, prefix.length);
			whole[prefix.length] = '.';
			memcpy(whole + prefix.length + 1, name.bytes, name.length);
			name = (kernel_text){whole, prefix.length + name.length + 1};
		}
		if (child->children != NULL)
		{
			if (!find_unused(template, child, name))
				return false;
		}
		else if (!uses(&template->program, name))
			list_add(&template->unused, name);
	}
	return true;
}

static bool
compare_with_schema(placeholder_template *template)
{
	const placeholder_program *program = &template->program;
	bool declares = template->rules.root.children != NULL;

	if (!list_start(&template->memory, &template->used, program->variable_count) ||
		!list_start(&template->memory, &template->undefined, program->variable_count) ||
		!list_start(&template->memory, &template->unused, declared_count(&template->rules.root)) ||
		!list_copy(&template->memory, &template->remarks, program->remarks, program->remark_count))
		return false;
	for (const placeholder_variable *variable = program->variables; variable != NULL; variable = variable->next)
	{
		list_add(&template->used, variable->name);
		if (!placeholder_rules_know(&template->rules, variable->steps, variable->parts))
			list_add(&template->undefined, variable->name);
	}
	return !declares || find_unused(template, &template->rules.root, (kernel_text){NULL, 0});
}

/* ---- opening ---- */

static bool
template_make(placeholder_template *template, kernel_text content, kernel_text schema, kernel_text defaults, placeholder_fault *fault)
{
	kernel_text kept;
	kernel_text kept_schema;
	kernel_text kept_defaults;

	if (!kernel_arena_text(&template->memory, content, &kept) || !kernel_arena_text(&template->memory, schema, &kept_schema) ||
		!kernel_arena_text(&template->memory, defaults, &kept_defaults))
		return placeholder_fault_memory(fault);
	if (kept.bytes == NULL)
		kept = KERNEL_TEXT_OF("");
	if (!placeholder_compile(&template->memory, kept, &template->program, fault) ||
		!placeholder_rules_read(&template->memory, kept_schema, kept_defaults, &template->rules, fault))
		return false;
	return compare_with_schema(template) || placeholder_fault_memory(fault);
}

placeholder_template *
placeholder_open(const kernel_alloc *alloc, kernel_text content, kernel_text schema, kernel_text defaults, placeholder_fault *fault)
{
	placeholder_template *template = alloc->allocate(alloc->context, sizeof(*template));

	memset(fault, 0, sizeof(*fault));
	if (template == NULL)
	{
		placeholder_fault_memory(fault);
		return NULL;
	}
	memset(template, 0, sizeof(*template));
	template->alloc = *alloc;
	kernel_arena_begin(&template->memory, alloc);
	if (template_make(template, content, schema, defaults, fault))
		return template;
	placeholder_close(template);
	return NULL;
}

void
placeholder_close(placeholder_template *template)
{
	kernel_alloc alloc = template->alloc;

	arena_end(&template->memory);
	alloc.release(alloc.context, template);
}

placeholder_list
placeholder_used(const placeholder_template *template)
{
	return template->used;
}

placeholder_list
placeholder_undefined(const placeholder_template *template)
{
	return template->undefined;
}

placeholder_list
placeholder_unused(const placeholder_template *template)
{
	return template->unused;
}

placeholder_list
placeholder_remarks(const placeholder_template *template)
{
	return template->remarks;
}

/* ---- filling in ---- */

/* What a result holds on to. */
typedef struct held
{
	arena memory;
	kernel_alloc alloc;
} held;

static bool
has_value(const jdoc_value *object, const placeholder_variable *variable)
{
	for (size_t i = 0; i < variable->parts && object != NULL; i++)
		object = jdoc_find(object, variable->steps[i].name.bytes, variable->steps[i].name.length);
	return object != NULL && object->kind != JDOC_NULL;
}

static bool
tell_variables(const placeholder_run *run, placeholder_result *result)
{
	if (!list_start(run->memory, &result->used, run->program->variable_count) ||
		!list_start(run->memory, &result->defaulted, run->program->variable_count))
		return false;
	for (const placeholder_variable *variable = run->program->variables; variable != NULL; variable = variable->next)
	{
		bool there = has_value(run->values->all, variable);

		if (!run->asked[variable->number])
			continue;
		if (there)
			list_add(&result->used, variable->name);
		if (run->defaulted[variable->number] || (there && !has_value(run->values->given, variable)))
			list_add(&result->defaulted, variable->name);
	}
	return true;
}

static bool
run_make(placeholder_run *run, size_t variables)
{
	run->asked = arena_take(run->memory, variables + 1);
	run->defaulted = arena_take(run->memory, variables + 1);
	if (run->asked == NULL || run->defaulted == NULL)
		return false;
	memset(run->asked, 0, variables + 1);
	memset(run->defaulted, 0, variables + 1);
	return true;
}

static bool
render_into(const placeholder_template *template, const placeholder_request *request, arena *memory, placeholder_result *result,
			placeholder_fault *fault)
{
	placeholder_values values;
	placeholder_run *run = arena_take(memory, sizeof(*run));

	if (run == NULL)
		return placeholder_fault_memory(fault);
	memset(run, 0, sizeof(*run));
	run->program = &template->program;
	run->request = request;
	run->values = &values;
	run->memory = memory;
	run->fault = fault;
	run->output_most = request->limits.output != 0 ? request->limits.output : OUTPUT_MOST;
	if (!placeholder_output_possible(request->written, request->output))
	{
		placeholder_fault_set(fault, PLACEHOLDER_FORMAT, PLACEHOLDER_OF_CONTENT, "a template written as %s cannot be had as %s",
							  placeholder_kind_names[request->written], placeholder_kind_names[request->output]);
		snprintf(fault->expected, sizeof(fault->expected), "%s", placeholder_kind_names[request->written]);
		snprintf(fault->got, sizeof(fault->got), "%s", placeholder_kind_names[request->output]);
		return false;
	}
	if (!placeholder_values_read(memory, &template->rules, request->context, request->variables, &values, fault))
		return false;
	if (!run_make(run, template->program.variable_count))
		return placeholder_fault_memory(fault);
	if (!placeholder_run_program(run))
		return false;
	if (!tell_variables(run, result) || !list_copy(memory, &result->warnings, run->warnings, run->warning_count))
		return placeholder_fault_memory(fault);
	result->content = (kernel_text){run->output.bytes != NULL ? run->output.bytes : "", run->output.length};
	return true;
}

bool
placeholder_render(const placeholder_template *template, const placeholder_request *request, const kernel_alloc *alloc,
				   placeholder_result *result, placeholder_fault *fault)
{
	held *kept = alloc->allocate(alloc->context, sizeof(*kept));

	memset(fault, 0, sizeof(*fault));
	memset(result, 0, sizeof(*result));
	if (kept == NULL)
		return placeholder_fault_memory(fault);
	kept->alloc = *alloc;
	kernel_arena_begin(&kept->memory, alloc);
	result->held = kept;
	if (render_into(template, request, &kept->memory, result, fault))
		return true;
	placeholder_result_close(result);
	return false;
}

void
placeholder_result_close(placeholder_result *result)
{
	held *kept = result->held;
	kernel_alloc alloc = kept->alloc;

	arena_end(&kept->memory);
	alloc.release(alloc.context, kept);
	memset(result, 0, sizeof(*result));
}

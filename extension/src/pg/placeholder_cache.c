/*
 * placeholder_cache.c
 *	  Compiled templates that a session keeps from call to call.
 *
 * The key is what a template is made of, byte for byte: its text, its schema,
 * its default values. So nothing has to be told when a row changes: a changed
 * template is another one, and the earlier is the next to be forgotten. It also
 * serves templates that are in no table yet, and no agency is served another's
 * rules, since nothing but the text decides.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "lib/ilist.h"
#include "utils/memutils.h"

#include "pg/json_text.h"
#include "pg/kernels.h"
#include "pg/placeholder_cache.h"

#define TEMPLATES_MOST 128
#define BYTES_MOST ((Size) 16 * 1024 * 1024)

#define PARTS 3

/* What a template is made of; a part that is NULL is not given. */
typedef struct template_key
{
	const char *bytes[PARTS];
	Size length[PARTS];
	uint64 hash;
} template_key;

typedef struct kept_template
{
	dlist_node node; /* most recently used first */
	MemoryContext memory;
	Size size;
	template_key key;
	placeholder_template *template;
} kept_template;

static dlist_head kept = DLIST_STATIC_INIT(kept);
static int kept_count = 0;
static Size kept_bytes = 0;

static template_key
key_of(text *content, Jsonb *schema, Jsonb *defaults)
{
	struct varlena *parts[PARTS] = {(struct varlena *) content, (struct varlena *) schema, (struct varlena *) defaults};
	template_key key = {0};

	for (int i = 0; i < PARTS; i++)
	{
		if (parts[i] == NULL)
			continue;
		key.bytes[i] = VARDATA_ANY(parts[i]);
		key.length[i] = VARSIZE_ANY_EXHDR(parts[i]);
		key.hash = hash_combine64(key.hash, hash_bytes_extended((const unsigned char *) key.bytes[i], key.length[i], i));
	}
	return key;
}

static bool
key_equal(const template_key *a, const template_key *b)
{
	if (a->hash != b->hash)
		return false;
	for (int i = 0; i < PARTS; i++)
		if ((a->bytes[i] == NULL) != (b->bytes[i] == NULL) || a->length[i] != b->length[i] ||
			(a->length[i] > 0 && memcmp(a->bytes[i], b->bytes[i], a->length[i]) != 0))
			return false;
	return true;
}

static void
template_forget(kept_template *entry)
{
	dlist_delete(&entry->node);
	kept_count--;
	kept_bytes -= entry->size;
	MemoryContextDelete(entry->memory);
}

/* A copy of the key in the memory of its template. */
static void
key_keep(kept_template *entry, const template_key *key)
{
	entry->key = *key;
	for (int i = 0; i < PARTS; i++)
		if (key->bytes[i] != NULL)
			entry->key.bytes[i] = memcpy(MemoryContextAlloc(entry->memory, Max(key->length[i], 1)), key->bytes[i], key->length[i]);
}

kernel_text
placeholder_document(const Jsonb *document)
{
	StringInfoData out;

	if (document == NULL)
		return (kernel_text){NULL, 0};
	initStringInfo(&out);
	json_text_document(&out, document);
	return (kernel_text){out.data, out.len};
}

static kept_template *
template_make(const template_key *key, Jsonb *schema, Jsonb *defaults, placeholder_fault *fault)
{
	MemoryContext memory = AllocSetContextCreate(CurrentMemoryContext, "voygen template", ALLOCSET_SMALL_SIZES);
	kernel_alloc alloc = kernels_memory(memory);
	kept_template *entry = MemoryContextAllocZero(memory, sizeof(*entry));

	entry->memory = memory;
	entry->template = placeholder_open(&alloc, (kernel_text){key->bytes[0], key->length[0]}, placeholder_document(schema),
									   placeholder_document(defaults), fault);
	if (entry->template == NULL)
	{
		MemoryContextDelete(memory);
		return NULL;
	}
	key_keep(entry, key);
	/* Whole from here on, so it may outlive the call. */
	MemoryContextSetParent(memory, CacheMemoryContext);
	entry->size = MemoryContextMemAllocated(memory, true);
	return entry;
}

const placeholder_template *
placeholder_cache_get(text *content, Jsonb *schema, Jsonb *defaults, placeholder_fault *fault)
{
	template_key key = key_of(content, schema, defaults);
	kept_template *entry;
	dlist_iter each;

	dlist_foreach (each, &kept)
	{
		entry = dlist_container(kept_template, node, each.cur);
		if (key_equal(&entry->key, &key))
		{
			dlist_move_head(&kept, &entry->node);
			return entry->template;
		}
	}
	entry = template_make(&key, schema, defaults, fault);
	if (entry == NULL)
		return NULL;
	dlist_push_head(&kept, &entry->node);
	kept_count++;
	kept_bytes += entry->size;
	while (kept_count > 1 && (kept_count > TEMPLATES_MOST || kept_bytes > BYTES_MOST))
		template_forget(dlist_tail_element(kept_template, node, &kept));
	return entry->template;
}

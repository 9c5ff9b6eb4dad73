// Random templates and what Nunjucks makes of them, one JSON object per line: {id, template, templates, context, options,
// expected or error}. node render_random.mjs SEED COUNT, with NODE_PATH. The same seed gives the same templates.
//
// They stay within what both engines mean to do alike: characters of the Basic Multilingual Plane (Nunjucks counts in
// UTF-16), no JavaScript but the methods ours knows, a blank between two closing braces, which Nunjucks takes for the end, no
// strings marked safe where they would be taken for objects (by ===, sort), and no else of loops over dicts, which Nunjucks runs
// after the loop when there is an asynchronous one inside.
import { createRequire } from 'node:module';
import path from 'node:path';
const require = createRequire(path.resolve(process.env.NODE_PATH, 'x.js'));
const nunjucks = require('nunjucks');

let state = Number(process.argv[2]) >>> 0;
const count = Number(process.argv[3]);

function random() {
	state = (state + 0x6d2b79f5) >>> 0;
	let t = Math.imul(state ^ (state >>> 15), 1 | state);
	t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
	return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];
const often = (chance) => random() < chance;
const times = (least, most, make) => Array.from({ length: least + below(most - least + 1) }, make);

const context = {
	n: 7, zero: 0, neg: -3, half: 2.5, big: 12345678901, tiny: 0.1, t: true, f: false, nil: null,
	s: 'hello world', e: '', num: '42', html: '<b title="x">Tom & \'Jerry\'</b>', uni: 'Žluťoučký kůň', back: 'a\\b',
	list: [3, 1, 2], words: ['pear', 'Apple', 'fig'], none_list: [], mixed: [1, 'a', null, true, [2, 3]],
	pairs: [['a', 1], ['b', 2]], d: { x: 1, y: 'two', z: [1, 2], 10: 'ten', 9: 'nine' }, empty: {},
	people: [{ name: 'Ada', age: 36, tags: ['m'] }, { name: 'Bob', age: 7 }, { name: '<Cy>', age: 36 }],
};
const names = Object.keys(context);
const texts = ['a', 'B c', ' ', '\n', '  \n  ', 'x\n\ty', '&', '<p>', 'é', '{', '}', '%', '\r\n', ' - ', '"', '\u00a0'];
const literals = ['0', '1', '2', '10', '1.5', '0.25', '"a"', "'it''s'".replace("''", "\\'"), '"<i>"', '""', 'true', 'false', 'none', '"\\n"', '3'];
const binary = ['+', '-', '*', '/', '//', '%', '~', '==', '!=', '===', '!==', '<', '>', '<=', '>=', 'and', 'or'];
const marking = ['escape', 'safe', 'e', 'forceescape', 'nl2br'];
const filters = ['upper', 'lower', 'length', 'trim', 'capitalize', 'title', 'string', 'default("d")', 'default("d", true)',
	'replace("a", "b")', 'int', 'float', 'abs', 'round', 'list', 'striptags', 'wordcount', 'urlencode', 'truncate(5)',
	'center(20)', 'indent(2)', 'dump', 'join(",")', 'first', 'last', 'reverse', 'sort', 'sum', 'batch(2)', 'slice(2)', 'dictsort',
	'select("odd")', 'reject("odd")', 'selectattr("age")', 'groupby("age")', 'join(",", "name")', 'sort(attribute="name")', 'round(1)', 'round(0, "floor")'];
const tests = ['defined', 'undefined', 'odd', 'even', 'none', 'null', 'string', 'number', 'iterable', 'mapping', 'lower', 'upper', 'truthy', 'falsy',
	'divisibleby(2)', 'equalto(1)', 'sameas(1)', 'gt(1)', 'lt(5)', 'ge(2)', 'le(2)', 'ne(1)', 'callable', 'escaped', 'eq(1)'];
const methods = ['.length', '[0]', '[1]', '.x', '["y"]', '.z', '.name', '.nothing', '.toUpperCase()', '.indexOf("a")', '.slice(1)', '.join("-")', '[zero]'];

let scope; // names a template has made, each with what it is: 'value' or a macro's number of parameters

function atom(depth) {
	const kind = below(10);
	if (kind < 4) return pick(names.concat(scope.values, scope.loops > 0 ? ['loop.index', 'loop.last', 'loop.revindex0'] : [], ['nosuch']));
	if (kind < 7 || depth <= 0) return pick(literals);
	if (kind === 7) return `[${times(0, 3, () => expression(depth - 1)).join(', ')}]`;
	if (kind === 8) return `{${times(0, 2, (_, i) => `${pick(['k', 'm', '"q r"'])}${''}: ${expression(depth - 1)}`).join(', ')} }`;
	return `(${expression(depth - 1)})`;
}

function postfix(depth) {
	let text = atom(depth);
	if (/^[a-z_]/.test(text) && often(0.3)) text += pick(methods);
	return text;
}

function expression(depth = 2) {
	if (depth <= 0 || often(0.25)) return postfix(depth);
	switch (below(9)) {
		case 0: return often(0.1) ? `${pick(['2', '3', 'n', 'neg'])} ** ${pick(['0', '2', '3'])}` : `${expression(depth - 1)} ${pick(binary)} ${expression(depth - 1)}`;
		case 1: case 2: return `${expression(depth - 1)} ${pick(binary)} ${expression(depth - 1)}`;
		case 3: return `(not ${expression(depth - 1)})`;
		case 4: return `(${expression(depth - 1)} ${pick(['is', 'is not'])} ${pick(tests)})`;
		case 5: return `${postfix(depth - 1)} ${pick(['in', 'not in'])} ${postfix(depth - 1)}`;
		case 6: return `(${expression(depth - 1)} if ${expression(depth - 1)}${often(0.7) ? ` else ${expression(depth - 1)}` : ''})`;
		case 7: return `${pick(['', '', '-', '+'])}${postfix(depth - 1)} | ${times(1, 2, () => pick(filters)).concat(often(0.3) ? [pick(marking)] : []).join(' | ')}`;
		default: return scope.macros.length ? call() : postfix(depth - 1);
	}
}

// What stands directly in a tag: operators in a row with a `not` in front are grouped in their own way there.
const whole = () => (often(0.2) ? `not ${expression()}` : expression());

function call() {
	const macro = pick(scope.macros);
	const named = macro.keywords.filter(() => often(0.3)).map((name) => `${name}=${expression(1)}`);
	return `${macro.name}(${times(0, macro.parameters + 1, () => expression(1)).concat(named).join(', ')})`;
}

const dash = () => (often(0.12) ? '-' : '');
const tag = (inside) => `{%${dash()} ${inside} ${dash()}%}`;
const print = (inside) => `{{${dash()} ${inside} ${dash()}}}`;
const text = () => times(0, 3, () => pick(texts)).join('').replace(/\{(?=[{%#])|#\}/g, '').replace(/\{$/, '{ ');

function inside(make) {
	const before = { ...scope, values: [...scope.values], macros: [...scope.macros] };
	const made = make();
	Object.assign(scope, before);
	return made;
}

function statements(depth) {
	let made = text();
	for (const piece of times(0, 3, () => statement(depth))) made += (made.endsWith('{') ? ' ' : '') + piece + text().replace(/^[{%#}]/, '.');
	return made;
}

let serial = 0;
function statement(depth) {
	const body = () => inside(() => statements(depth - 1));
	const name = `v${below(4)}`;
	switch (depth <= 0 ? below(3) : below(15)) {
		case 0: case 1: return print(whole());
		case 2: return often(0.5) ? `{#${dash()} ${pick(['c', 'a {{ b }}', '\n'])} ${dash()}#}` : print(postfix(1));
		case 3: return tag(`if ${whole()}`) + body() + (often(0.3) ? tag(`${pick(['elif', 'elseif'])} ${expression()}`) + body() : '') + (often(0.5) ? tag('else') + body() : '') + tag('endif');
		case 4: case 5: return loop(body, depth === 3);
		case 6: scope.values.push(name); return tag(`set ${name} = ${expression()}`);
		case 7: return `{% set ${name} %}${body()}${tag('endset')}`;
		case 8: return tag(`filter ${pick(['upper', 'trim', 'escape', 'replace("a", "b")', 'title', 'safe'])}`) + body() + tag('endfilter');
		case 9: return tag(`switch ${postfix(1)}`) + times(1, 3, () => tag(`case ${postfix(1)}`) + (often(0.8) ? body() : '')).join('') + (often(0.5) ? tag('default') + body() : '') + tag('endswitch');
		case 10: return `{% ${'raw'} %}${pick(['{{ x }}', '{% if %}', 'plain', '\n {# c #}\n'])}{% endraw %}`;
		case 11: return scope.loops > 0 || scope.macro ? print(expression()) : macro();
		case 12: return often(0.5) ? tag(`include "part${below(2)}.html"`) : tag('include "missing.html" ignore missing');
		case 13: return scope.loops > 0 || scope.macro ? print(expression()) : from();
		default: return scope.macros.length && !scope.macro ? callBlock(body) : print(expression());
	}
}

// Asynchronous loops stand at the top alone: within an `if` Nunjucks makes that asynchronous, too, and loses what it prints.
function loop(body, outermost) {
	const kind = outermost && !scope.macro ? pick([['for', 'endfor'], ['asyncEach', 'endeach'], ['asyncAll', 'endall']]) : ['for', 'endfor'];
	const two = often(0.3);
	const over = two ? pick(['d', 'pairs', '{a: 1, b: html}', 'empty']) : pick(['list', 'words', 'people', 's', 'none_list', 'mixed', '[1, 2]', 'range(3)', 'num', 'list | sort']);
	const plain = kind[0] === 'for' || !(two ? over === 'empty' : ['s', 'num'].includes(over));
	const [open, close] = plain ? kind : ['for', 'endfor'];
	return inside(() => {
		scope.loops++;
		scope.values.push('i', ...(two ? ['j'] : []));
		const inner = body();
		const rest = often(0.3) && open === 'for' && !two ? tag('else') + text() : '';
		return tag(`${open} ${two ? 'i, j' : 'i'} in ${over}`) + inner + rest + tag(close);
	});
}

function macro() {
	const made = { name: `m${++serial}`, parameters: below(3), keywords: times(0, 2, (_, i) => `k${i}`) };
	const parameters = times(made.parameters, made.parameters, (_, i) => `p${i}`).concat(made.keywords.map((name) => `${name}=${pick(literals)}`));
	const body = inside(() => {
		scope.macro = true;
		scope.values = parameters.map((parameter) => parameter.split('=')[0]);
		return statements(1) + (often(0.4) ? print('caller() if caller else "alone"') : '');
	});
	scope.macros.push(made);
	return tag(`macro ${made.name}(${parameters.join(', ')})`) + body + tag('endmacro');
}

function from() {
	scope.values.push('shared');
	scope.macros.push({ name: 'lib', parameters: 2, keywords: ['k'] });
	return often(0.5) ? tag('from "library.html" import shared, badge as lib') : tag('from "library.html" import shared, badge as lib with context');
}

const callBlock = (body) => `${tag(`call ${call()}`)}${body()}${tag('endcall')}`;

const library = '{% macro badge(a, b, k="key") %}<{{ a }}|{{ b }}|{{ k }}|{{ n }}>{% endmacro %}{% set shared = "sh<ared" %}{% set _own = 1 %}';
const base = 'A{% block one %}<one {{ n }}>{% endblock %}\n{% block two %}{% for i in list %}{% block three scoped %}{{ i }}{% endblock %}{% endfor %}{% endblock %}Z'.replace(' scoped', '');

function template() {
	scope = { values: [], macros: [], loops: 0, macro: false };
	if (often(0.7)) return statements(3);
	const blocks = ['one', 'two'].filter(() => often(0.6));
	return '{% extends "base.html" %}' + (often(0.3) ? tag(`set v0 = ${expression(1)}`) : '') +
		blocks.map((block) => `{% block ${block} %}${inside(() => statements(2))}${often(0.5) ? print('super()') : ''}{% endblock %}`).join(text());
}

class Loader extends nunjucks.Loader {
	constructor(sources) { super(); this.sources = sources; }
	getSource(name) { return name in this.sources ? { src: this.sources[name], path: name, noCache: true } : null; }
}

// Nunjucks throws some errors of asynchronous tags when nobody listens any more.
process.on('uncaughtException', () => {});

for (let id = 1; id <= count; id++) {
	const main = template();
	const templates = { 'base.html': base, 'library.html': library };
	for (const part of [0, 1]) {
		scope = { values: [], macros: [], loops: 0, macro: false };
		templates[`part${part}.html`] = `${text()} ` + print(expression()) + tag(`set v${part} = 1`) + text();
	}
	const options = { autoescape: often(0.8), trimBlocks: often(0.5), lstripBlocks: often(0.5), throwOnUndefined: often(0.03) };
	const made = { id, template: main, templates, context, options };
	try {
		const environment = new nunjucks.Environment(new Loader(templates), { ...options });
		made.expected = environment.renderString(main, JSON.parse(JSON.stringify(context)));
	} catch (error) {
		made.error = String(error.message);
	}
	console.log(JSON.stringify(made));
}

// What Nunjucks makes of the lines of standard input, requests of `voygen render --batch`: {id, output} or {id, error}.
import { createRequire } from 'node:module';
import path from 'node:path';
import readline from 'node:readline';
const nunjucks = createRequire(path.resolve(process.env.NODE_PATH, 'x.js'))('nunjucks');

class Loader extends nunjucks.Loader {
	constructor(sources) { super(); this.sources = sources ?? {}; }
	resolve(from, to) { return path.posix.join(path.posix.dirname(from), to); }
	getSource(name) { return name in this.sources ? { src: this.sources[name], path: name, noCache: true } : null; }
}

const safe = (key, value) => (value?.$type === 'SafeString' ? new nunjucks.runtime.SafeString(value.value) : value);

for await (const line of readline.createInterface({ input: process.stdin })) {
	const { id, template, templates, path: name, context, options } = JSON.parse(line, safe);
	let answer;
	try {
		answer = { output: new nunjucks.Environment(new Loader(templates), { ...options }).renderString(template, context ?? {}, { path: name }) };
	} catch (error) {
		answer = { error: String(error.message) };
	}
	console.log(JSON.stringify({ id, ...answer }));
}

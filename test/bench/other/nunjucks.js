// The other side of P-12 and P-13: npm nunjucks, CPU seconds of this process for one page.
// node nunjucks.js FOLDER TEMPLATE CONTEXT print | warm PAGES | cold PAGES
'use strict';
const fs = require('fs');
const nunjucks = require('nunjucks');
const [folder, template, file, what, pages] = process.argv.slice(2);
const context = JSON.parse(fs.readFileSync(file, 'utf8'));
const environment = () => new nunjucks.Environment(new nunjucks.FileSystemLoader(folder), { autoescape: true, trimBlocks: true, lstripBlocks: true });

if (what === 'print') {
	process.stdout.write(environment().render(template, context));
} else {
	const kept = environment();
	const render = what === 'warm' ? () => kept.render(template, context) : () => environment().render(template, context);
	for (let i = 0; i < 50; i++) render();
	const before = process.cpuUsage();
	for (let i = 0; i < Number(pages); i++) render();
	const used = process.cpuUsage(before);
	console.log((used.user + used.system) / 1e6 / Number(pages));
}

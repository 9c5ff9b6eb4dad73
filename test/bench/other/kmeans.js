// The other side of P-9: optimal three groups by the packages ckmeans and simple-statistics, CPU time of the process.
// node kmeans.js PRICES ROUNDS: a file of one price per line; prints one JSON object per package that can be loaded.
'use strict';
const fs = require('fs');
const prices = Float64Array.from(fs.readFileSync(process.argv[2], 'utf8').trim().split('\n'), Number);
const rounds = Number(process.argv[3]);

function load(name) {
	try {
		return require(name);
	} catch (error) {
		return null;
	}
}

function median(values) {
	values.sort((a, b) => a - b);
	return values[values.length >> 1];
}

const simple = load('simple-statistics');
const ck = load('ckmeans');
const packages = {
	'simple-statistics': simple && simple.ckmeans,
	ckmeans: ck && (ck.default || ck.ckmeans || ck),
};
for (const [name, cluster] of Object.entries(packages)) {
	if (typeof cluster !== 'function') continue;
	const times = [];
	let groups;
	for (let round = 0; round <= rounds; round++) {
		const copy = Array.from(prices);
		const before = process.cpuUsage();
		groups = cluster(copy, 3);
		const used = process.cpuUsage(before);
		if (round) times.push((used.user + used.system) / 1e6);
	}
	// ckmeans answers the groups' first values or the groups themselves, by version
	const first = (group) => (typeof group === 'number' ? group : group[0]);
	console.log(JSON.stringify({ name, seconds: median(times), low: first(groups[1]), high: first(groups[2]) }));
}

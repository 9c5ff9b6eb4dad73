// The other side of P-11: a server of the official SDK with one tool that reads a row by a prepared statement, in two forms:
//   session    one session that lasts, and plain JSON for answers: faster than any form its documentation shows
//   stateless  a server and a transport for each request, answers as event streams: the form for several processes, as ours is
//   node mcp_sdk.mjs PORT FORM; the row is that of the variables BENCH_STATEMENT and BENCH_POOL, the database libpq's variables.
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';

const require = createRequire(`${process.env.NODE_PATH}/`);
const { McpServer } = require('@modelcontextprotocol/sdk/server/mcp.js');
const { StreamableHTTPServerTransport } = require('@modelcontextprotocol/sdk/server/streamableHttp.js');
const { z } = require('zod');
const { Pool } = require('pg');

const [port, form] = process.argv.slice(2);
const pool = new Pool({ max: Number(process.env.BENCH_POOL) });

async function transport(options) {
	const server = new McpServer({ name: 'bench', version: '1.0.0' });
	server.registerTool('read_row', {
		description: 'Get a trip',
		inputSchema: { agency_id: z.string(), trip_id: z.string() },
		outputSchema: { row: z.record(z.any()) },
	}, async ({ agency_id, trip_id }) => {
		const { rows } = await pool.query({ name: 'row', text: process.env.BENCH_STATEMENT, values: [agency_id, trip_id] });
		const structuredContent = { row: rows[0] };
		return { structuredContent, content: [{ type: 'text', text: JSON.stringify(structuredContent) }] };
	});
	const one = new StreamableHTTPServerTransport(options);
	await server.connect(one);
	return one;
}

const lasting = form === 'session' && await transport({ sessionIdGenerator: () => randomUUID(), enableJsonResponse: true });
createServer((request, response) => {
	const parts = [];
	request.on('data', (part) => parts.push(part));
	request.on('end', async () => {
		const answering = lasting || await transport({ sessionIdGenerator: undefined });
		if (!lasting) response.on('close', () => answering.close());
		await answering.handleRequest(request, response, JSON.parse(Buffer.concat(parts).toString()));
	});
}).listen(Number(port), '127.0.0.1');
